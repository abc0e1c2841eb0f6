CREATE TABLE kept (id bigint NOT NULL PRIMARY KEY);
CREATE FUNCTION check_options(options text[], catalog oid) RETURNS void LANGUAGE plpgsql AS $$BEGIN
END$$;
CREATE FOREIGN DATA WRAPPER files VALIDATOR check_options OPTIONS (debug 'true', path '/srv/o''brien');
COMMENT ON FOREIGN DATA WRAPPER files IS 'Knows files';
GRANT USAGE ON FOREIGN DATA WRAPPER files TO rcn_writer;
CREATE FOREIGN DATA WRAPPER bare;
CREATE SERVER archive TYPE 'cold' VERSION '2' FOREIGN DATA WRAPPER files
    OPTIONS ("Odd name" 'a ''b'' \ c', host 'db', port '5432');
COMMENT ON SERVER archive IS 'What is old';
GRANT USAGE ON FOREIGN SERVER archive TO rcn_reader WITH GRANT OPTION;
CREATE SERVER plain FOREIGN DATA WRAPPER bare;
