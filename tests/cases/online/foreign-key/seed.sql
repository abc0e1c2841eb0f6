INSERT INTO p SELECT generate_series(1, 12000);
INSERT INTO t (id, name, other) SELECT n, 'name ' || n, n FROM generate_series(1, 12000) AS n;
