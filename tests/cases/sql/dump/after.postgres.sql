CREATE TABLE items (
    id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    name text DEFAULT ';'::text NOT NULL,
    price numeric(10,2) DEFAULT 0 NOT NULL,
    CONSTRAINT items_pkey PRIMARY KEY (id)
);
CREATE INDEX items_name_idx ON items (name);
