-- Tags and metadata of keys: NULL where there are none, so that the row MACs of older rows hold.
ALTER TABLE keys ADD COLUMN tags TEXT;
ALTER TABLE keys ADD COLUMN metadata TEXT;

-- Whose a key is, so that a list of one's own keys is a walk down an index, too.
ALTER TABLE key_search ADD COLUMN owner_id TEXT;
UPDATE key_search SET owner_id = (SELECT k.owner_id FROM keys k WHERE k.id = key_search.key_id)
WHERE EXISTS (SELECT 1 FROM keys k WHERE k.id = key_search.key_id AND k.owner_id IS NOT NULL);
CREATE INDEX key_search_by_owner ON key_search (owner_id, seq) WHERE owner_id IS NOT NULL;
