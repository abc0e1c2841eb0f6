INSERT INTO words (id, word, plain) VALUES (1, 'Ärger', 'b');
