INSERT INTO t (id, mood) VALUES (1, 'GLAD'), (2, 'SAD');
