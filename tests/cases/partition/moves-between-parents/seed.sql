INSERT INTO logs SELECT '2025-01-05', n, 'n' || n FROM generate_series(1, 20) AS n;
INSERT INTO logs SELECT '2025-02-07', n, 'n' || n FROM generate_series(1, 20) AS n;
