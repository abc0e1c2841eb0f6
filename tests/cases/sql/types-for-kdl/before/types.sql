CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('calm', 'loud');
CREATE DOMAIN app.address AS text CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE TABLE app.places (name text PRIMARY KEY);
