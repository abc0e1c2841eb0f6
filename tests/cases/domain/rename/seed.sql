INSERT INTO users (id, mail, other) VALUES (1, 'a@b', '{x@y}');
