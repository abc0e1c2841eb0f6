CREATE TABLE logs (day date NOT NULL, id bigint NOT NULL CHECK (id > 0), note text, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE INDEX ON logs (note);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE TABLE logs_2 (note text, id bigint NOT NULL, day date NOT NULL, CONSTRAINT logs_id_check CHECK (id > 0));
ALTER TABLE logs ATTACH PARTITION logs_2 FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');
