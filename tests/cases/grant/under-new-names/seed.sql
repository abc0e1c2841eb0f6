INSERT INTO old_app.t (id, note) VALUES (1, 'a');
