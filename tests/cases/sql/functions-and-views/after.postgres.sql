CREATE TABLE orders (id bigint NOT NULL, cents integer NOT NULL, CONSTRAINT orders_pkey PRIMARY KEY (id));
CREATE FUNCTION in_full(cents integer) RETURNS numeric
    LANGUAGE sql IMMUTABLE
    AS $$ SELECT cents * 2.0; $$;
CREATE FUNCTION note_count() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
    -- Nobody counts yet;
    RETURN NULL;
END;
$body$;
CREATE TRIGGER counted AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION note_count();
CREATE INDEX orders_by_cents ON orders (in_full(cents));
CREATE VIEW totals AS SELECT sum(in_full(o.cents))::integer AS total, count(*) AS orders FROM orders o;
COMMENT ON VIEW totals IS 'all of it; ever';
