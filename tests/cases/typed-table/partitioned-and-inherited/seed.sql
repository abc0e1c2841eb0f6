INSERT INTO events VALUES ('2025-01-03', 'n');
INSERT INTO heir VALUES ('2025-01-03', 'n', 'o');
