INSERT INTO entries (id, feeling) VALUES (1, 'bad');
