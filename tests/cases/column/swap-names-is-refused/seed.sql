INSERT INTO t (id, a, b) VALUES (1, 'was a', 'was b');
