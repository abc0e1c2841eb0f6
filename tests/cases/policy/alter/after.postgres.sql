CREATE TABLE documents (id bigint NOT NULL PRIMARY KEY, owner text NOT NULL, draft boolean DEFAULT false NOT NULL);
CREATE POLICY a ON documents TO rcn_reader, rcn_writer USING (owner = session_user);
COMMENT ON POLICY a ON documents IS 'said';
CREATE POLICY b ON documents USING (id > 0);
CREATE POLICY c ON documents FOR DELETE USING (id > 0);
CREATE POLICY d ON documents AS RESTRICTIVE USING (id > 0);
CREATE POLICY e ON documents USING (id > 1) WITH CHECK (id > 2);
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
ALTER TABLE documents FORCE ROW LEVEL SECURITY;
