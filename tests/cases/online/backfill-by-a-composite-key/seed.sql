INSERT INTO "by two" SELECT 'it''s "{' || n % 7, timestamptz '2026-01-01 00:00:00.123456+00' + n * interval '1.5 s', n FROM generate_series(1, 11000) AS n;
