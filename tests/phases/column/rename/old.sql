INSERT INTO users (id, mail) VALUES (3, 'old@x');
UPDATE users SET mail = 'Ann@y' WHERE mail = 'ann@x';
UPDATE users SET name = 'Bob' WHERE mail = 'bob@x';
INSERT INTO users (id, mail) VALUES (3, 'older@x') ON CONFLICT (id) DO UPDATE SET mail = excluded.mail;
