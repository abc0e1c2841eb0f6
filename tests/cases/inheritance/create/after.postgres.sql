CREATE SCHEMA geo;
CREATE TABLE cities (name text PRIMARY KEY, population bigint DEFAULT 0 CHECK (population >= 0), CONSTRAINT named CHECK (name <> '') NO INHERIT);
CREATE TABLE geo.places (place point, name text NOT NULL, seen timestamptz NOT NULL DEFAULT now());
COMMENT ON COLUMN geo.places.seen IS 'When somebody was there';
CREATE TABLE capitals (population bigint NOT NULL DEFAULT 1000, state char(2) NOT NULL CHECK (state <> 'XX'), PRIMARY KEY (name)) INHERITS (cities, geo.places);
CREATE INDEX ON capitals (population);
COMMENT ON TABLE capitals IS 'The seats of governments';
COMMENT ON COLUMN capitals.population IS 'At least so many';
CREATE TABLE "old capitals" (until date) INHERITS (capitals);
