use std::sync::Arc;

use crate::catalog::kinds::Rows;
use crate::catalog::{Attr, Expr};
use crate::dialect::rules::ErasedAlter;
use crate::op::{Action, Op, Question};

use super::*;

/// What the query of a question counts.
async fn counted(session: &mut SqliteSession, question: &Question) -> Option<String> {
    let server = server();
    let cx = RenderCx {
        server: &server,
        to: &Catalog::new(),
        txn: crate::op::Txn::Inside,
    };
    let (_, sql) = server.engine().question(question, &cx)?;
    let rows = session.query(&sql).await.unwrap();
    rows[0][0].clone()
}

#[tokio::test]
async fn questions_count_the_rows_in_the_way() {
    let mut session = database(&[
        "CREATE TABLE \"order\" (id INTEGER PRIMARY KEY, a TEXT, b INT, p INT)",
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "INSERT INTO p VALUES (1)",
        "INSERT INTO \"order\" VALUES (1, '12', NULL, 1), (2, '007', 5, 2), (3, 'high', 5, NULL), (4, NULL, NULL, 1), (5, '1.50', 6, 9)",
    ])
    .await;
    let column = |name: &str| ObjectId::column(&table("order"), Ident::folded(name));
    let check = ObjectId::member(Kind::Check, &table("order"), Ident::folded("ck"));
    let converts = |from: &str, to: &str| Question::Converts {
        column: column("a"),
        from: from.to_owned(),
        to: to.to_owned(),
        using: None,
    };
    let duplicates = |nulls_equal| Question::NoDuplicates {
        subject: check.clone(),
        table: table("order"),
        keys: vec![crate::catalog::kinds::IndexKey::column(Ident::folded("b"))],
        predicate: None,
        converted: Vec::new(),
        kept: false,
        nulls_equal,
    };
    let catalog = catalog(&[
        "CREATE TABLE p (id INTEGER PRIMARY KEY)",
        "CREATE TABLE c (p INT REFERENCES p)",
    ])
    .await;
    let (subject, key) = only::<ForeignKey>(&catalog, "c");
    let questions = [
        (Question::NoNulls { column: column("b") }, Some("2")),
        (Question::NoRows { column: column("b") }, Some("5")),
        (duplicates(false), Some("1")),
        (duplicates(true), Some("2")),
        (
            Question::NoOrphans {
                subject: subject.clone(),
                table: table("order"),
                key: Box::new(key.clone()),
            },
            Some("2"),
        ),
        (
            Question::Holds {
                subject: check.clone(),
                table: table("order"),
                condition: Expr::new("b > 5"),
            },
            Some("2"),
        ),
        (
            Question::Unused {
                column: column("a"),
                values: vec!["high".to_owned(), "it's".to_owned()],
            },
            Some("1"),
        ),
        (converts("VARCHAR(9)", "INTEGER"), Some("3")),
        (converts("TEXT", "NUMERIC(10, 2)"), Some("1")),
        (converts("TEXT", "REAL"), Some("1")),
        (converts("TEXT", "DATETIME"), None),
        (converts("INTEGER", "TEXT"), None),
    ];
    for (question, count) in questions {
        assert_eq!(
            counted(&mut session, &question).await.as_deref(),
            count,
            "{question:?}"
        );
    }
}

fn rows(rows: &[[&str; 2]]) -> Object {
    let ident = Ident::folded;
    Object::from(Rows {
        key: vec![ident("id")],
        columns: vec![ident("id"), ident("name")],
        rows: rows.iter().map(|row| row.map(Arc::from).to_vec()).collect(),
    })
}

#[tokio::test]
async fn declared_rows_converge() {
    let mut session = database(&["CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT)"]).await;
    let server = server();
    let cx = RenderCx {
        server: &server,
        to: &Catalog::new(),
        txn: crate::op::Txn::Inside,
    };
    let rules = server.engine().rules(Kind::Rows).unwrap();
    let id = ObjectId::on(Kind::Rows, ObjectId::table(table("t")));
    let first = rows(&[["1", "'High'"], ["2", "'Normal'"], ["3", "NULL"]]);
    let second = rows(&[["1", "'High'"], ["2", "'it''s'"], ["4", "'Low'"]]);
    let mut sql = Sql::new(server.engine());
    rules.create(&id, &first, &[], &cx, &mut sql);
    let attrs: Vec<Attr> = first.changed(&second);
    let change = ErasedAlter {
        id: &id,
        from: &first,
        to: &second,
        attrs: &attrs,
        using: None,
    };
    rules.alter_sql(&change, &cx, &mut sql);
    let sqls = statements(sql.finish());
    assert_eq!(sqls.len(), 4, "{sqls:#?}");
    for sql in &sqls {
        session.execute(sql).await.unwrap();
    }
    let left = session
        .query("SELECT id || name FROM t ORDER BY id")
        .await
        .unwrap();
    let left: Vec<_> = left.into_iter().flatten().flatten().collect();
    assert_eq!(left, ["1High", "2it's", "4Low"]);
    let alter = Op::new(Action::Alter {
        id: id.clone(),
        from: Box::new(first),
        to: Box::new(second.clone()),
        attrs,
        using: None,
    });
    let facts = crate::dialect::ImpactCx {
        server: &server,
        from: &Catalog::new(),
        to: &Catalog::new(),
    };
    let loses = server.engine().impact(&alter, &facts).loses;
    assert_eq!(loses.as_deref(), Some("removes 1 declared row of t"));
    let mut sql = Sql::new(server.engine());
    rules.drop(&id, &second, &cx, &mut sql);
    for sql in statements(sql.finish()) {
        session.execute(&sql).await.unwrap();
    }
    assert_eq!(session.query("SELECT * FROM t").await.unwrap().len(), 0);
}

/// The declared types and defaults of the portable set stand in a real table and come back as they were given.
#[tokio::test]
async fn portable_columns_come_back() {
    let engine = Dialect::Sqlite.engine();
    let mut made = Vec::new();
    for (at, portable) in engine.known_types().iter().enumerate() {
        made.push(format!("c{at} {}", engine.data_type(portable)));
    }
    let defaults = ["now()", "gen_random_uuid()", "1 + 2", "'a'", "-5", "lower('X')"];
    for (at, default) in defaults.iter().enumerate() {
        made.push(format!(
            "d{at} TEXT DEFAULT ({})",
            engine.default_expr(default).text()
        ));
    }
    let catalog = catalog(&[&format!("CREATE TABLE t ({})", made.join(", "))]).await;
    for (at, portable) in engine.known_types().iter().enumerate() {
        let text = &column(&catalog, "t", &format!("c{at}")).data_type.text;
        assert_eq!(&**text, engine.data_type(portable));
    }
    for (at, default) in defaults.iter().enumerate() {
        let read = column(&catalog, "t", &format!("d{at}")).default.clone();
        assert_eq!(read, Some(engine.default_expr(default)));
    }
}

#[tokio::test]
async fn generated_uuids_are_uuids() {
    let expr = Dialect::Sqlite.engine().default_expr("gen_random_uuid()");
    let mut session = database(&[]).await;
    let sql = format!(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200) SELECT {} FROM n",
        expr.text()
    );
    for row in session.query(&sql).await.unwrap() {
        let uuid = row[0].clone().unwrap();
        let lengths: Vec<usize> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        assert_eq!(&uuid[14..15], "4");
        assert!("89ab".contains(&uuid[19..20]), "{uuid}");
    }
}
