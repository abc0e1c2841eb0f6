INSERT INTO logs SELECT '2025-01-05', n, 'n' || n FROM generate_series(1, 20) AS n;
INSERT INTO logs_2 SELECT '2025-03-07', n, 'n' || n FROM generate_series(1, 3) AS n;
