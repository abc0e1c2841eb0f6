INSERT INTO t (id, n) SELECT g, g FROM generate_series(1, 2000) AS g;
