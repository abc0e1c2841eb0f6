CREATE TABLE addresses (id bigint NOT NULL PRIMARY KEY, zip text NOT NULL, town text NOT NULL);
CREATE STATISTICS place ON zip, town FROM addresses;
COMMENT ON STATISTICS place IS 'after';
CREATE STATISTICS widened ON zip, town FROM addresses;
COMMENT ON STATISTICS widened IS 'Both';
CREATE STATISTICS with_note (mcv) ON zip, town FROM addresses;
CREATE STATISTICS new_name ON id, town FROM addresses;
