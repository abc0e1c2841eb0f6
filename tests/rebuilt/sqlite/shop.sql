CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
    email TEXT COLLATE NOCASE NOT NULL,
    name TEXT NOT NULL DEFAULT '',
    joined TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    UNIQUE (email),
    CONSTRAINT email_has_at CHECK (email LIKE '%@%')
);

CREATE TABLE products (
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    cents INTEGER NOT NULL,
    price REAL GENERATED ALWAYS AS (cents / 100.0) STORED,
    sold INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (sku),
    CHECK (cents >= 0)
) WITHOUT ROWID;

CREATE TABLE orders (
    id INTEGER NOT NULL,
    customer_id INTEGER NOT NULL,
    state TEXT NOT NULL DEFAULT 'open',
    note TEXT,
    PRIMARY KEY (id),
    CHECK (state IN ('open', 'paid', 'sent; done')),
    FOREIGN KEY (customer_id) REFERENCES customers (id) ON DELETE CASCADE
) STRICT;

CREATE TABLE order_lines (
    order_id INTEGER NOT NULL,
    sku TEXT NOT NULL,
    amount INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (order_id, sku),
    FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT of_product FOREIGN KEY (sku) REFERENCES products (sku) DEFERRABLE INITIALLY DEFERRED
);

CREATE INDEX orders_by_customer ON orders (customer_id, state DESC);
CREATE UNIQUE INDEX one_open_order ON orders (customer_id) WHERE state = 'open';
CREATE INDEX customers_by_name ON customers (lower(name));

CREATE VIEW open_orders AS
    SELECT o.id, c.email, (SELECT sum(l.amount) FROM order_lines l WHERE l.order_id = o.id) AS pieces
    FROM orders o JOIN customers c ON c.id = o.customer_id
    WHERE o.state = 'open' -- neither paid nor sent; nor done
;

CREATE TRIGGER line_is_sold AFTER INSERT ON order_lines FOR EACH ROW
BEGIN
    UPDATE products SET sold = sold + CASE WHEN new.amount > 0 THEN new.amount ELSE 0 END WHERE sku = new.sku;
    DELETE FROM order_lines WHERE order_id = new.order_id AND amount = 0;
END;

CREATE TRIGGER open_order_is_made INSTEAD OF INSERT ON open_orders FOR EACH ROW
BEGIN
    INSERT INTO orders (id, customer_id) SELECT new.id, c.id FROM customers c WHERE c.email = new.email;
END;
