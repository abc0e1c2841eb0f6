CREATE SCHEMA app;
CREATE TYPE app.mood AS ENUM ('calm', 'curious', 'loud');
CREATE DOMAIN app.address AS text DEFAULT 'a@b' CONSTRAINT has_at CHECK (VALUE LIKE '%@%');
CREATE TABLE app.places (name text PRIMARY KEY, size integer);
