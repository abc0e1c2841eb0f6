INSERT INTO t (id, kept, leaves, goes, comes) VALUES (1, 'ok', 'ok', 'ok', 'ok');
