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

-- Events: who left which segment for which. Added only, and read by a cursor; see the
-- model.
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

-- Ids are taken before commits: the order in which moves can be read is the one in
-- which their transactions began, once these have ended. The number of a transaction
-- only means something in one life of the database; see the model. Moves from before
-- there were these columns are of the past.
ALTER TABLE loyalty_club_rfm_move
    ADD COLUMN IF NOT EXISTS epoch integer NOT NULL DEFAULT 0,
    ADD COLUMN IF NOT EXISTS xact xid8 NOT NULL DEFAULT '0';
ALTER TABLE loyalty_club_rfm_move
    ALTER COLUMN xact SET DEFAULT pg_current_xact_id();
CREATE INDEX IF NOT EXISTS loyalty_club_rfm_move_written
    ON loyalty_club_rfm_move (epoch, xact, id);

-- The lives of the database: a dump is restored, a standby takes over.
CREATE TABLE IF NOT EXISTS loyalty_club_rfm_epoch (
    id integer PRIMARY KEY,
    cluster varchar NOT NULL
);
