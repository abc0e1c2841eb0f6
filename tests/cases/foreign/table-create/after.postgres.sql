CREATE TABLE kept (id bigint NOT NULL PRIMARY KEY);
CREATE SCHEMA far;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER archive FOREIGN DATA WRAPPER dummy;
CREATE FOREIGN TABLE events (
    id bigint OPTIONS (column_name 'ID', key 'true') NOT NULL,
    feeling mood DEFAULT 'good',
    note varchar(20) OPTIONS ("Odd name" 'a ''b'' \ c') COLLATE "C" DEFAULT 'it''s' NOT NULL,
    long integer GENERATED ALWAYS AS (length(note)) STORED,
    CONSTRAINT events_id_check CHECK (id > 0),
    CONSTRAINT said CHECK (note <> '')
) SERVER archive OPTIONS (schema_name 'public', table_name 'Events');
COMMENT ON FOREIGN TABLE events IS 'What was';
COMMENT ON COLUMN events.id IS 'Its number';
GRANT SELECT ON events TO rcn_reader;
CREATE FUNCTION notice() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    RETURN new;
END$$;
CREATE TRIGGER noticed AFTER INSERT ON events FOR EACH ROW EXECUTE FUNCTION notice();
CREATE FOREIGN TABLE far."Odd Name" (id bigint) SERVER archive;
CREATE VIEW recent AS SELECT id, note FROM events WHERE feeling = 'good';
