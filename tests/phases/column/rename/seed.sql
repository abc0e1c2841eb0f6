INSERT INTO users (id, mail, name) VALUES (1, 'ann@x', 'Ann'), (2, 'bob@x', NULL);
