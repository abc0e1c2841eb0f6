INSERT INTO users VALUES (1, 1), (1, 2), (2, 1);
INSERT INTO posts VALUES (1, 1, 1, 2), (2, 1, NULL, 1), (3, 2, 1, NULL);
