INSERT INTO people VALUES (1, 'ann', 20, 7), (2, 'bob', 3, 8);
INSERT INTO others VALUES (1, 'cem', NULL, NULL);
INSERT INTO heirs (id, name, own) VALUES (2, 'dov', 'own');
