use crate::catalog::walk::{References, Walk};
use crate::catalog::{Canonical, Expr};
use crate::dialect::render::render;
use crate::dialect::session::TxnOptions;
use crate::dialect::{Alter, PlanCx, Sizes};
use crate::diff::{Intents, diff};
use crate::op::Plan;
use crate::plan::{Context, plan, plan_back};
use crate::script::Script;

use super::*;

/// The plan from what a database has to what these statements make.
fn planned(from: &Catalog, to: &Catalog, intents: &Intents) -> (Plan, Plan) {
    let server = server();
    let engine = server.engine();
    let difference = diff(
        &Canonical::assumed(from.clone()),
        &Canonical::assumed(to.clone()),
        intents,
        &|name| engine.quote(name),
    );
    let context = Context {
        server: &server,
        intents,
        choices: &crate::dialect::Choices::DEFAULT,
        locate: &|_| None,
        sizes: &Sizes::new(),
    };
    let start = std::sync::Arc::new(from.clone());
    let up = plan(&start, &difference, &context).unwrap();
    let down = plan_back(&start, &difference, &context).unwrap();
    (up, down)
}

async fn run(session: &mut SqliteSession, script: &Script) {
    let options = TxnOptions {
        foreign_keys_off: script.foreign_keys_off,
        continues: false,
    };
    session.begin(options).await.unwrap();
    for item in script.steps.iter().flat_map(|step| &step.items) {
        match item {
            Item::Sql(sql) => {
                if let Err(error) = session.execute(sql).await {
                    panic!("{sql}: {error}\n{script:#?}");
                }
            }
            Item::Expect { label, sql, value } => {
                let found = session.query(sql).await.unwrap();
                assert_eq!(found[0][0].as_ref(), Some(value), "{label}");
            }
            other => panic!("not of this engine: {other:?}"),
        }
    }
    session.commit().await.unwrap();
}

async fn value(session: &mut SqliteSession, sql: &str) -> String {
    let rows = session.query(sql).await.unwrap();
    rows.into_iter()
        .flatten()
        .map(|cell| cell.unwrap_or_else(|| "NULL".to_owned()))
        .collect::<Vec<_>>()
        .join(" ")
}

/// Takes a database from one set of statements to another, there and back, and returns it after the way there.
async fn moved(from: &[&str], to: &[&str], intents: &Intents) -> (SqliteSession, Script) {
    let wanted = catalog(to).await;
    let mut session = database(from).await;
    let before = read_all(&mut session).await.catalog.into_catalog();
    let (up, down) = planned(&before, &wanted, intents);
    let script = render(&up, &server());
    run(&mut session, &script).await;
    assert_eq!(
        read_all(&mut session).await.catalog.catalog(),
        &wanted,
        "{script:#?}"
    );
    run(&mut session, &render(&down, &server())).await;
    assert_eq!(read_all(&mut session).await.catalog.catalog(), &before);
    run(&mut session, &script).await;
    assert_eq!(read_all(&mut session).await.catalog.catalog(), &wanted);
    (session, script)
}

fn has_rebuild(script: &Script) -> bool {
    script.foreign_keys_off
}

const FAMILY: &[&str] = &[
    "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT, boss INT REFERENCES p (id))",
    "CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p (id) ON DELETE CASCADE)",
    "CREATE TABLE log (m TEXT)",
    "CREATE INDEX p_name ON p (name)",
    "CREATE VIEW v AS SELECT p.name, c.id FROM p JOIN c ON c.p = p.id",
    "CREATE VIEW w AS SELECT * FROM v",
    "CREATE TRIGGER tr AFTER INSERT ON p BEGIN INSERT INTO log VALUES (NEW.name); END",
    "CREATE TRIGGER other AFTER INSERT ON c BEGIN UPDATE p SET name = name || '!' WHERE id = NEW.p; END",
    "INSERT INTO p VALUES (1, 'a', NULL), (2, 'b', 1), (9, 'gone', 1)",
    "INSERT INTO c VALUES (10, 1), (11, 2)",
    "DELETE FROM p WHERE id = 9",
    "DELETE FROM log",
];

#[tokio::test]
async fn a_rebuild_keeps_children_sequence_views_and_triggers() {
    let mut to = FAMILY[..8].to_vec();
    to[0] = "CREATE TABLE p (id INTEGER PRIMARY KEY AUTOINCREMENT, name VARCHAR(99) NOT NULL, boss INT REFERENCES p (id))";
    let (mut session, script) = moved(FAMILY, &to, &Intents::default()).await;
    assert!(has_rebuild(&script));
    assert_eq!(
        value(&mut session, "SELECT id, p FROM c ORDER BY id").await,
        "10 1 11 2"
    );
    assert_eq!(
        value(&mut session, "SELECT id, name, boss FROM p ORDER BY id").await,
        "1 a! NULL 2 b! 1"
    );
    assert_eq!(
        value(&mut session, "SELECT name, seq FROM sqlite_sequence").await,
        "p 9"
    );
    assert_eq!(value(&mut session, "SELECT count(*) FROM w").await, "2");
    assert_eq!(value(&mut session, "SELECT count(*) FROM log").await, "0");
    session
        .execute("INSERT INTO p (name) VALUES ('new')")
        .await
        .unwrap();
    assert_eq!(value(&mut session, "SELECT max(id) FROM p").await, "10");
    assert_eq!(value(&mut session, "SELECT m FROM log").await, "new");
    assert_eq!(value(&mut session, "PRAGMA integrity_check").await, "ok");
    session.execute("DELETE FROM p WHERE id = 2").await.unwrap();
    assert_eq!(value(&mut session, "SELECT id FROM c").await, "10");
}

/// A view over a table that is gone, and a full-text index that triggers keep: both are none of the rebuild's business.
#[tokio::test]
async fn broken_views_and_full_text_do_not_stop_a_rebuild() {
    let mut session = database(&[
        "CREATE TABLE posts (id INTEGER PRIMARY KEY, body TEXT)",
        "CREATE VIRTUAL TABLE posts_fts USING fts5(body, content='posts', content_rowid='id')",
        "CREATE TRIGGER posts_ai AFTER INSERT ON posts BEGIN INSERT INTO posts_fts (rowid, body) VALUES (NEW.id, NEW.body); END",
        "CREATE VIEW broken AS SELECT * FROM nowhere",
        "INSERT INTO posts VALUES (1, 'hello world')",
    ])
    .await;
    let read = read_all(&mut session).await;
    assert_eq!(read.unmodelled.len(), 1);
    let before = read.catalog.into_catalog();
    let mut after = before.clone();
    let body = ObjectId::column(&table("posts"), Ident::folded("body"));
    let required = Column {
        nullable: false,
        ..column(&before, "posts", "body").clone()
    };
    after.insert(body, required);
    let (up, _) = planned(&before, &after, &Intents::default());
    run(&mut session, &render(&up, &server())).await;
    assert_eq!(read_all(&mut session).await.catalog.catalog(), &after);
    session
        .execute("INSERT INTO posts VALUES (2, 'good bye')")
        .await
        .unwrap();
    let found = value(
        &mut session,
        "SELECT rowid FROM posts_fts WHERE posts_fts MATCH 'hello OR bye' ORDER BY 1",
    )
    .await;
    assert_eq!(found, "1 2");
    assert_eq!(value(&mut session, "PRAGMA legacy_alter_table").await, "0");
}

#[tokio::test]
async fn hidden_row_numbers_stay() {
    let from = [
        "CREATE TABLE t (a TEXT, rowid TEXT)",
        "INSERT INTO t VALUES ('x', 'y'), ('z', 'u'), ('v', 'w')",
        "DELETE FROM t WHERE a = 'z'",
    ];
    let (mut session, _) = moved(
        &from,
        &["CREATE TABLE t (a VARCHAR(9), rowid TEXT)"],
        &Intents::default(),
    )
    .await;
    assert_eq!(
        value(&mut session, "SELECT _rowid_, a, rowid FROM t ORDER BY 1").await,
        "1 x y 3 v w"
    );
}

#[tokio::test]
async fn generated_columns_and_filling() {
    let from = [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, p TEXT, g TEXT AS (upper(a)) STORED)",
        "INSERT INTO t (id, a, p) VALUES (1, NULL, 'high'), (2, 'x', 'low')",
    ];
    let to = [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT NOT NULL DEFAULT 'none', p INTEGER NOT NULL, g TEXT AS (lower(a)) STORED, n TEXT NOT NULL)",
    ];
    let mut intents = Intents::default();
    let of = |name: &str| ObjectId::column(&table("t"), Ident::folded(name));
    intents.using.insert(
        of("p"),
        Expr::new("CASE p WHEN 'high' THEN 1 WHEN 'low' THEN 3 ELSE p END"),
    );
    intents.backfill.insert(of("n"), Expr::new("'filled'"));
    let wanted = catalog(&to).await;
    let mut session = database(&from).await;
    let before = read_all(&mut session).await.catalog.into_catalog();
    let (up, _) = planned(&before, &wanted, &intents);
    run(&mut session, &render(&up, &server())).await;
    assert_eq!(read_all(&mut session).await.catalog.catalog(), &wanted);
    assert_eq!(
        value(&mut session, "SELECT * FROM t ORDER BY id").await,
        "1 none 1 none filled 2 x 3 x filled"
    );
}

#[tokio::test]
async fn columns_come_and_go_in_place() {
    let from = [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, old TEXT)",
        "CREATE INDEX i ON t (old)",
        "CREATE VIEW v AS SELECT old FROM t",
        "INSERT INTO t VALUES (1, 'x')",
    ];
    let to = [
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b INT NOT NULL DEFAULT 5, g INT NOT NULL AS (id + 1) VIRTUAL)",
        "CREATE VIEW v AS SELECT a FROM t",
    ];
    // Back again `old` comes back without its values, which is what dropping it means.
    let (mut session, script) = moved(&from, &to, &Intents::default()).await;
    assert!(!has_rebuild(&script), "{script:#?}");
    assert_eq!(value(&mut session, "SELECT * FROM t").await, "1 NULL 5 2");
}

#[tokio::test]
async fn tables_that_refer_to_each_other_come_and_go() {
    let both = [
        "CREATE TABLE a (id INTEGER PRIMARY KEY, b INT REFERENCES b (id))",
        "CREATE TABLE b (id INTEGER PRIMARY KEY, a INT REFERENCES a (id))",
    ];
    let (mut session, _) = moved(&[], &both, &Intents::default()).await;
    session.execute("INSERT INTO a VALUES (1, NULL)").await.unwrap();
    session.execute("INSERT INTO b VALUES (1, 1)").await.unwrap();
    session.execute("UPDATE a SET b = 1").await.unwrap();
    let before = read_all(&mut session).await.catalog.into_catalog();
    let (up, _) = planned(&before, &Catalog::new(), &Intents::default());
    let script = render(&up, &server());
    run(&mut session, &script).await;
    assert!(read_all(&mut session).await.catalog.is_empty());
    assert_eq!(script.losses().count(), 2);
}

/// What the rule row says of adding or dropping a column of `t`.
async fn ways(from: &str, to: &str, name: &str) -> Alter {
    let (from, to) = (catalog(&[from]).await, catalog(&[to]).await);
    let server = server();
    let (from_references, to_references) = (References::new(&from), References::new(&to));
    let (from_walk, to_walk) = (Walk::new(&from), Walk::new(&to));
    let cx = PlanCx {
        server: &server,
        from: &from,
        to: &to,
        from_references: &from_references,
        to_references: &to_references,
        from_walk: &from_walk,
        to_walk: &to_walk,
        sizes: &Sizes::new(),
        choices: &crate::dialect::Choices::DEFAULT,
        using: &std::collections::HashMap::new(),
    };
    let id = ObjectId::column(&table("t"), Ident::folded(name));
    let rules = server.engine().rules(Kind::Column).unwrap();
    match (from.get(&id), to.get(&id)) {
        (None, Some(object)) => rules.attach(&id, object, &cx),
        (Some(object), None) => rules.detach(&id, object, &cx),
        _ => panic!("the column must come or go"),
    }
}

/// The rule row must say in place exactly where SQLite does it on a table with rows, or be on the safe side.
#[tokio::test]
async fn in_place_is_what_sqlite_can_do() {
    for (addition, way) in [
        ("c TEXT", Alter::InPlace),
        ("c TEXT NOT NULL DEFAULT 'x'", Alter::InPlace),
        ("c INT NOT NULL DEFAULT -1", Alter::InPlace),
        ("c TEXT COLLATE NOCASE", Alter::InPlace),
        ("c INT AS (a + 1)", Alter::InPlace),
        ("c TEXT NOT NULL", Alter::RebuildParent),
        ("c TEXT DEFAULT CURRENT_TIMESTAMP", Alter::RebuildParent),
        ("c TEXT DEFAULT (lower('X'))", Alter::RebuildParent),
        ("c INT AS (a + 1) STORED", Alter::RebuildParent),
        ("c TEXT UNIQUE", Alter::RebuildParent),
        ("c INT REFERENCES t (a)", Alter::RebuildParent),
        ("c INT CHECK (c > 0)", Alter::RebuildParent),
    ] {
        let from = "CREATE TABLE t (a INTEGER PRIMARY KEY, b INT)";
        let to = format!("CREATE TABLE t (a INTEGER PRIMARY KEY, b INT, {addition})");
        assert_eq!(ways(from, &to, "c").await, way, "add {addition}");
        assert_eq!(
            ways(&to, from, "c").await == Alter::InPlace,
            !matches!(
                addition,
                "c TEXT UNIQUE" | "c INT REFERENCES t (a)" | "c INT CHECK (c > 0)"
            ),
            "drop {addition}"
        );
        if way == Alter::InPlace {
            let add = format!("ALTER TABLE t ADD COLUMN {addition}");
            let mut session = database(&[from, "INSERT INTO t VALUES (1, 2)"]).await;
            session.execute(&add).await.unwrap();
        }
    }
    assert_eq!(
        ways("CREATE TABLE t (c INT)", "CREATE TABLE t (d INT)", "c").await,
        Alter::RebuildParent
    );
}

#[tokio::test]
async fn renamed_columns_and_tables_keep_rows() {
    let from = [
        "CREATE TABLE old (id INTEGER PRIMARY KEY, mobile TEXT, UNIQUE (mobile))",
        "CREATE TABLE c (o INT REFERENCES old (id))",
        "CREATE VIEW v AS SELECT mobile FROM old",
        "CREATE INDEX i ON old (mobile) WHERE mobile <> ''",
        "CREATE TRIGGER tr AFTER INSERT ON c WHEN (SELECT count(*) FROM old) > 0 BEGIN UPDATE old SET mobile = 'kept' WHERE old.id = 1; END",
        "INSERT INTO old VALUES (1, '0')",
    ];
    let to = [
        "CREATE TABLE new (id INTEGER PRIMARY KEY, phone TEXT, UNIQUE (phone))",
        "CREATE TABLE c (o INT REFERENCES new (id))",
        "CREATE VIEW v AS SELECT phone FROM new",
        "CREATE INDEX i ON new (phone) WHERE phone <> ''",
        "CREATE TRIGGER tr AFTER INSERT ON c WHEN (SELECT count(*) FROM new) > 0 BEGIN UPDATE new SET phone = 'kept' WHERE new.id = 1; END",
    ];
    let mut session = database(&from).await;
    let before = read_all(&mut session).await.catalog.into_catalog();
    let mut after = before.clone();
    let server = server();
    let cx = RenderCx {
        server: &server,
        to: &before,
        txn: crate::op::Txn::Inside,
    };
    let renames = [
        (ObjectId::table(table("old")), ObjectId::table(table("new"))),
        (
            ObjectId::column(&table("new"), Ident::folded("mobile")),
            ObjectId::column(&table("new"), Ident::folded("phone")),
        ),
    ];
    for (from, to) in &renames {
        let mut sql = Sql::new(server.engine());
        server
            .engine()
            .rules(from.kind)
            .unwrap()
            .rename(from, to, &cx, &mut sql);
        for statement in statements(sql.finish()) {
            session.execute(&statement).await.unwrap();
        }
        let sql = to.name().unwrap().text();
        after.rename(&crate::catalog::Renaming { from, to, sql });
    }
    let read = read_all(&mut session).await.catalog.into_catalog();
    assert_eq!(read, catalog(&to).await);
    assert_eq!(read, after);
}
