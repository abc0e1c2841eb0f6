INSERT INTO logs (day, id) SELECT '2025-01-05', n FROM generate_series(1, 20) AS n;
