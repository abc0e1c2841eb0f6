INSERT INTO kinds VALUES (1, 'one', 'first');
INSERT INTO own_kinds VALUES (1, 'one', 'none');
INSERT INTO uses VALUES (1);
