CREATE FUNCTION apart(a float8, b float8) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT a - b';
CREATE TYPE floats AS RANGE (SUBTYPE = float8, SUBTYPE_DIFF = apart);
COMMENT ON TYPE floats IS 'From one number to another';
CREATE TYPE words AS RANGE (SUBTYPE = text, COLLATION = "C", SUBTYPE_OPCLASS = text_pattern_ops);
CREATE TYPE "my range" AS RANGE (SUBTYPE = int);
CREATE TABLE t (id bigint PRIMARY KEY, f floats, w words[], r "my range");
CREATE INDEX by_f ON t USING gist (f);
