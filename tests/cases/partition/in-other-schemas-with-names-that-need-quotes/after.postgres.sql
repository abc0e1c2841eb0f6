CREATE SCHEMA "Past";
CREATE TABLE "Log Book" ("The Kind" text NOT NULL, id bigint NOT NULL DEFAULT 7, PRIMARY KEY (id, "The Kind")) PARTITION BY LIST ("The Kind");
CREATE INDEX ON "Log Book" ("The Kind");
CREATE TABLE "Past"."Log Book" PARTITION OF "Log Book" (id DEFAULT 8) FOR VALUES IN ('it''s', 'a, (b', '\');
COMMENT ON TABLE "Past"."Log Book" IS 'it''s the part';
COMMENT ON COLUMN "Past"."Log Book".id IS 'own';
