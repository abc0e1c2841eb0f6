INSERT INTO people VALUES (1, 'a', 1, 1, 1, 'x', 'f'), (2, 'b', 2, 2, 1, 'x', 'f');
INSERT INTO staff (id, name, gone, kept, loose, firm, pay) VALUES (3, 'c', 3, 3, 'x', 'f', 10), (4, 'd', 4, 4, 'x', 'f', 20);
INSERT INTO "chief staff" (id, name, gone, kept, wide, loose, firm, pay, since) VALUES (5, 'e', 5, 5, 7, 'x', 'f', 10, '2020-01-01'), (6, 'f', 6, 6, 8, 'x', 'f', 20, '2021-01-01');
