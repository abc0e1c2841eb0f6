CREATE TABLE t (id bigint NOT NULL PRIMARY KEY, note text NOT NULL);
COMMENT ON SCHEMA public IS 'Everything';
