CREATE TABLE users (tenant integer NOT NULL, id integer NOT NULL, PRIMARY KEY (tenant, id));
CREATE TABLE posts (
    id integer PRIMARY KEY,
    tenant integer NOT NULL,
    writer integer,
    editor integer,
    CONSTRAINT posts_author FOREIGN KEY (tenant, writer) REFERENCES users ON DELETE SET NULL (writer),
    CONSTRAINT posts_editor FOREIGN KEY (tenant, editor) REFERENCES users ON DELETE SET DEFAULT (editor)
);
CREATE TABLE notes (
    id integer PRIMARY KEY,
    tenant integer,
    author integer,
    CONSTRAINT notes_author FOREIGN KEY (tenant, author) REFERENCES users ON DELETE SET NULL (author, tenant)
);
