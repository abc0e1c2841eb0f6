INSERT INTO codes VALUES ('a'), ('b');
INSERT INTO uses VALUES (1, 'a'), (2, 'b');
