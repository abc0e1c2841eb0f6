CREATE TABLE logs (day date NOT NULL, id bigint NOT NULL CHECK (id > 0), note text, PRIMARY KEY (id, day), UNIQUE (note, day)) PARTITION BY RANGE (day);
CREATE INDEX ON logs (note);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
