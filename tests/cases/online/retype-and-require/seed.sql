INSERT INTO t (id, n, m) SELECT g, CASE WHEN g % 4 > 0 THEN g::text END, g FROM generate_series(1, 2000) AS g;
