INSERT INTO texts VALUES ('a', 'b');
INSERT INTO letters VALUES ('c', 'd');
