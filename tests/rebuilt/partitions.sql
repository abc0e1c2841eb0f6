-- A schema of measurements: several levels of partitions, of every sort.
CREATE SCHEMA metering;
CREATE SCHEMA archive;
CREATE TABLE metering.meters (
    id bigint GENERATED ALWAYS AS IDENTITY,
    region text NOT NULL,
    serial text NOT NULL,
    installed date,
    CONSTRAINT meters_pkey PRIMARY KEY (region, id),
    CONSTRAINT meters_region_check CHECK (region <> '')
) PARTITION BY LIST (region);
CREATE TABLE metering.meters_eu PARTITION OF metering.meters FOR VALUES IN ('at', 'de', 'fr');
CREATE TABLE metering.meters_us PARTITION OF metering.meters FOR VALUES IN ('us') PARTITION BY HASH (id);
CREATE TABLE metering.meters_us_0 PARTITION OF metering.meters_us FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE metering.meters_us_1 PARTITION OF metering.meters_us FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE metering.meters_us_2 PARTITION OF metering.meters_us FOR VALUES WITH (MODULUS 3, REMAINDER 2);
CREATE TABLE metering.meters_others PARTITION OF metering.meters DEFAULT;
CREATE UNIQUE INDEX meters_serial ON metering.meters (region, id, lower(serial));
CREATE INDEX meters_eu_installed ON metering.meters_eu (installed DESC NULLS LAST) WHERE installed IS NOT NULL;
CREATE TABLE metering.readings (
    region text NOT NULL,
    meter_id bigint NOT NULL,
    at timestamp with time zone NOT NULL,
    value numeric(12,3) DEFAULT 0 NOT NULL,
    note text,
    CONSTRAINT readings_pkey PRIMARY KEY (region, meter_id, at),
    CONSTRAINT readings_value_check CHECK (value >= 0),
    CONSTRAINT readings_meter_fkey FOREIGN KEY (region, meter_id) REFERENCES metering.meters (region, id) ON DELETE CASCADE
) PARTITION BY RANGE (at);
CREATE TABLE metering.readings_2025 PARTITION OF metering.readings
    FOR VALUES FROM (MINVALUE) TO ('2026-01-01 00:00:00+00');
CREATE TABLE metering.readings_2026 PARTITION OF metering.readings
    FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2027-01-01 00:00:00+00') PARTITION BY LIST (region);
CREATE TABLE metering.readings_2026_at PARTITION OF metering.readings_2026 FOR VALUES IN ('at');
CREATE TABLE metering.readings_2026_rest PARTITION OF metering.readings_2026 DEFAULT;
-- Made by itself, with columns in another order, and attached later.
CREATE TABLE archive.readings_2027 (
    value numeric(12,3) DEFAULT 1 NOT NULL,
    note text,
    at timestamp with time zone NOT NULL,
    meter_id bigint NOT NULL,
    region text NOT NULL,
    CONSTRAINT readings_value_check CHECK (value >= 0)
);
ALTER TABLE metering.readings ATTACH PARTITION archive.readings_2027
    FOR VALUES FROM ('2027-01-01 00:00:00+00') TO (MAXVALUE);
CREATE INDEX readings_at ON metering.readings USING brin (at);
ALTER TABLE metering.readings_2025 ADD CONSTRAINT readings_2025_note CHECK (note IS NULL);
CREATE TABLE metering.totals (
    day date NOT NULL,
    region text COLLATE "C" NOT NULL,
    total numeric
) PARTITION BY RANGE (date_trunc('month', day::timestamp), region COLLATE "POSIX" text_pattern_ops);
CREATE TABLE metering.totals_first PARTITION OF metering.totals
    FOR VALUES FROM ('2026-01-01 00:00:00', 'a') TO ('2026-02-01 00:00:00', 'm');
CREATE VIEW metering.latest AS
    SELECT DISTINCT ON (region, meter_id) region, meter_id, at, value
    FROM metering.readings ORDER BY region, meter_id, at DESC;
CREATE FUNCTION metering.keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RETURN NULL; END$$;
CREATE TRIGGER kept AFTER DELETE ON metering.readings FOR EACH ROW EXECUTE FUNCTION metering.keep();
COMMENT ON TABLE metering.readings IS 'what meters say';
COMMENT ON TABLE metering.readings_2025 IS 'what they said';

-- Inheritance that is no partitioning: several parents, several levels, columns and checks that are stated twice.
CREATE TABLE metering.devices (serial text NOT NULL, made date, weight integer NOT NULL DEFAULT 1,
    CONSTRAINT weighs CHECK (weight > 0), CONSTRAINT new CHECK (made > '1990-01-01') NO INHERIT);
CREATE TABLE metering.leased (since date, serial text NOT NULL);
CREATE TABLE metering.gateways (weight integer NOT NULL DEFAULT 5, ports smallint, PRIMARY KEY (serial))
    INHERITS (metering.devices, metering.leased);
CREATE INDEX ON metering.gateways (since);
COMMENT ON COLUMN metering.gateways.ports IS 'How many at a time';
CREATE TABLE metering.repeaters (CONSTRAINT weighs CHECK (weight > 0), made date NOT NULL, range integer) INHERITS (metering.devices);
CREATE TABLE metering.repeaters_outside (weight integer NOT NULL) INHERITS (metering.repeaters);
ALTER TABLE metering.repeaters_outside ALTER COLUMN weight DROP DEFAULT;
CREATE TABLE metering.taken_in (range integer, made date NOT NULL, serial text NOT NULL, weight integer NOT NULL,
    CONSTRAINT weighs CHECK (weight > 0));
ALTER TABLE metering.taken_in INHERIT metering.repeaters;

-- Tables made of a type: made as such, and declared so later; one with partitions, one that is inherited.
CREATE TYPE metering.fix AS (id bigint, lat numeric(8,5), "long" numeric(8,5), place text COLLATE "C");
CREATE TABLE metering.fixes OF metering.fix (id WITH OPTIONS DEFAULT 7 PRIMARY KEY, place WITH OPTIONS NOT NULL, CHECK (lat > -91));
COMMENT ON COLUMN metering.fixes."long" IS 'East of Greenwich';
ALTER TABLE metering.fixes ALTER COLUMN place SET STORAGE EXTERNAL;
CREATE INDEX ON metering.fixes (place);
CREATE UNLOGGED TABLE metering.bare OF metering.fix;
CREATE TABLE metering.later (id bigint GENERATED ALWAYS AS IDENTITY, lat numeric(8,5), "long" numeric(8,5), place text COLLATE "C");
ALTER TABLE metering.later OF metering.fix;
CREATE TABLE metering.divided OF metering.fix PARTITION BY LIST (place);
CREATE TABLE metering.divided_default PARTITION OF metering.divided DEFAULT;
CREATE TABLE metering.further (more text) INHERITS (metering.fixes);

-- What is old lies elsewhere.
CREATE FOREIGN DATA WRAPPER cold_storage OPTIONS (path '/mnt/cold');
COMMENT ON FOREIGN DATA WRAPPER cold_storage IS 'Tapes';
CREATE SERVER cold TYPE 'tape' VERSION '3' FOREIGN DATA WRAPPER cold_storage OPTIONS (rack '7', "Odd option" 'it''s');
COMMENT ON SERVER cold IS 'Slow';
CREATE FOREIGN TABLE archive.old_readings (
    region text OPTIONS (field '1', "Odd option" 'a b') COLLATE "C" NOT NULL,
    at timestamp with time zone DEFAULT now() NOT NULL,
    value numeric(12,3),
    doubled numeric GENERATED ALWAYS AS (value * 2) STORED,
    CONSTRAINT old_readings_value_check CHECK (value >= 0)
) SERVER cold OPTIONS (volume 'readings');
COMMENT ON FOREIGN TABLE archive.old_readings IS 'Before 2024';
COMMENT ON COLUMN archive.old_readings.at IS 'When it was read';
CREATE TRIGGER kept BEFORE INSERT ON archive.old_readings FOR EACH ROW EXECUTE FUNCTION metering.keep();
CREATE VIEW archive.regions AS SELECT DISTINCT region FROM archive.old_readings;
CREATE FOREIGN TABLE archive.totals_2024 (total numeric, day date NOT NULL, region text COLLATE "C" NOT NULL) SERVER cold;
ALTER TABLE metering.totals ATTACH PARTITION archive.totals_2024
    FOR VALUES FROM ('2024-01-01 00:00:00', 'a') TO ('2024-02-01 00:00:00', 'm');
CREATE INDEX totals_total ON metering.totals (total);
