INSERT INTO users (id, email) VALUES (4, 'new@x');
UPDATE users SET email = 'Bob@y' WHERE email = 'bob@x';
INSERT INTO users (id, email, name) VALUES (5, 'new@x', 'twice') ON CONFLICT (email) DO UPDATE SET name = excluded.name;
DELETE FROM users WHERE email = 'nobody@x';
