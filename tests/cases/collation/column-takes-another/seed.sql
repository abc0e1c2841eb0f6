INSERT INTO words (id, word, plain) VALUES (1, 'Ärger', 'x'), (2, 'Arm', 'y');
