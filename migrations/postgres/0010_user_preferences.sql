-- How a person wants to read: NULL where they never said, so that the row MACs of older rows hold.
ALTER TABLE users ADD COLUMN locale TEXT;
ALTER TABLE users ADD COLUMN time_zone TEXT;
