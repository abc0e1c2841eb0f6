INSERT INTO people VALUES (1, 'ann@x', NULL), (2, 'bob@x', 'b');
