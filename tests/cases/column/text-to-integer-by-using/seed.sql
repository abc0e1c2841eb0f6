INSERT INTO t (id, priority) VALUES (1, 'high'), (2, 'normal'), (3, 'low'), (4, 'odd');
