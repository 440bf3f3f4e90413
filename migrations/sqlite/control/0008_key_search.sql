-- What keys are listed, searched and counted by, apart from the keys themselves. In step with migrations/postgres.
-- Rows are written by the transaction that writes the key; those of older keys are added when the tables are migrated.

CREATE TABLE key_search (
    -- Counts in the order of creation: lists are walked by it.
    seq        INTEGER NOT NULL PRIMARY KEY,
    key_id     TEXT    NOT NULL UNIQUE REFERENCES keys (id) ON DELETE CASCADE,
    project_id TEXT    NOT NULL,
    -- Name and visible key, folded, a line each.
    folded     TEXT    NOT NULL,
    -- As it was when the key was last written, or when its end was noted.
    state      TEXT    NOT NULL,
    -- When the state becomes `expired` by itself.
    due_at     INTEGER
) STRICT;

CREATE INDEX key_search_by_state ON key_search (state, seq);
CREATE INDEX key_search_by_project ON key_search (project_id, seq);
CREATE INDEX key_search_by_name ON key_search (folded, seq);
CREATE INDEX key_search_by_end ON key_search (due_at) WHERE due_at IS NOT NULL;

-- Keys by their last use; those never used come last.
CREATE INDEX keys_by_use ON keys (COALESCE(last_used_at, 0), id);

CREATE TABLE key_counts (
    project_id TEXT    NOT NULL,
    state      TEXT    NOT NULL,
    n          INTEGER NOT NULL,
    PRIMARY KEY (project_id, state)
) STRICT;

-- Two U+0001 mark the beginning, so that one or two characters at the beginning are a trigram, too; U+0002 and two
-- letters of the state are the trigram of the state.
CREATE VIRTUAL TABLE key_search_index USING fts5 (
    grams, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);

CREATE TRIGGER key_search_added AFTER INSERT ON key_search BEGIN
    INSERT INTO key_search_index (rowid, grams)
    VALUES (new.seq, char(1, 1) || new.folded || char(2) || substr(new.state, 1, 2));
    INSERT INTO key_counts (project_id, state, n) VALUES (new.project_id, new.state, 1)
    ON CONFLICT (project_id, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER key_search_removed AFTER DELETE ON key_search BEGIN
    DELETE FROM key_search_index WHERE rowid = old.seq;
    UPDATE key_counts SET n = n - 1 WHERE project_id = old.project_id AND state = old.state;
END;

CREATE TRIGGER key_search_changed AFTER UPDATE OF folded, state, project_id ON key_search
WHEN old.folded <> new.folded OR old.state <> new.state OR old.project_id <> new.project_id BEGIN
    DELETE FROM key_search_index WHERE rowid = old.seq;
    INSERT INTO key_search_index (rowid, grams)
    VALUES (new.seq, char(1, 1) || new.folded || char(2) || substr(new.state, 1, 2));
    UPDATE key_counts SET n = n - 1 WHERE project_id = old.project_id AND state = old.state;
    INSERT INTO key_counts (project_id, state, n) VALUES (new.project_id, new.state, 1)
    ON CONFLICT (project_id, state) DO UPDATE SET n = n + 1;
END;
