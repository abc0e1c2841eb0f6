use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::{Catalog, ObjectId};
use crate::dialect::scratch::Scratch;
use crate::dialect::{Dialect, Scope};
use crate::script::{Item, Script, Step};

use super::rows::{self, Ground};
use super::{Built, Claim, Evidence, Mapping, Proof, kept, prove};

async fn scratch() -> Scratch {
    Dialect::Sqlite.engine().scratch(None).await.unwrap()
}

async fn state(ddl: &str) -> Arc<Catalog> {
    let mut scratch = scratch().await;
    let session = scratch.session().unwrap();
    session.execute(ddl).await.unwrap();
    let read = session.introspect(&Scope::default()).await.unwrap();
    read.catalog.shared()
}

fn script(statements: &[&str]) -> Script {
    let step = |sql: &&str| Step {
        title: "a step".to_owned(),
        items: vec![Item::Sql((*sql).to_owned())],
        ..Step::default()
    };
    Script {
        foreign_keys_off: false,
        steps: statements.iter().map(step).collect(),
    }
}

async fn proof(from: &str, to: &str, up: &[&str], down: &[&str]) -> Proof {
    let (from, to) = (state(from).await, state(to).await);
    let claim = Claim {
        from: &from,
        to: &to,
        renames: &[],
        upgrade: &script(up),
        downgrade: &script(down),
        scope: &Scope::default(),
        is_reviewed: false,
    };
    let start = Built {
        state: &from,
        locate: &|_| None,
    };
    prove(&claim, &start, &mut scratch().await, &|_| None).await
}

fn proven(proof: Proof) -> Evidence {
    match proof {
        Proof::Proven(evidence) => evidence,
        other => panic!("{other:?}"),
    }
}

fn refused(proof: Proof) -> String {
    match proof {
        Proof::Failed(problems) => problems[0].message.clone(),
        other => panic!("{other:?}"),
    }
}

const PLAIN: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, note TEXT)";
const WIDER: &str = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, note TEXT, more TEXT)";
const ADD: &str = "ALTER TABLE t ADD COLUMN more TEXT";
const TAKE: &str = "ALTER TABLE t DROP COLUMN more";

#[tokio::test]
async fn rows_come_through_a_plan_that_keeps_them() {
    let evidence = proven(proof(PLAIN, WIDER, &[ADD], &[TAKE]).await);
    assert_eq!(evidence.to_string(), "up and down, 4 rows of 1 table kept");
}

#[tokio::test]
async fn a_lost_row_is_named_by_its_key() {
    let said = refused(proof(PLAIN, WIDER, &[ADD, "DELETE FROM t WHERE id = 2"], &[TAKE]).await);
    assert_eq!(
        said,
        "not every value is kept: row id=2 of t is not there after the upgrade"
    );
}

#[tokio::test]
async fn a_changed_value_is_told_with_what_it_was() {
    let said = refused(
        proof(
            PLAIN,
            WIDER,
            &[ADD, "UPDATE t SET note = 'x' WHERE id = 1"],
            &[TAKE],
        )
        .await,
    );
    assert!(said.contains("column note of row id=1 of t was '"), "{said}");
    assert!(said.ends_with("and is 'x' after the upgrade"), "{said}");
}

#[tokio::test]
async fn the_way_back_keeps_rows_too() {
    let said = refused(proof(PLAIN, WIDER, &[ADD], &[TAKE, "UPDATE t SET name = NULL"]).await);
    assert!(
        said.contains("is NULL after the upgrade and the downgrade"),
        "{said}"
    );
}

#[tokio::test]
async fn rows_without_a_key_are_counted() {
    let from = "CREATE TABLE t (name TEXT)";
    let to = "CREATE TABLE t (name TEXT, more TEXT)";
    let lose = "DELETE FROM t WHERE rowid = 1";
    assert!(refused(proof(from, to, &[ADD, lose], &[TAKE]).await).contains("is not there"));
    proven(proof(from, to, &[ADD], &[TAKE]).await);
}

#[tokio::test]
async fn null_may_be_filled_where_the_column_becomes_required() {
    let to = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT)";
    let up = [
        "CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT NOT NULL, note TEXT)",
        "INSERT INTO n SELECT id, coalesce(name, ''), note FROM t",
        "DROP TABLE t",
        "ALTER TABLE n RENAME TO t",
    ];
    let down = [
        "CREATE TABLE n (id INTEGER PRIMARY KEY, name TEXT, note TEXT)",
        "INSERT INTO n SELECT id, name, note FROM t",
        "DROP TABLE t",
        "ALTER TABLE n RENAME TO t",
    ];
    let evidence = proven(proof(PLAIN, to, &up, &down).await);
    assert_eq!(evidence.rows, 4);
}

#[tokio::test]
async fn rows_in_the_way_of_a_step_are_taken_out() {
    // No row can hold this, and no key of the plan said so before.
    let to = "CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, note TEXT); CREATE UNIQUE INDEX u ON t (length(name) > 0)";
    let evidence = proven(
        proof(
            PLAIN,
            to,
            &["CREATE UNIQUE INDEX u ON t (length(name) > 0)"],
            &["DROP INDEX u"],
        )
        .await,
    );
    assert_eq!((evidence.rows, evidence.open.len()), (1, 0));
}

/// The rows made for a schema, and why other tables have none.
async fn filled(ddl: &str) -> (BTreeMap<String, usize>, BTreeMap<String, String>) {
    let from = state(ddl).await;
    let mut scratch = scratch().await;
    let session = scratch.session().unwrap();
    session.execute(ddl).await.unwrap();
    let server = session.server().clone();
    let ground = Ground {
        server: &server,
        from: &from,
        to: &from,
        mapping: &Mapping::new(&from, &from, &[]),
        first: 0,
        touched_only: false,
    };
    let filled = rows::fill(&ground, &BTreeMap::new(), session).await.unwrap();
    let look = kept::look(session, &from, &filled.made).await.unwrap();
    let orphans = session.query("PRAGMA foreign_key_check").await.unwrap();
    assert!(orphans.is_empty());
    let counts = look.iter().map(|(table, seen)| (table.to_string(), seen.len()));
    let left_out = filled.left_out.into_iter();
    (
        counts.collect(),
        left_out.map(|(table, why)| (table.to_string(), why)).collect(),
    )
}

#[tokio::test]
async fn rows_honour_checks_keys_and_references() {
    let (counts, left_out) = filled(
        "CREATE TABLE kind (code TEXT PRIMARY KEY CHECK (code IN ('a', 'b', 'c')));
         CREATE TABLE item (id INTEGER PRIMARY KEY, kind TEXT NOT NULL REFERENCES kind, low INTEGER NOT NULL,
             high INTEGER NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'shut')),
             CHECK (low + 100 < high AND high > 5000), UNIQUE (kind, state));
         CREATE TABLE detail (item_id INTEGER PRIMARY KEY REFERENCES item (id), body BLOB NOT NULL);",
    )
    .await;
    assert_eq!(left_out, BTreeMap::new());
    assert_eq!(counts["kind"], 3);
    assert!(counts["item"] >= 2 && counts["detail"] >= 2, "{counts:?}");
}

#[tokio::test]
async fn tables_that_refer_to_each_other_are_filled() {
    let (counts, left_out) = filled(
        "CREATE TABLE node (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES node);
         CREATE TABLE self (id INTEGER PRIMARY KEY, twin INTEGER NOT NULL REFERENCES self);
         CREATE TABLE egg (id INTEGER PRIMARY KEY, hen INTEGER NOT NULL REFERENCES hen);
         CREATE TABLE hen (id INTEGER PRIMARY KEY, egg INTEGER NOT NULL REFERENCES egg);
         CREATE TABLE a (id INTEGER PRIMARY KEY, b INTEGER REFERENCES b);
         CREATE TABLE b (id INTEGER PRIMARY KEY, a INTEGER NOT NULL REFERENCES a);",
    )
    .await;
    assert_eq!(left_out, BTreeMap::new());
    assert!(
        counts.len() == 6 && counts.values().all(|count| *count == 4),
        "{counts:?}"
    );
}

#[tokio::test]
async fn a_table_that_takes_no_row_is_named_with_the_reason() {
    let (counts, left_out) = filled(
        "CREATE TABLE never (id INTEGER PRIMARY KEY, CHECK (id < 0 AND id > 0));
         CREATE TABLE child (id INTEGER PRIMARY KEY, never INTEGER NOT NULL REFERENCES never);",
    )
    .await;
    assert_eq!(counts, BTreeMap::new());
    assert!(
        left_out["never"].contains("CHECK constraint failed"),
        "{left_out:?}"
    );
    assert_eq!(left_out["child"], "rows of never would be needed first");
}

#[test]
fn names_follow_renames() {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(async {
        let from = state("CREATE TABLE a (x TEXT, y TEXT)").await;
        let to = state("CREATE TABLE b (z TEXT, y TEXT)").await;
        let engine = Dialect::Sqlite.engine();
        let table = |name| crate::dialect::qualify(Dialect::Sqlite, None, name);
        let renames = [
            (ObjectId::table(table("a")), ObjectId::table(table("b"))),
            (
                ObjectId::column(&table("b"), engine.ident("x")),
                ObjectId::column(&table("b"), engine.ident("z")),
            ),
        ];
        let mapping = Mapping::new(&from, &to, &renames);
        assert_eq!(mapping.table(&table("a")), Some(&table("b")));
        let now = mapping.column(&table("a"), &engine.ident("x")).unwrap();
        assert_eq!(now.label(), "b.z");
    });
}
