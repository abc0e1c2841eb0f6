CREATE TABLE t (id bigint PRIMARY KEY, n bigint NOT NULL, note text);
CREATE FUNCTION retyped(a int) RETURNS bigint LANGUAGE sql STABLE RETURN (SELECT max(t.n) FROM t WHERE t.id > a);
CREATE FUNCTION textual() RETURNS int LANGUAGE sql RETURN 1;
CREATE VIEW v AS SELECT id, retyped(1) AS m FROM t;
CREATE FUNCTION noted(a text) RETURNS SETOF bigint LANGUAGE sql BEGIN ATOMIC SELECT id FROM t WHERE note = a; END;
CREATE PROCEDURE note(a bigint, OUT n bigint) LANGUAGE sql
    BEGIN ATOMIC SELECT count(*) FROM t; END;
