-- Who must be looked at again: what changes a fact, whoever does it, says whose it was
-- and whose it is. Statement by statement, so that filling the facts stays set-based.
--
-- The log has no key and no index. Writers only add to it, none waits for another one
-- or for a run that takes rows out of it; names that come twice do no harm.

CREATE TABLE IF NOT EXISTS loyalty_club_rfm_touched (
    company_id integer NOT NULL,
    partner_id integer NOT NULL,
    definition_id integer  -- NULL: not yet passed on to the definitions
);

CREATE OR REPLACE FUNCTION loyalty_club_rfm_fact_touch() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP IN ('UPDATE', 'DELETE') THEN
        INSERT INTO loyalty_club_rfm_touched (company_id, partner_id)
        SELECT DISTINCT company_id, partner_id FROM old_facts;
    END IF;
    IF TG_OP IN ('INSERT', 'UPDATE') THEN
        INSERT INTO loyalty_club_rfm_touched (company_id, partner_id)
        SELECT DISTINCT company_id, partner_id FROM new_facts;
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_rfm_fact_touch_insert
    AFTER INSERT ON loyalty_club_rfm_fact
    REFERENCING NEW TABLE AS new_facts
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_rfm_fact_touch();
CREATE OR REPLACE TRIGGER loyalty_club_rfm_fact_touch_update
    AFTER UPDATE ON loyalty_club_rfm_fact
    REFERENCING OLD TABLE AS old_facts NEW TABLE AS new_facts
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_rfm_fact_touch();
CREATE OR REPLACE TRIGGER loyalty_club_rfm_fact_touch_delete
    AFTER DELETE ON loyalty_club_rfm_fact
    REFERENCING OLD TABLE AS old_facts
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_rfm_fact_touch();
