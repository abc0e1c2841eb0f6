CREATE TABLE seats (seat int4range NOT NULL, valid daterange NOT NULL, PRIMARY KEY (seat, valid WITHOUT OVERLAPS));
CREATE TABLE bookings (id integer PRIMARY KEY, seat int4range, during daterange NOT NULL,
    CONSTRAINT bookings_seat FOREIGN KEY (seat, PERIOD during) REFERENCES seats (seat, PERIOD valid) DEFERRABLE INITIALLY DEFERRED);
CREATE TABLE old (id integer PRIMARY KEY, seat int4range NOT NULL, during daterange NOT NULL,
    CONSTRAINT old_same FOREIGN KEY (seat, PERIOD during) REFERENCES seats (seat, PERIOD valid));
COMMENT ON CONSTRAINT old_same ON old IS 'again';
CREATE TABLE new (seat int4range NOT NULL, during daterange NOT NULL,
    CONSTRAINT new_seat FOREIGN KEY (seat, PERIOD during) REFERENCES seats (seat, PERIOD valid) NOT ENFORCED);
ALTER TABLE new ADD CONSTRAINT new_open FOREIGN KEY (seat, PERIOD during) REFERENCES seats (seat, PERIOD valid) NOT VALID;
