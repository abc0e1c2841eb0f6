INSERT INTO t (id, mood, other) VALUES (1, 'GLAD', NULL), (2, 'SAD', 'GLAD');
