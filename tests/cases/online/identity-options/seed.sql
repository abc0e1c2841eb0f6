INSERT INTO t (id, name, other) SELECT n, 'name ' || n, n FROM generate_series(1, 12000) AS n;
