INSERT INTO begins VALUES (1, 2, 'n');
INSERT INTO ends VALUES (3, 4);
INSERT INTO becomes VALUES (5, 6);
INSERT INTO goes VALUES (7, 8, 'gone');
