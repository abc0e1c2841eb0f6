INSERT INTO t (id, words) SELECT g, CASE WHEN g % 4 > 0 THEN g || ',b' END FROM generate_series(1, 2000) AS g;
