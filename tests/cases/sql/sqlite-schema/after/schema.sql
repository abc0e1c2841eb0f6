CREATE TABLE items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL DEFAULT ';',
    price REAL NOT NULL DEFAULT 0 CHECK (price >= 0)
);
CREATE VIEW cheap AS SELECT name FROM items WHERE price < 1; -- nearly nothing
