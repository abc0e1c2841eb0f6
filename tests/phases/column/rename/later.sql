INSERT INTO users (id, email) VALUES (6, 'late@x');
