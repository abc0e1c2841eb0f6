INSERT INTO t (id, name, other) SELECT n, 'name ' || n, n FROM generate_series(1, 12000) AS n;
UPDATE t SET name = NULL WHERE id % 3 = 0;
