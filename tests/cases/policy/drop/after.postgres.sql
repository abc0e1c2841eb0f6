CREATE TABLE documents (id bigint NOT NULL PRIMARY KEY, owner text NOT NULL, draft boolean DEFAULT false NOT NULL);
