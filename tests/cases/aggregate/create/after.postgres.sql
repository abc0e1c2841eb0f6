CREATE TABLE t (id bigint PRIMARY KEY, n integer NOT NULL);
CREATE FUNCTION add(total bigint, n int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT total + n';
CREATE FUNCTION sum_of_both(a bigint, b bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT a + b';
CREATE FUNCTION take(total bigint, n int) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT total - n';
CREATE FUNCTION say(total bigint, n int) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT total::text';
CREATE AGGREGATE total(int) (SFUNC = add, STYPE = bigint, INITCOND = '0');
COMMENT ON AGGREGATE total(int) IS 'Adds up';
CREATE AGGREGATE spoken(int) (SFUNC = add, STYPE = bigint, SSPACE = 64, FINALFUNC = say, FINALFUNC_EXTRA,
    FINALFUNC_MODIFY = SHAREABLE, COMBINEFUNC = sum_of_both, INITCOND = '0', MSFUNC = add, MINVFUNC = take, MSTYPE = bigint,
    MINITCOND = '0', MFINALFUNC = say, MFINALFUNC_EXTRA, PARALLEL = SAFE);
CREATE AGGREGATE row_count(*) (SFUNC = int8inc, STYPE = bigint, INITCOND = '0');
CREATE AGGREGATE lowest(n int) (SFUNC = int4smaller, STYPE = int, SORTOP = <);
CREATE AGGREGATE middle(float8 ORDER BY float8) (SFUNC = ordered_set_transition, STYPE = internal,
    FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE AGGREGATE standing(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal,
    FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE VIEW v AS SELECT total(n) AS t, spoken(n) AS s, row_count(*) AS r FROM t;
