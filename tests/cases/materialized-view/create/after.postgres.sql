CREATE SCHEMA stats;
CREATE TABLE orders (id bigint PRIMARY KEY, org bigint NOT NULL, amount integer NOT NULL);
CREATE MATERIALIZED VIEW stats.totals AS
    SELECT org, sum(amount) AS total, count(*) AS "how many" FROM orders GROUP BY org;
ALTER MATERIALIZED VIEW stats.totals SET (fillfactor = 70);
COMMENT ON MATERIALIZED VIEW stats.totals IS 'What each has ordered';
COMMENT ON COLUMN stats.totals.total IS 'in cents';
CREATE UNIQUE INDEX totals_org_idx ON stats.totals (org) WITH (fillfactor = 80);
ALTER MATERIALIZED VIEW stats.totals CLUSTER ON totals_org_idx;
CREATE INDEX half ON stats.totals ((total / 2)) WHERE total > 0;
COMMENT ON INDEX stats.half IS 'over an expression';
CREATE INDEX "by count" ON stats.totals ("how many");
CREATE VIEW big_ones AS SELECT org FROM stats.totals WHERE total > 10;
CREATE MATERIALIZED VIEW over_it AS SELECT count(*) AS n FROM big_ones WITH NO DATA;
