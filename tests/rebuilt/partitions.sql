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
