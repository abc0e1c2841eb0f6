use crate::catalog::Key;
use crate::catalog::kinds::{
    Deferrable, Index, IndexTerm, Match, ReferentialAction, Table, TableExt, Trigger, TriggerAction,
    TriggerEvent, TriggerTiming, View,
};
use crate::dialect::RowsQuery;

use super::*;

/// What SQLAlchemy 2 writes for an ordinary model.
const SQLALCHEMY: &[&str] = &[
    "
CREATE TABLE organizations (
	id INTEGER NOT NULL, 
	name VARCHAR(64) NOT NULL, 
	PRIMARY KEY (id)
)

",
    "
CREATE TABLE users (
	id INTEGER NOT NULL, 
	line_user_id VARCHAR(64) NOT NULL, 
	role VARCHAR(11) DEFAULT 'USER' NOT NULL, 
	balance NUMERIC(10, 2) DEFAULT '0.00', 
	is_active BOOLEAN DEFAULT (1) NOT NULL, 
	meta JSON, 
	created_at DATETIME DEFAULT (CURRENT_TIMESTAMP) NOT NULL, 
	manager_id INTEGER, 
	organization_id INTEGER, 
	PRIMARY KEY (id), 
	CONSTRAINT uq_users_line UNIQUE (line_user_id), 
	CONSTRAINT user_role CHECK (role IN ('SUPER_ADMIN', 'ADMIN', 'AGENT', 'USER')), 
	FOREIGN KEY(manager_id) REFERENCES users (id) ON DELETE SET NULL, 
	CONSTRAINT fk_users_org FOREIGN KEY(organization_id) REFERENCES organizations (id) ON DELETE CASCADE
)

",
    "CREATE INDEX ix_users_role ON users (role)",
    "CREATE UNIQUE INDEX ix_users_active ON users (lower(line_user_id), created_at DESC) WHERE is_active = 1",
];

#[tokio::test]
async fn sqlalchemy_tables_are_read() {
    let catalog = catalog(SQLALCHEMY).await;
    let id = column(&catalog, "users", "id");
    assert_eq!((&*id.data_type.text, id.nullable), ("INTEGER", false));
    let balance = column(&catalog, "users", "balance");
    assert_eq!(&*balance.data_type.text, "NUMERIC(10, 2)");
    assert_eq!(balance.default.as_ref().unwrap().text(), "'0.00'");
    let created = column(&catalog, "users", "created_at");
    assert_eq!(created.default.as_ref().unwrap().text(), "CURRENT_TIMESTAMP");
    let (key, _) = only::<PrimaryKey>(&catalog, "users");
    assert!(matches!(&key.path, Path::Member(_, Key::Structural(text)) if &**text == "primary key"));
    let (check, payload) = only::<Check>(&catalog, "users");
    assert_eq!(check.name().unwrap().text(), "user_role");
    assert_eq!(
        payload.expr.text(),
        "role IN ('SUPER_ADMIN', 'ADMIN', 'AGENT', 'USER')"
    );
    assert_eq!(catalog.of_kind::<ForeignKey>().count(), 2);
    let index: &Index = catalog
        .payload(&ObjectId::member(
            Kind::Index,
            &table("users"),
            Ident::folded("ix_users_active"),
        ))
        .unwrap();
    assert!(index.unique && index.keys[1].descending);
    assert!(matches!(&index.keys[0].term, IndexTerm::Expr(expr) if expr.text() == "lower(line_user_id)"));
    assert_eq!(index.predicate.as_ref().unwrap().text(), "is_active = 1");
}

/// Texts of every shape; what is read of them is written and read again.
const SHAPES: &[&[&str]] = &[
    SQLALCHEMY,
    // Django's.
    &[
        "CREATE TABLE \"app_x\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"slug\" varchar(50) NOT NULL UNIQUE)",
        "CREATE TABLE \"app_y\" (\"id\" integer NOT NULL PRIMARY KEY AUTOINCREMENT, \"n\" integer unsigned NOT NULL CHECK (\"n\" >= 0), \"data\" text NOT NULL CHECK ((JSON_VALID(\"data\") OR \"data\" IS NULL)), \"x_id\" bigint NOT NULL REFERENCES \"app_x\" (\"id\") DEFERRABLE INITIALLY DEFERRED, CONSTRAINT \"n_ok\" CHECK (\"n\" <10), CONSTRAINT \"u\" UNIQUE (\"x_id\", \"n\"))",
        "CREATE INDEX \"app_y_x_id_5f\" ON \"app_y\" (\"x_id\")",
        "CREATE UNIQUE INDEX \"u2\" ON \"app_y\" (\"n\") WHERE \"x_id\" IS NULL",
    ],
    &["create table t(a)"],
    &["CREATE TABLE t (a, b INT, c UNSIGNED BIG INT NOT NULL, d varchar ( 10 ), e NUMERIC(10,2))"],
    &[
        "CREATE TABLE \"we \"\"ird; drop\" (\"a b\" TEXT, [c d] INT, `e` REAL, \"order\" TEXT NOT NULL DEFAULT 'it''s')",
    ],
    &[
        "CREATE TABLE t (\n -- the key\n id INTEGER /* really */ PRIMARY KEY AUTOINCREMENT, b TEXT DEFAULT \"x\")",
    ],
    &["CREATE TABLE t (id INTEGER NOT NULL CONSTRAINT pk_t PRIMARY KEY AUTOINCREMENT, b TEXT)"],
    &["CREATE TABLE t (id INTEGER, CONSTRAINT pk_t PRIMARY KEY (id AUTOINCREMENT))"],
    &["CREATE TABLE t (a TEXT, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID"],
    &["CREATE TABLE t (a TEXT PRIMARY KEY, b ANY) STRICT, WITHOUT ROWID"],
    &["CREATE TABLE t (a INT NOT NULL, b TEXT) STRICT"],
    &["CREATE TABLE t (a TEXT PRIMARY KEY COLLATE NOCASE, b TEXT UNIQUE, c TEXT COLLATE RTRIM UNIQUE)"],
    &[
        "CREATE TABLE t (a INT CHECK (a > 0) CHECK (a < 9), b INT CONSTRAINT ck CHECK (b <> a), CHECK (a+b > 0))",
    ],
    &[
        "CREATE TABLE t (a INT, b INT AS (a + 1), c INT GENERATED ALWAYS AS (a * 2) STORED, d TEXT NOT NULL GENERATED ALWAYS AS (\"a\" || ')') VIRTUAL)",
    ],
    &[
        "CREATE TABLE t (a DEFAULT -1, b DEFAULT +2.5e3, c DEFAULT x'00', d DEFAULT (1 + 2), e DEFAULT NULL, f DEFAULT true, g DEFAULT foo, h DEFAULT (lower(hex(randomblob(16)))), i DEFAULT CURRENT_DATE, j DEFAULT ((datetime('now', 'utc'))))",
    ],
    &[
        "CREATE TABLE p (a INT, b INT, UNIQUE (a, b))",
        "CREATE TABLE c (a INT, b INT, CONSTRAINT f FOREIGN KEY (a, b) REFERENCES p (a, b) ON DELETE SET DEFAULT ON UPDATE RESTRICT MATCH FULL DEFERRABLE INITIALLY DEFERRED)",
    ],
    &[
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE c (a INT REFERENCES p ON DELETE CASCADE NOT DEFERRABLE INITIALLY IMMEDIATE, b INT REFERENCES p DEFERRABLE CHECK (b > 0))",
    ],
    &[
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b (id))",
        "CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a (id))",
    ],
    &["CREATE TABLE c (a INT REFERENCES nowhere (id))"],
    &["CREATE TABLE t (a INT CONSTRAINT f REFERENCES t, b INT, PRIMARY KEY (a ASC) CONSTRAINT u UNIQUE (b))"],
    &[
        "CREATE TABLE t (\"check\" INT, \"primary\" INT, CHECK (\"check\" > 0))",
        "CREATE INDEX \"i x\" ON t (\"check\" DESC, \"primary\" COLLATE NOCASE)",
    ],
    &[
        "CREATE TABLE t (a TEXT COLLATE NOCASE, b)",
        "CREATE INDEX i ON t (a COLLATE BINARY, b COLLATE BINARY, lower(a) COLLATE nocase DESC)",
    ],
    &[
        "CREATE TABLE t (a, b)",
        "CREATE INDEX i ON t (\"a\" ASC) WHERE \"b\" IS NOT NULL /* c */ AND a > 0",
    ],
    &[
        "CREATE TABLE t (a INT, b INT)",
        "CREATE VIEW v (x, \"y z\") AS SELECT a, b FROM t -- all\n WHERE a > 0",
        "CREATE VIEW w AS WITH q AS (SELECT * FROM v) SELECT * FROM q",
    ],
    &[
        "CREATE TABLE t (a INT, b INT)",
        "CREATE TABLE log (m TEXT)",
        "CREATE TRIGGER tr AFTER UPDATE OF a, b ON t FOR EACH ROW WHEN (NEW.a > CASE WHEN 1 THEN 0 END) BEGIN INSERT INTO log VALUES ('end;'); SELECT CASE WHEN 1 THEN 2 END; END",
        "CREATE TRIGGER t2 DELETE ON t BEGIN DELETE FROM log; -- done\n END",
    ],
    &[
        "CREATE TABLE t (a INT)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE TRIGGER tr INSTEAD OF INSERT ON v BEGIN INSERT INTO t VALUES (NEW.a); END",
    ],
];

#[tokio::test]
async fn what_is_read_is_written_and_read_the_same() {
    for shape in SHAPES {
        let first = catalog(shape).await;
        let written = creates(&first);
        let written: Vec<&str> = written.iter().map(String::as_str).collect();
        let second = catalog(&written).await;
        assert_eq!(first, second, "{shape:#?}\n{written:#?}");
        assert_eq!(creates(&second), written);
    }
}

#[tokio::test]
async fn details_of_columns() {
    let catalog = catalog(&[
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT COLLATE NOCASE, b TEXT COLLATE BINARY, g INT AS (id + 1) STORED, q TEXT DEFAULT \"it's\", k DEFAULT FALSE)",
        "CREATE TABLE s (k TEXT PRIMARY KEY, v int) WITHOUT ROWID",
        "CREATE TABLE n (k TEXT PRIMARY KEY)",
    ])
    .await;
    assert!(!column(&catalog, "t", "id").nullable);
    assert_eq!(
        column(&catalog, "t", "a").collation,
        Some(crate::catalog::EngineName::builtin(Ident::folded("NOCASE")))
    );
    assert_eq!(column(&catalog, "t", "b").collation, None);
    assert!(column(&catalog, "t", "g").generated.as_ref().unwrap().stored);
    assert_eq!(
        column(&catalog, "t", "q").default.as_ref().unwrap().text(),
        "'it''s'"
    );
    assert_eq!(column(&catalog, "t", "k").default.as_ref().unwrap().text(), "0");
    assert!(!column(&catalog, "s", "k").nullable);
    assert_eq!(&*column(&catalog, "s", "v").data_type.text, "INT");
    assert!(column(&catalog, "n", "k").nullable);
    let ext = catalog
        .payload::<Table>(&ObjectId::table(table("s")))
        .unwrap()
        .ext;
    assert_eq!(
        ext,
        TableExt::Sqlite {
            strict: false,
            without_rowid: true
        }
    );
}

#[tokio::test]
async fn details_of_constraints() {
    let catalog = catalog(SHAPES[15]).await;
    let (id, key) = only::<ForeignKey>(&catalog, "c");
    assert_eq!(id.name().unwrap().text(), "f");
    assert_eq!(key.on_delete, ReferentialAction::SetDefault);
    assert_eq!(key.on_update, ReferentialAction::Restrict);
    assert_eq!(key.match_type, Match::Full);
    assert_eq!(key.deferrable, Deferrable::InitiallyDeferred);
    let (id, unique) = only::<Unique>(&catalog, "p");
    assert!(matches!(&id.path, Path::Member(_, Key::Structural(text)) if &**text == "unique a, b"));
    assert_eq!(unique.columns.len(), 2);
}

#[tokio::test]
async fn references_without_columns_mean_the_primary_key() {
    let catalog = catalog(&[
        "CREATE TABLE c (a INT REFERENCES p)",
        "CREATE TABLE p (key INTEGER PRIMARY KEY)",
    ])
    .await;
    let (_, key) = only::<ForeignKey>(&catalog, "c");
    assert_eq!(key.referenced, [Ident::folded("key")]);
}

#[tokio::test]
async fn renames_leave_no_quotes_behind() {
    let catalog = catalog(&[
        "CREATE TABLE t (a INT, \"b\" INT, CHECK (\"b\" > a))",
        "CREATE INDEX i ON t (\"b\") WHERE \"b\" > 0",
        "ALTER TABLE t RENAME COLUMN b TO score",
        "ALTER TABLE t RENAME TO u",
    ])
    .await;
    let (_, check) = only::<Check>(&catalog, "u");
    assert_eq!(check.expr.text(), "score > a");
    let (_, index) = only::<Index>(&catalog, "u");
    assert_eq!(index.predicate.as_ref().unwrap().text(), "score > 0");
}

#[tokio::test]
async fn altered_texts_are_read() {
    let catalog = catalog(&[
        "CREATE TABLE t (a INT, b INT, PRIMARY KEY (a))",
        "ALTER TABLE t ADD COLUMN c TEXT NOT NULL DEFAULT 'x' /* why */",
        "ALTER TABLE t ADD COLUMN d INT",
        "ALTER TABLE t DROP COLUMN b",
    ])
    .await;
    let names: Vec<&str> = catalog
        .of_kind::<Column>()
        .filter_map(|(id, _)| id.name().map(Ident::text))
        .collect();
    assert_eq!(names, ["a", "c", "d"]);
}

#[tokio::test]
async fn triggers_and_views_know_what_they_need() {
    let catalog = catalog(&[
        "CREATE TABLE t (a INT, b INT)",
        "CREATE TABLE log (m TEXT)",
        "CREATE VIEW v AS SELECT a FROM t",
        "CREATE VIEW w AS SELECT * FROM V",
        "CREATE TRIGGER tr BEFORE INSERT ON t WHEN NEW.a > 0 BEGIN INSERT INTO log VALUES (NEW.b); END",
        "CREATE INDEX i ON t (abs(b)) WHERE a > 0",
    ])
    .await;
    let needs = |dependent: &ObjectId, referenced: &ObjectId| {
        catalog
            .edges()
            .any(|edge| edge.dependent == *dependent && edge.referenced == *referenced)
    };
    let view = |name: &str| ObjectId::qualified(Kind::View, table(name));
    let of = |relation: &str, name: &str| ObjectId::column(&table(relation), Ident::folded(name));
    let t = ObjectId::table(table("t"));
    let trigger = ObjectId::member(Kind::Trigger, &table("t"), Ident::folded("tr"));
    let index = ObjectId::member(Kind::Index, &table("t"), Ident::folded("i"));
    assert!(needs(&view("v"), &t) && needs(&view("v"), &of("t", "a")) && needs(&view("w"), &view("v")));
    assert!(!needs(&view("v"), &of("t", "b")) && !needs(&view("w"), &t));
    assert!(needs(&trigger, &ObjectId::table(table("log"))) && needs(&trigger, &of("t", "b")));
    assert!(needs(&index, &of("t", "b")) && needs(&index, &of("t", "a")));
    let (_, payload) = only::<Trigger>(&catalog, "t");
    assert_eq!(
        (payload.timing, payload.events.as_slice()),
        (TriggerTiming::Before, [TriggerEvent::Insert].as_slice())
    );
    assert_eq!(payload.condition.as_ref().unwrap().text(), "NEW.a > 0");
    assert!(
        matches!(&payload.action, TriggerAction::Body(body) if body.text() == "INSERT INTO log VALUES (NEW.b);")
    );
    let view = catalog.payload::<View>(&view("v")).unwrap();
    assert_eq!(view.query.text(), "SELECT a FROM t");
}

#[tokio::test]
async fn what_is_not_modelled_is_named() {
    for (statements, words) in [
        (
            &["CREATE TABLE t (a INT UNIQUE ON CONFLICT IGNORE)"] as &[&str],
            "ON CONFLICT",
        ),
        (
            &["CREATE TABLE t (a INT NOT NULL ON CONFLICT ABORT)"],
            "ON CONFLICT",
        ),
        (
            &["CREATE TABLE t (a INT, PRIMARY KEY (a) ON CONFLICT REPLACE)"],
            "ON CONFLICT",
        ),
        (&["CREATE TABLE t (a INTEGER PRIMARY KEY DESC)"], "DESC"),
        (
            &["CREATE TABLE t (a INT, UNIQUE (a COLLATE NOCASE))"],
            "collation",
        ),
        (
            &["CREATE TABLE t (a INT REFERENCES t MATCH PARTIAL)"],
            "MATCH partial",
        ),
        (&["CREATE TABLE t (a INT CONSTRAINT nn NOT NULL)"], "the name nn"),
        (&["CREATE TABLE t (a INT, UNIQUE (a), UNIQUE (A))"], "twice"),
        (
            &["CREATE VIRTUAL TABLE docs USING fts5(body)"],
            "virtual table, with docs_config, docs_content",
        ),
    ] {
        let reason = reason(statements).await.to_lowercase();
        assert!(reason.contains(&words.to_lowercase()), "{reason}");
        assert_eq!(reason.lines().count(), 1, "{reason}");
    }
}

#[tokio::test]
async fn left_out_are_our_own_tables_and_what_was_asked() {
    let mut session = database(&[
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)",
        "CREATE TABLE reconcile_ledger (id INTEGER PRIMARY KEY AUTOINCREMENT)",
        "CREATE INDEX l ON reconcile_ledger (id)",
        "CREATE TABLE t (a)",
        "ANALYZE",
    ])
    .await;
    let scope = Scope {
        leave_out: vec![QName::bare(Ident::exact("Alembic_Version"))],
        ..Scope::default()
    };
    let read = session.introspect(&scope).await.unwrap();
    assert!(read.unmodelled.is_empty());
    assert_eq!(read.catalog.len(), 2);
}

#[tokio::test]
async fn declared_rows_are_read_as_literals() {
    let mut session = database(&[
        "CREATE TABLE priorities (id INTEGER PRIMARY KEY, name TEXT, weight NUMERIC(4, 2), blob BLOB, \"order\" INT)",
        "INSERT INTO priorities VALUES (2, 'Normal', 1.50, x'00', NULL), (1, 'it''s', 3.0, NULL, 7)",
    ])
    .await;
    let idents = |names: &[&str]| names.iter().map(|name| Ident::folded(name)).collect::<Vec<_>>();
    let scope = Scope {
        rows: vec![
            RowsQuery {
                table: table("priorities"),
                key: idents(&["id"]),
                columns: idents(&["id", "name", "weight", "blob", "order", "missing"]),
            },
            RowsQuery {
                table: table("nowhere"),
                key: idents(&["id"]),
                columns: idents(&["id"]),
            },
        ],
        ..Scope::default()
    };
    let read = session.introspect(&scope).await.unwrap();
    let id = ObjectId::on(Kind::Rows, ObjectId::table(table("priorities")));
    let rows: &crate::catalog::kinds::Rows = read.catalog.payload(&id).unwrap();
    assert_eq!(rows.columns.len(), 5);
    let cells: Vec<Vec<&str>> = rows
        .rows
        .iter()
        .map(|row| row.iter().map(|cell| &**cell).collect())
        .collect();
    assert_eq!(
        cells,
        [
            ["1", "'it''s'", "3", "NULL", "7"],
            ["2", "'Normal'", "1.5", "X'00'", "NULL"]
        ]
    );
}
