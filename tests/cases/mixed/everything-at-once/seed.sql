INSERT INTO users (id, mail) VALUES (1, 'a@x'), (2, 'b@x');
INSERT INTO tickets (id, user_id, state, priority, note) VALUES (1, 1, 'open', 'high', 'n'), (2, 2, 'closed', 'low', NULL);
