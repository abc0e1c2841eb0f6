INSERT INTO t (id, n, other) SELECT g, g, 'name ' || g FROM generate_series(1, 2000) AS g;
