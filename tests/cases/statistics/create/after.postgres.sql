CREATE SCHEMA planner;
CREATE TABLE addresses (id bigint NOT NULL PRIMARY KEY, zip text NOT NULL, city text NOT NULL, country text NOT NULL);
CREATE STATISTICS place ON city, zip FROM addresses;
COMMENT ON STATISTICS place IS 'A zip is of one city';
CREATE STATISTICS pairs (ndistinct, mcv) ON zip, city, country FROM addresses;
CREATE STATISTICS planner."Odd one" (dependencies) ON zip, country FROM addresses;
CREATE MATERIALIZED VIEW cities AS SELECT country, city, count(*) AS streets FROM addresses GROUP BY country, city;
CREATE STATISTICS of_cities ON country, city FROM cities;
