INSERT INTO words (id, word) VALUES (1, 'a'), (2, 'b');
