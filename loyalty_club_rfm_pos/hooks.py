def post_init_hook(env):
    """Let the till orders be read that there are already."""
    companies = env["res.company"].with_context(active_test=False)
    env["loyalty.club.rfm.gather"]._ensure(
        companies.search([("parent_id", "=", False)])
    )
