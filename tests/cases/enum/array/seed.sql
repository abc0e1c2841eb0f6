INSERT INTO t (id, moods) VALUES (1, '{ok}');
