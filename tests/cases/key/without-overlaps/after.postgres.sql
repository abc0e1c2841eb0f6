CREATE EXTENSION btree_gist;
CREATE TABLE prices (
    product integer NOT NULL, valid daterange NOT NULL, note text, earlier daterange,
    PRIMARY KEY (product, valid WITHOUT OVERLAPS),
    CONSTRAINT prices_earlier UNIQUE (product, earlier WITHOUT OVERLAPS)
);
COMMENT ON CONSTRAINT prices_earlier ON prices IS 'once at a time';
CREATE TABLE seats (
    seat int4range NOT NULL, valid daterange NOT NULL,
    CONSTRAINT seats_key PRIMARY KEY (seat, valid WITHOUT OVERLAPS),
    CONSTRAINT seats_once UNIQUE (seat, valid) WITH (fillfactor=80) DEFERRABLE INITIALLY DEFERRED
);
CREATE TABLE rooms (
    room int4range NOT NULL, valid tstzrange NOT NULL, price numeric NOT NULL,
    UNIQUE (room, valid WITHOUT OVERLAPS) INCLUDE (price)
);
