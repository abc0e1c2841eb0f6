INSERT INTO users (id, email) SELECT 3, 'c' || email FROM emails WHERE email = 'a@x';
