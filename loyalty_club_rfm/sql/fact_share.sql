-- A document can keep its sums while its goods change categories: then only its shares
-- say that its customer must be looked at again.

CREATE OR REPLACE FUNCTION loyalty_club_rfm_fact_share_touch() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO loyalty_club_rfm_touched (company_id, partner_id)
    SELECT DISTINCT fact.company_id, fact.partner_id
      FROM changed_shares AS share
      JOIN loyalty_club_rfm_fact AS fact ON fact.id = share.fact_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE TRIGGER loyalty_club_rfm_fact_share_touch_insert
    AFTER INSERT ON loyalty_club_rfm_fact_share
    REFERENCING NEW TABLE AS changed_shares
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_rfm_fact_share_touch();
CREATE OR REPLACE TRIGGER loyalty_club_rfm_fact_share_touch_update
    AFTER UPDATE ON loyalty_club_rfm_fact_share
    REFERENCING NEW TABLE AS changed_shares
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_rfm_fact_share_touch();
CREATE OR REPLACE TRIGGER loyalty_club_rfm_fact_share_touch_delete
    AFTER DELETE ON loyalty_club_rfm_fact_share
    REFERENCING OLD TABLE AS changed_shares
    FOR EACH STATEMENT EXECUTE FUNCTION loyalty_club_rfm_fact_share_touch();
