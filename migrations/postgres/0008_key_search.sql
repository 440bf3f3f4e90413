-- What keys are listed, searched and counted by, apart from the keys themselves. In step with migrations/sqlite.
-- Rows are written by the transaction that writes the key; those of older keys are added when the tables are migrated.

CREATE TABLE key_search (
    -- Counts in the order of creation: lists are walked by it.
    seq        BIGINT NOT NULL CONSTRAINT key_search_seq PRIMARY KEY,
    key_id     TEXT COLLATE "C" NOT NULL CONSTRAINT key_search_key UNIQUE
               CONSTRAINT key_search_of_key REFERENCES keys (id) ON DELETE CASCADE,
    project_id TEXT COLLATE "C" NOT NULL,
    -- Name and visible key, folded, a line each.
    folded     TEXT COLLATE "C" NOT NULL,
    -- As it was when the key was last written, or when its end was noted.
    state      TEXT COLLATE "C" NOT NULL,
    -- When the state becomes `expired` by itself.
    due_at     BIGINT
);

CREATE INDEX key_search_by_state ON key_search (state, seq);
CREATE INDEX key_search_by_project ON key_search (project_id, seq);
CREATE INDEX key_search_by_name ON key_search (folded, seq);
CREATE INDEX key_search_by_end ON key_search (due_at) WHERE due_at IS NOT NULL;

-- Keys by their last use; those never used come last.
CREATE INDEX keys_by_use ON keys (COALESCE(last_used_at, 0), id);

CREATE TABLE key_counts (
    project_id TEXT COLLATE "C" NOT NULL,
    state      TEXT COLLATE "C" NOT NULL,
    n          BIGINT NOT NULL,
    CONSTRAINT key_counts_state PRIMARY KEY (project_id, state)
);

-- Trigrams of a text in which two U+0001 mark the beginning, so that one or two characters at the beginning are a
-- trigram, too; U+0002 and two letters of the state. No extension: pg_trgm knows no letters beyond ASCII where the
-- database's character type is C. Costly, so that the index is asked; not in parallel, because a search is over before
-- workers have started.
CREATE FUNCTION key_search_grams(folded TEXT, state TEXT) RETURNS TEXT[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL UNSAFE COST 100000 AS $$
    SELECT array_agg(DISTINCT substr(marked.text, at, 3)) || (chr(2) || left(state, 2))
    FROM (SELECT chr(1) || chr(1) || folded AS text) AS marked, generate_series(1, length(marked.text) - 2) AS at
$$;

CREATE INDEX key_search_index ON key_search USING gin (key_search_grams(folded, state)) WITH (fastupdate = off);

-- Counted by statement: a statement that writes many rows changes a counter once.
CREATE FUNCTION key_search_count() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE key_counts SET n = key_counts.n - rows.n
        FROM (SELECT project_id, state, COUNT(*) AS n FROM removed GROUP BY project_id, state) AS rows
        WHERE key_counts.project_id = rows.project_id AND key_counts.state = rows.state;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO key_counts (project_id, state, n)
        SELECT project_id, state, COUNT(*) FROM added GROUP BY project_id, state
        ON CONFLICT (project_id, state) DO UPDATE SET n = key_counts.n + excluded.n;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER key_search_added AFTER INSERT ON key_search
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION key_search_count();

CREATE TRIGGER key_search_removed AFTER DELETE ON key_search
REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION key_search_count();

CREATE TRIGGER key_search_changed AFTER UPDATE ON key_search
REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION key_search_count();
