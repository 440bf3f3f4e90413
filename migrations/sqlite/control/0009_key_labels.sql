-- Tags and metadata of keys: NULL where there are none, so that the row MACs of older rows hold.
ALTER TABLE keys ADD COLUMN tags TEXT;
ALTER TABLE keys ADD COLUMN metadata TEXT;
