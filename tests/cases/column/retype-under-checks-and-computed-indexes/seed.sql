INSERT INTO t (id, name, n) SELECT g, 'name ' || g, g FROM generate_series(1, 500) AS g;
