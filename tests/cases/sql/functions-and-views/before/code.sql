/* What is counted; a semicolon or two. */
CREATE FUNCTION in_full(cents integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT cents * 1.0; $$;

CREATE VIEW totals AS
    SELECT sum(in_full(o.cents))::integer AS total FROM orders o;
COMMENT ON VIEW totals IS 'all of it; ever';
