-- A row holds from since until until. The id is made of definition and partner, and
-- unique among the rows that hold now. No foreign keys: checking them costs more than
-- all the rest of a run, and rows of the past outlive a contact.
CREATE TABLE IF NOT EXISTS loyalty_club_rfm_score (
    id bigint NOT NULL,
    net numeric NOT NULL,
    definition_id integer NOT NULL,
    partner_id integer NOT NULL,
    since date NOT NULL,
    until date NOT NULL,
    last_day date,
    first_day date,
    frequency integer NOT NULL,
    segment_id integer,
    r smallint,
    f smallint,
    m smallint
) PARTITION BY RANGE (until);

CREATE TABLE IF NOT EXISTS loyalty_club_rfm_score_now
    PARTITION OF loyalty_club_rfm_score FOR VALUES FROM ('infinity') TO (MAXVALUE);

CREATE UNIQUE INDEX IF NOT EXISTS loyalty_club_rfm_score_now_id
    ON loyalty_club_rfm_score_now (id);

-- Events: who left which segment for which. Read in the order of their ids.
CREATE TABLE IF NOT EXISTS loyalty_club_rfm_move (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    definition_id integer NOT NULL,
    company_id integer NOT NULL,
    partner_id integer NOT NULL,
    day date NOT NULL,
    reason varchar NOT NULL,
    from_segment_id integer,
    to_segment_id integer
);

CREATE INDEX IF NOT EXISTS loyalty_club_rfm_move_definition_day
    ON loyalty_club_rfm_move (definition_id, day);
CREATE INDEX IF NOT EXISTS loyalty_club_rfm_move_partner
    ON loyalty_club_rfm_move (partner_id);
