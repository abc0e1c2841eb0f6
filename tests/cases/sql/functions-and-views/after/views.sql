CREATE VIEW totals AS
    SELECT sum(in_full(o.cents))::integer AS total, count(*) AS orders FROM orders o;
COMMENT ON VIEW totals IS 'all of it; ever';
CREATE INDEX orders_by_cents ON orders (in_full(cents));
