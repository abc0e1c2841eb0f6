CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER archive FOREIGN DATA WRAPPER dummy;
CREATE FOREIGN TABLE events (
    id bigint OPTIONS (column_name 'number', key 'true') NOT NULL,
    note text OPTIONS (b '3') NOT NULL,
    new_name text,
    stays bigint DEFAULT 2,
    added text OPTIONS (c '4') DEFAULT 'x' NOT NULL,
    free date,
    CONSTRAINT positive CHECK (id > 1),
    CONSTRAINT new CHECK (stays > 0)
) SERVER archive OPTIONS ("limit" '5', table_name 'happenings');
COMMENT ON FOREIGN TABLE events IS 'Two';
CREATE FOREIGN TABLE new_events (id bigint) SERVER archive;
CREATE FUNCTION notice() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    RETURN new;
END$$;
CREATE VIEW recent AS SELECT id, note FROM events;
