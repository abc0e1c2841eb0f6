CREATE TABLE orders (id integer NOT NULL PRIMARY KEY, amount bigint NOT NULL);
CREATE PUBLICATION feed FOR TABLE orders (id, amount) WHERE (amount > 3);
