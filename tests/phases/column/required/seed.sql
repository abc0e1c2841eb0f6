INSERT INTO users VALUES (1, 'f1'), (2, 'f2');
