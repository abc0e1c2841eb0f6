INSERT INTO people VALUES (1, 'ann');
INSERT INTO parted VALUES (1, 'ann');
INSERT INTO heir VALUES (2, 'bob', 'own');
