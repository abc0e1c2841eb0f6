INSERT INTO users SELECT 2, name FROM people;
