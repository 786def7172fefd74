def post_init_hook(env):
    """Let all that the companies have sold so far be read, beginning at once.

    Each company gets a definition, so that its segments are there on the next morning.
    """
    companies = env["res.company"].with_context(active_test=False)
    companies = companies.search([("parent_id", "=", False)])
    env["loyalty.club.rfm.gather"]._ensure(companies)
    env["loyalty.club.rfm.definition"]._found(companies)


def uninstall_hook(env):
    """Drop what is ours and no model's."""
    env.cr.execute(
        """
        DROP FUNCTION IF EXISTS loyalty_club_rfm_fact_touch() CASCADE;
        DROP FUNCTION IF EXISTS loyalty_club_rfm_fact_share_touch() CASCADE;
        DROP TABLE IF EXISTS loyalty_club_rfm_touched;
        DROP TABLE IF EXISTS loyalty_club_rfm_epoch;
        DROP TABLE IF EXISTS loyalty_club_rfm_score CASCADE;
        """
    )
