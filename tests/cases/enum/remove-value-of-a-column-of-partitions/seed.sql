INSERT INTO events (day, mood) VALUES ('2025-05-01', 'ok'), ('2026-05-01', 'great');
