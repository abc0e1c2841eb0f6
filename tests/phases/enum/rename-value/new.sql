INSERT INTO t (id, mood, note) VALUES (4, 'SAD', 'new');
