-- What the database itself refuses, whoever asks: Odoo, psql or a script.
--
-- Entries and allocations can only be added. Adding them is also the only thing that
-- moves a balance: the triggers below carry the sums to loyalty_card and to the lots,
-- so a face can't drift from its ledger, and a direct write to a face is refused.

CREATE OR REPLACE FUNCTION loyalty_club_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'loyalty_club: % on % is refused, the ledger is append-only',
        TG_OP, TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_entry_refuse
    BEFORE UPDATE OR DELETE ON loyalty_club_entry
    FOR EACH ROW EXECUTE FUNCTION loyalty_club_refuse_change();
CREATE OR REPLACE TRIGGER loyalty_club_entry_refuse_truncate
    BEFORE TRUNCATE ON loyalty_club_entry
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_refuse_change();
CREATE OR REPLACE TRIGGER loyalty_club_allocation_refuse
    BEFORE UPDATE OR DELETE ON loyalty_club_allocation
    FOR EACH ROW EXECUTE FUNCTION loyalty_club_refuse_change();
CREATE OR REPLACE TRIGGER loyalty_club_allocation_refuse_truncate
    BEFORE TRUNCATE ON loyalty_club_allocation
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_refuse_change();
CREATE OR REPLACE TRIGGER loyalty_club_lot_refuse
    BEFORE DELETE ON loyalty_club_lot
    FOR EACH ROW EXECUTE FUNCTION loyalty_club_refuse_change();
CREATE OR REPLACE TRIGGER loyalty_club_lot_refuse_truncate
    BEFORE TRUNCATE ON loyalty_club_lot
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_refuse_change();

-- New entries move the account. The writer states the balance after each entry, and it
-- must be what the account really reaches.
CREATE OR REPLACE FUNCTION loyalty_club_entry_apply() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loyalty_card AS card
       SET points = (COALESCE(card.points, 0)::numeric + new_sum.amount)::double precision,
           club_pending = COALESCE(card.club_pending, 0) + new_sum.pending,
           club_debt = COALESCE(card.club_debt, 0) + new_sum.debt,
           write_date = now() AT TIME ZONE 'UTC'
      FROM (
            SELECT card_id,
                   sum(amount) AS amount,
                   sum(pending) AS pending,
                   sum(debt) AS debt
              FROM new_entries
             GROUP BY card_id
           ) AS new_sum
     WHERE card.id = new_sum.card_id;
    IF EXISTS (
        SELECT FROM (
            SELECT card_id,
                   balance,
                   sum(amount) OVER (PARTITION BY card_id ORDER BY id DESC) - amount
                       AS later
              FROM new_entries
        ) AS entry
          JOIN loyalty_card AS card ON card.id = entry.card_id
         WHERE card.points::numeric <> entry.balance + entry.later
            OR card.club_id IS NULL
    ) THEN
        RAISE EXCEPTION 'loyalty_club: the stated balance is not the balance reached'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_entry_apply
    AFTER INSERT ON loyalty_club_entry
    REFERENCING NEW TABLE AS new_entries
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_entry_apply();

-- New allocations move what is left of a lot; CHECK (0 <= remaining <= amount) holds.
CREATE OR REPLACE FUNCTION loyalty_club_allocation_apply() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE loyalty_club_lot AS lot
       SET remaining = lot.remaining - new_sum.amount
      FROM (
            SELECT lot_id, sum(amount) AS amount
              FROM new_allocations
             GROUP BY lot_id
           ) AS new_sum
     WHERE lot.id = new_sum.lot_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_allocation_apply
    AFTER INSERT ON loyalty_club_allocation
    REFERENCING NEW TABLE AS new_allocations
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_allocation_apply();

-- A lot is born whole and changes in two ways only: an allocation moves what is left
-- of it (depth 2: from within the trigger above), and waiting ends once.
CREATE OR REPLACE FUNCTION loyalty_club_lot_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.remaining <> NEW.amount THEN
            RAISE EXCEPTION 'loyalty_club: a new lot is whole'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF (OLD.card_id, OLD.entry_id, OLD.club_id, OLD.company_id, OLD.purchase_id,
        OLD.amount, OLD.available_on, OLD.expires_on)
           IS DISTINCT FROM
       (NEW.card_id, NEW.entry_id, NEW.club_id, NEW.company_id, NEW.purchase_id,
        NEW.amount, NEW.available_on, NEW.expires_on)
       OR (NEW.remaining <> OLD.remaining AND pg_trigger_depth() < 2)
       OR (NEW.pending AND NOT OLD.pending)
    THEN
        RAISE EXCEPTION 'loyalty_club: a lot changes through allocations only'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_lot_guard
    BEFORE INSERT OR UPDATE ON loyalty_club_lot
    FOR EACH ROW EXECUTE FUNCTION loyalty_club_lot_guard();

-- The face of a managed account follows its entries and nothing else. A card enters a
-- club with what its entries say (none: empty, and an opening entry gives it its
-- balance), keeps its program, and leaves only when its program left the club.
CREATE OR REPLACE FUNCTION loyalty_club_card_guard() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    entered boolean := NEW.club_id IS NOT NULL
                       AND (TG_OP = 'INSERT' OR OLD.club_id IS NULL);
BEGIN
    IF entered THEN
        IF (COALESCE(NEW.points, 0)::numeric,
            COALESCE(NEW.club_pending, 0),
            COALESCE(NEW.club_debt, 0))
               IS DISTINCT FROM
           (SELECT (COALESCE(sum(amount), 0),
                    COALESCE(sum(pending), 0),
                    COALESCE(sum(debt), 0))
              FROM loyalty_club_entry WHERE card_id = NEW.id)
        THEN
            RAISE EXCEPTION 'loyalty_club: a card enters a club empty'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' OR OLD.club_id IS NULL THEN
        RETURN NEW;
    END IF;
    IF (OLD.points, OLD.club_pending, OLD.club_debt)
           IS DISTINCT FROM (NEW.points, NEW.club_pending, NEW.club_debt)
       AND pg_trigger_depth() < 2
    THEN
        RAISE EXCEPTION 'loyalty_club: the balance of a managed account follows its ledger'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.club_id IS NOT NULL AND OLD.program_id IS DISTINCT FROM NEW.program_id
       OR OLD.club_id IS DISTINCT FROM NEW.club_id AND EXISTS (
            SELECT FROM loyalty_program
             WHERE id = OLD.program_id AND club_id = OLD.club_id
          )
    THEN
        RAISE EXCEPTION 'loyalty_club: a managed account keeps its program and club'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.club_id IS NOT NULL AND OLD.member_id IS NOT NULL
       AND NEW.member_id IS DISTINCT FROM OLD.member_id
    THEN
        RAISE EXCEPTION 'loyalty_club: a managed account keeps its owner'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.club_id IS NOT NULL AND OLD.active AND NOT NEW.active
       AND (NEW.points <> 0 OR NEW.club_pending <> 0 OR NEW.club_debt <> 0)
    THEN
        RAISE EXCEPTION 'loyalty_club: an account with a balance is not archived'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_card_guard
    BEFORE INSERT OR UPDATE ON loyalty_card
    FOR EACH ROW EXECUTE FUNCTION loyalty_club_card_guard();

-- An account belongs to the contact of its member. Erasing a person and merging contacts
-- change both, one after the other: what counts is how the transaction ends.
CREATE OR REPLACE FUNCTION loyalty_club_card_owner() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM loyalty_card AS card
          JOIN loyalty_club_member AS member ON member.id = card.member_id
         WHERE card.id = NEW.id AND card.club_id IS NOT NULL
           AND member.partner_id IS DISTINCT FROM card.partner_id
    ) THEN
        RAISE EXCEPTION 'loyalty_club: a managed account keeps its owner'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS loyalty_club_card_owner ON loyalty_card;
CREATE CONSTRAINT TRIGGER loyalty_club_card_owner
    AFTER UPDATE OF partner_id, member_id ON loyalty_card
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION loyalty_club_card_owner();

-- A key that was answered stays answered. Only with its whole club it may go (depth 2:
-- from within the foreign key's trigger).
CREATE OR REPLACE FUNCTION loyalty_club_call_refuse() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF pg_trigger_depth() < 2 THEN
        RAISE EXCEPTION 'loyalty_club: the key of a call is kept'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN OLD;
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_call_refuse
    BEFORE DELETE ON loyalty_club_call
    FOR EACH ROW EXECUTE FUNCTION loyalty_club_call_refuse();
