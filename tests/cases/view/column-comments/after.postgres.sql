CREATE TABLE t (id bigint PRIMARY KEY, n integer NOT NULL);
COMMENT ON COLUMN t.id IS 'of the table';
CREATE VIEW v AS SELECT id, n, id + n AS both FROM t;
COMMENT ON VIEW v IS 'the view';
COMMENT ON COLUMN v.id IS 'the number, still';
COMMENT ON COLUMN v.both IS 'it''s new';
CREATE VIEW w AS SELECT id, n FROM v;
COMMENT ON COLUMN w.n IS 'passed on';
COMMENT ON COLUMN w.id IS 'passed on, too';
