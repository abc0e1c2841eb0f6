INSERT INTO t (id, name, code) SELECT g, 'name ' || g, g FROM generate_series(1, 2000) AS g;
