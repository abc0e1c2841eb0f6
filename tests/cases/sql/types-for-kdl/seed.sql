INSERT INTO app.places VALUES ('here');
INSERT INTO people VALUES (1, 'calm', 'x@y', 'here');
