-- Which versions of the program may use this schema. A migration that an older program could not live with raises
-- both values in the same file: oldest_migration is the newest migration that a program must know, oldest_program
-- its version, for people.
CREATE TABLE schema_support (
    singleton        INTEGER PRIMARY KEY CHECK (singleton = 1),
    oldest_migration INTEGER NOT NULL,
    oldest_program   TEXT    NOT NULL
) STRICT;

INSERT INTO schema_support (singleton, oldest_migration, oldest_program) VALUES (1, 6, '0.1.0');
