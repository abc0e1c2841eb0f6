CREATE TABLE kept (id bigint PRIMARY KEY);
CREATE TABLE events (
    id bigint NOT NULL,
    at timestamptz NOT NULL DEFAULT now(),
    kind text NOT NULL DEFAULT 'plain' CHECK (kind <> ''),
    kept_id bigint REFERENCES kept,
    PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE INDEX ON events (kind);
CREATE INDEX ix_events_kind ON events (lower(kind), at);
CREATE TABLE events_2025 PARTITION OF events FOR VALUES FROM ('2025-01-01 00:00+00') TO ('2026-01-01 00:00+00');
CREATE TABLE events_2026 PARTITION OF events (kind DEFAULT 'new', CONSTRAINT kept_id_positive CHECK (kept_id > 0))
    FOR VALUES FROM ('2026-01-01 00:00+00') TO (MAXVALUE);
CREATE INDEX ON events_2026 (kept_id);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE TABLE sales (region text, day date NOT NULL, amount numeric(10,2) NOT NULL) PARTITION BY LIST (region);
CREATE TABLE sales_eu PARTITION OF sales FOR VALUES IN ('DE', 'FR', NULL) PARTITION BY RANGE (day);
CREATE TABLE sales_eu_2025 PARTITION OF sales_eu FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
CREATE TABLE sales_rest PARTITION OF sales DEFAULT;
ALTER TABLE sales ADD UNIQUE (region, day);
CREATE TABLE parts (name text NOT NULL) PARTITION BY HASH (name, length(name));
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
CREATE TABLE spans (a int NOT NULL, b text NOT NULL) PARTITION BY RANGE (a, b COLLATE "C" text_pattern_ops);
CREATE TABLE spans_low PARTITION OF spans FOR VALUES FROM (MINVALUE, MINVALUE) TO (10, 'm');
