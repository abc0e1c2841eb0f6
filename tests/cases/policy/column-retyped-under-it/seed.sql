INSERT INTO owners (id, name) VALUES (1, 'ann');
INSERT INTO documents (id, owner) VALUES (1, 1);
