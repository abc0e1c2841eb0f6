INSERT INTO documents (id, owner, draft) VALUES (1, 'ann', false), (2, 'bob', true);
