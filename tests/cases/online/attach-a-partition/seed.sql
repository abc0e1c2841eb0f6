INSERT INTO old_events SELECT n, CASE WHEN n % 2 = 0 THEN 'it''s old' END FROM generate_series(1, 40) AS n;
INSERT INTO events SELECT n, 'new' FROM generate_series(1, 20) AS n;
ANALYZE;
