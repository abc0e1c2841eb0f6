//! The engine on real databases in memory: what is written is read back the same, and a rebuild loses nothing.

mod data;
mod read;
mod rebuild;
mod session;

use crate::catalog::kinds::{Check, Column, ForeignKey, PrimaryKey, Unique};
use crate::catalog::{Catalog, Ident, Kind, Object, ObjectId, Path, Payload, QName};
use crate::dialect::session::{ConnectOptions, Introspection, Scope, Session as _};
use crate::dialect::{Dialect, RenderCx, Server, Sql};
use crate::script::Item;

use super::session::SqliteSession;

/// A database in memory, made by these statements.
async fn database(statements: &[&str]) -> SqliteSession {
    let mut session = SqliteSession::connect(":memory:", &ConnectOptions::default())
        .await
        .unwrap();
    for sql in statements {
        if let Err(error) = session.execute(sql).await {
            panic!("{sql}: {error}");
        }
    }
    session
}

async fn read_all(session: &mut SqliteSession) -> Introspection {
    session.introspect(&Scope::default()).await.unwrap()
}

/// What is read after these statements; nothing may be left out.
async fn catalog(statements: &[&str]) -> Catalog {
    let mut session = database(statements).await;
    let read = read_all(&mut session).await;
    assert!(read.unmodelled.is_empty(), "{:?}", read.unmodelled);
    read.catalog.into_catalog()
}

/// The reason for which the one table of these statements is left out.
async fn reason(statements: &[&str]) -> String {
    let mut session = database(statements).await;
    let read = read_all(&mut session).await;
    assert!(read.catalog.is_empty(), "{:?}", read.catalog.catalog());
    read.unmodelled
        .iter()
        .map(|diagnostic| diagnostic.message.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

fn table(name: &str) -> QName {
    QName::bare(Ident::folded(name))
}

fn column<'a>(catalog: &'a Catalog, relation: &str, name: &str) -> &'a Column {
    catalog
        .payload(&ObjectId::column(&table(relation), Ident::folded(name)))
        .unwrap()
}

/// The only payload of its kind on a table.
fn only<'a, T: Payload>(catalog: &'a Catalog, relation: &str) -> (&'a ObjectId, &'a T) {
    let mut found = catalog
        .of_kind::<T>()
        .filter(|(id, _)| id.relation() == Some(&table(relation)));
    let first = found.next().unwrap();
    assert!(found.next().is_none());
    first
}

fn server() -> Server {
    Dialect::Sqlite.engine().default_server()
}

/// The statements that make everything of a catalog, by the rule rows.
fn creates(catalog: &Catalog) -> Vec<String> {
    let server = server();
    let engine = server.engine();
    let cx = RenderCx {
        server: &server,
        to: catalog,
        txn: crate::op::Txn::Inside,
    };
    let folded = |id: &ObjectId| {
        matches!(
            id.kind,
            Kind::Column | Kind::PrimaryKey | Kind::Unique | Kind::Check | Kind::ForeignKey
        )
    };
    let mut sql = Sql::new(engine);
    for (id, object) in catalog.iter().filter(|(id, _)| !folded(id)) {
        let members: Vec<(&ObjectId, &Object)> = catalog
            .iter()
            .filter(|(member, _)| folded(member) && member.relation() == id.qname())
            .collect();
        let rules = engine.rules(id.kind).unwrap();
        rules.create(id, object, &members, &cx, &mut sql);
        sql.end();
    }
    statements(sql.finish())
}

fn statements(items: Vec<Item>) -> Vec<String> {
    items
        .into_iter()
        .filter_map(|item| match item {
            Item::Sql(sql) => Some(sql),
            _ => None,
        })
        .collect()
}
