INSERT INTO visits (mood, moods, visits) VALUES ('ok', '{sad,ok}', 1), ('sad', '{ok}', 1), ('sad', NULL, 2), (NULL, '{sad}', NULL);
