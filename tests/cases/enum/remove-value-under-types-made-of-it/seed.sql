INSERT INTO people VALUES (1, 'ok', '{ok,great}', ROW('ok', 'a, "b"'), ROW(ROW('great', 'c'), 'ok'));
