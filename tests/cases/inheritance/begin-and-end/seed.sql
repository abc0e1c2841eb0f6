INSERT INTO begins VALUES (1, 'o');
INSERT INTO ends VALUES (2, 'n');
INSERT INTO swaps VALUES (3, 'n');
INSERT INTO turns VALUES (4, 'n');
