INSERT INTO m (id, d, old, kept) VALUES (1, '2026-01-05', 'a', 1), (2, '2026-02-05', 'b', 2);
