CREATE TABLE documents (id bigint NOT NULL PRIMARY KEY, owner text NOT NULL, draft boolean DEFAULT false NOT NULL);
CREATE POLICY own_rows ON documents USING (owner = current_user) WITH CHECK (owner = current_user);
COMMENT ON POLICY own_rows ON documents IS 'Everybody has his own';
CREATE POLICY readers ON documents FOR SELECT TO rcn_reader USING (NOT draft);
CREATE POLICY writers ON documents FOR INSERT TO rcn_reader, rcn_writer WITH CHECK (id > 0);
CREATE POLICY "no Drafts" ON documents AS RESTRICTIVE FOR UPDATE TO "rcn Odd role" USING (NOT draft) WITH CHECK (NOT draft);
CREATE POLICY keep ON documents FOR DELETE
    USING ((SELECT count(*) FROM documents d WHERE d.owner = documents.owner) > 1);
ALTER TABLE documents ENABLE ROW LEVEL SECURITY;
