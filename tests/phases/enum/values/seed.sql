INSERT INTO users VALUES (1, 'ok'), (2, 'happy');
