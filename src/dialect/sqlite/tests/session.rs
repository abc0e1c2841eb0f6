use std::time::Duration;

use crate::dialect::session::{EngineErrorKind, TxnOptions};

use super::*;

const OFF: TxnOptions = TxnOptions {
    foreign_keys_off: true,
    continues: false,
};

async fn file(
    path: &std::path::Path,
    options: &ConnectOptions,
) -> Result<SqliteSession, crate::dialect::EngineError> {
    SqliteSession::connect(path.to_str().unwrap(), options).await
}

fn making() -> ConnectOptions {
    ConnectOptions {
        create: true,
        ..ConnectOptions::default()
    }
}

#[tokio::test]
async fn values_come_back_as_text() {
    let mut session = database(&[]).await;
    let rows = session
        .query("SELECT 1, 1.5, 'it''s', NULL, '' UNION ALL SELECT 2, -0.5, 'é', 'x', x'41'")
        .await
        .unwrap();
    let text = |cells: [Option<&str>; 5]| cells.map(|cell| cell.map(str::to_owned)).to_vec();
    assert_eq!(
        rows[0],
        text([Some("1"), Some("1.5"), Some("it's"), None, Some("")])
    );
    assert_eq!(
        rows[1],
        text([Some("2"), Some("-0.5"), Some("é"), Some("x"), Some("A")])
    );
    assert!(session.server().version >= 3_035_000);
}

#[tokio::test]
async fn what_cannot_be_opened_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("none.db");
    let error = file(&missing, &ConnectOptions::default()).await.unwrap_err();
    assert_eq!(error.kind, EngineErrorKind::Connection);
    assert!(error.message.contains("there is no database file"), "{error}");
    assert!(!missing.exists());
    let nowhere = folder.path().join("no/where.db");
    let error = file(&nowhere, &making()).await.unwrap_err();
    assert!(error.message.contains("there is no folder"), "{error}");
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "just a text of more than a hundred bytes, so that it is read as a header. ".repeat(9),
    )
    .unwrap();
    let error = file(&text, &ConnectOptions::default()).await.unwrap_err();
    assert_eq!(error.kind, EngineErrorKind::Connection);
    assert!(error.message.contains("file is not a database"), "{error}");
    let error = file(folder.path(), &ConnectOptions::default()).await.unwrap_err();
    assert!(error.message.contains("is a folder"), "{error}");
}

#[tokio::test]
async fn read_only_means_read_only() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut session = file(&path, &making()).await.unwrap();
    session.execute("CREATE TABLE t (a)").await.unwrap();
    Box::new(session).close().await.unwrap();
    let options = ConnectOptions {
        read_only: true,
        ..ConnectOptions::default()
    };
    let mut session = file(&path, &options).await.unwrap();
    assert_eq!(read_all(&mut session).await.catalog.len(), 2);
    let error = session.execute("INSERT INTO t VALUES (1)").await.unwrap_err();
    assert_eq!(error.kind, EngineErrorKind::Permission);
}

#[tokio::test]
async fn one_writer_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.db");
    let mut one = file(&path, &making()).await.unwrap();
    let mut two = file(&path, &making()).await.unwrap();
    one.lock(Duration::from_millis(50)).await.unwrap();
    one.begin(TxnOptions::default()).await.unwrap();
    two.lock(Duration::from_millis(50)).await.unwrap();
    let error = two.begin(OFF).await.unwrap_err();
    assert_eq!(error.kind, EngineErrorKind::Busy);
    assert!(error.message.contains("another process is writing"), "{error}");
    assert_eq!(
        two.query("PRAGMA foreign_keys").await.unwrap()[0][0].as_deref(),
        Some("1")
    );
    one.execute("CREATE TABLE t (a)").await.unwrap();
    one.commit().await.unwrap();
    // The first goes on: the change was its own.
    let further = TxnOptions {
        continues: true,
        ..TxnOptions::default()
    };
    one.begin(further).await.unwrap();
    one.rollback().await.unwrap();
    // The second waited, and begins.
    two.begin(TxnOptions::default()).await.unwrap();
    two.execute("CREATE TABLE u (a)").await.unwrap();
    two.commit().await.unwrap();
    // What the first has begun, the second has changed.
    let error = one.begin(further).await.unwrap_err();
    assert_eq!(error.kind, EngineErrorKind::Busy);
    assert!(error.message.contains("changed the schema"), "{error}");
    one.begin(TxnOptions::default()).await.unwrap();
    one.rollback().await.unwrap();
}

#[tokio::test]
async fn foreign_keys_are_off_inside_and_on_again_after() {
    let mut session = database(&[
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE c (p REFERENCES p ON DELETE CASCADE)",
        "INSERT INTO p VALUES (1)",
        "INSERT INTO c VALUES (1)",
    ])
    .await;
    session.begin(OFF).await.unwrap();
    session.execute("DELETE FROM p").await.unwrap();
    let error = session.commit().await.unwrap_err();
    assert!(
        error
            .message
            .contains("row 1 of c refers to a row of p that is not there"),
        "{error}"
    );
    session.rollback().await.unwrap();
    assert_eq!(
        session.query("PRAGMA foreign_keys").await.unwrap()[0][0].as_deref(),
        Some("1")
    );
    assert_eq!(
        session.query("SELECT count(*) FROM p").await.unwrap()[0][0].as_deref(),
        Some("1")
    );
    session.begin(OFF).await.unwrap();
    session.execute("DELETE FROM c").await.unwrap();
    session.execute("DELETE FROM p").await.unwrap();
    session.commit().await.unwrap();
    assert_eq!(
        session.query("PRAGMA foreign_keys").await.unwrap()[0][0].as_deref(),
        Some("1")
    );
}

#[tokio::test]
async fn scratch_databases_are_empty_again_after_reset() {
    let mut scratch = Dialect::Sqlite.engine().scratch(None).await.unwrap();
    scratch
        .session()
        .unwrap()
        .execute("CREATE TABLE t (a)")
        .await
        .unwrap();
    scratch.reset().await.unwrap();
    let read = scratch
        .session()
        .unwrap()
        .introspect(&Scope::default())
        .await
        .unwrap();
    assert!(read.catalog.is_empty());
    scratch.close().await.unwrap();
}

#[tokio::test]
async fn tables_tell_how_large_they_are() {
    let many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 12000) INSERT INTO";
    let mut session = database(&[
        "CREATE TABLE empty (id INTEGER PRIMARY KEY)",
        "CREATE TABLE \"A few\" (id INTEGER PRIMARY KEY)",
        "INSERT INTO \"A few\" VALUES (7), (900)",
        "CREATE TABLE many (id INTEGER PRIMARY KEY)",
        &format!("{many} many SELECT i * 2 FROM n"),
        "CREATE TABLE keyed (id TEXT PRIMARY KEY) WITHOUT ROWID",
        &format!("{many} keyed SELECT i FROM n"),
    ])
    .await;
    let table = |name: &str| QName::bare(crate::dialect::Dialect::Sqlite.engine().ident(name));
    let names = ["many", "A few", "gone", "empty", "keyed"].map(table);
    let sizes = session.sizes(&names).await.unwrap();
    let size = |name| {
        sizes
            .get(&table(name))
            .map(|size| (size.rows, size.exact, size.is_empty()))
    };
    assert_eq!(size("empty"), Some((0, true, true)));
    assert_eq!(size("A few"), Some((2, true, false)));
    // The largest row id is what is known of a table that is too large to be counted.
    assert_eq!(size("many"), Some((24_000, false, false)));
    assert_eq!(size("keyed"), Some((10_001, false, false)));
    assert_eq!(size("gone"), None);
}
