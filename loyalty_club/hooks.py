def uninstall_hook(env):
    """Take our guards off the tables; balances stay as the ledger left them.

    The trigger on ``loyalty_card`` reads columns that go away with us: left behind,
    it would make every later write to a native card fail.
    """
    env.cr.execute(
        """
        DROP FUNCTION IF EXISTS loyalty_club_card_guard() CASCADE;
        DROP FUNCTION IF EXISTS loyalty_club_card_owner() CASCADE;
        DROP FUNCTION IF EXISTS loyalty_club_call_refuse() CASCADE;
        DROP FUNCTION IF EXISTS loyalty_club_entry_apply() CASCADE;
        DROP FUNCTION IF EXISTS loyalty_club_allocation_apply() CASCADE;
        DROP FUNCTION IF EXISTS loyalty_club_lot_guard() CASCADE;
        DROP FUNCTION IF EXISTS loyalty_club_refuse_change() CASCADE;
        """
    )
