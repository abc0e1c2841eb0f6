CREATE TABLE kept (id bigint NOT NULL PRIMARY KEY);
CREATE SCHEMA odd;
CREATE TYPE mood AS ENUM ('good', 'bad');
CREATE TYPE kind AS ENUM ('good', 'bad');
CREATE TYPE pair AS (one integer, two text);
CREATE TYPE odd.short AS (one text);
CREATE FUNCTION rank(m mood) RETURNS integer LANGUAGE sql IMMUTABLE AS $$SELECT CASE m::text WHEN 'good' THEN 1 ELSE 0 END$$;
CREATE FUNCTION cut(s odd.short, length integer, explicit boolean) RETURNS character varying LANGUAGE sql IMMUTABLE
    AS $$SELECT left((s).one, length)$$;
CREATE CAST (mood AS integer) WITH FUNCTION rank(mood) AS IMPLICIT;
COMMENT ON CAST (mood AS integer) IS 'Its rank';
CREATE CAST (pair AS text) WITH INOUT AS ASSIGNMENT;
CREATE CAST (odd.short AS character varying) WITH FUNCTION cut(odd.short, integer, boolean);
CREATE CAST (mood AS kind) WITH INOUT;
CREATE VIEW ranks AS SELECT 'good'::mood + 1 AS above;
