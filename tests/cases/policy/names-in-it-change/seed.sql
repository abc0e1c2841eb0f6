INSERT INTO old_app.owners (id, login) VALUES (1, 'ann');
INSERT INTO documents (id, owner) VALUES (1, 1);
