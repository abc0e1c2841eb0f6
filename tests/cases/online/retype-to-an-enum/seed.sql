INSERT INTO t (id, mood) SELECT g, (ARRAY['SAD', 'OK', 'HAPPY'])[g % 3 + 1] FROM generate_series(1, 2000) AS g;
