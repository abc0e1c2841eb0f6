PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT ';'
);
CREATE TABLE sqlite_sequence(name,seq);
CREATE TRIGGER named AFTER UPDATE ON items BEGIN
    UPDATE items SET name = CASE WHEN new.name = '' THEN ';' ELSE new.name END WHERE id = new.id;
END;
COMMIT;
