CREATE TABLE bookings (id bigint NOT NULL, room integer NOT NULL, during int4range NOT NULL, state text DEFAULT 'open' NOT NULL, CONSTRAINT bookings_pkey PRIMARY KEY (id));
ALTER TABLE bookings ADD EXCLUDE USING gist (int4range(room, room + 1) WITH &&, during WITH &&) WITH (fillfactor=80) WHERE (state <> 'cancelled');
COMMENT ON CONSTRAINT bookings_int4range_during_excl ON bookings IS 'nobody shares';
