CREATE TABLE logs (
    day date NOT NULL,
    note text,
    CONSTRAINT said CHECK (note <> '')
) PARTITION BY RANGE (day);
CREATE TABLE logs_1 PARTITION OF logs FOR VALUES FROM ('2025-01-01') TO ('2025-02-01');
CREATE INDEX logs_note_idx ON logs (note);
CREATE FOREIGN DATA WRAPPER dummy;
CREATE SERVER archive FOREIGN DATA WRAPPER dummy;
CREATE FOREIGN TABLE logs_0 (
    day date NOT NULL,
    note text OPTIONS (column_name 'words'),
    CONSTRAINT said CHECK (note <> '')
) SERVER archive;
CREATE FOREIGN TABLE logs_2 PARTITION OF logs FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') SERVER archive;
CREATE FOREIGN TABLE logs_3 PARTITION OF logs DEFAULT SERVER archive;
