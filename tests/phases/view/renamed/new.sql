INSERT INTO users SELECT 3, max(name) FROM persons;
