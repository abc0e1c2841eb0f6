INSERT INTO p SELECT g, g FROM generate_series(1, 100) AS g;
INSERT INTO t (id, n) SELECT g, CASE WHEN g % 3 > 0 THEN g % 90 + 4 END FROM generate_series(1, 2000) AS g;
