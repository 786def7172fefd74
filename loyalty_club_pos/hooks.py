def post_init_hook(env):
    """Let the tills have the programs that clubs manage: they are safe there now."""
    _programs(env).pos_ok = True


def uninstall_hook(env):
    """Without us a till would compute points itself: managed programs leave it."""
    _programs(env).pos_ok = False


def _programs(env):
    programs = env["loyalty.program"].with_context(active_test=False)
    return programs.search([("club_id", "!=", False)])
