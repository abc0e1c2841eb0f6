INSERT INTO logs_1 (day, note) VALUES ('2025-01-02', 'a');
