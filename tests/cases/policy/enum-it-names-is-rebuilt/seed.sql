INSERT INTO documents (id, mood) VALUES (1, 'glad'), (2, 'sad');
