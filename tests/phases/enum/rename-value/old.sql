INSERT INTO t (id, mood) VALUES (3, 'GLAD');
