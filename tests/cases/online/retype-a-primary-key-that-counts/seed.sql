INSERT INTO t (other) SELECT 'name ' || g FROM generate_series(1, 2000) AS g;
