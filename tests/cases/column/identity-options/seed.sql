INSERT INTO numbered (name) VALUES ('a'), ('b');
