CREATE TABLE parts (id bigint PRIMARY KEY, whole bigint);
CREATE RECURSIVE VIEW within (id, depth) AS
    SELECT id, 0 FROM parts WHERE whole IS NULL
    UNION ALL
    SELECT p.id, w.depth + 1 FROM parts p JOIN within w ON p.whole = w.id;
