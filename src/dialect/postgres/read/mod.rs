//! Reading the catalog: one snapshot, a fixed number of set-based queries, raw catalog columns.
//!
//! In: a connection and a scope. Out: an [`Introspection`]. [`batch`] sends the queries and cuts rows into cells; each
//! kind's module holds its query and its row; [`assemble`] makes objects and edges of the rows. Must not: ask the
//! engine about one object at a time, or format a definition that it then has to parse.

mod assemble;
mod batch;
mod casts;
mod collations;
mod columns;
mod comments;
mod compounds;
mod constraints;
mod default_privileges;
mod depends;
mod foreign;
mod functions;
mod grants;
mod indexes;
mod operators;
mod owners;
mod partitions;
mod policies;
mod publications;
mod relations;
mod rows;
mod rules;
mod sequences;
mod statistics;
mod storage;
mod text_search;
mod triggers;
mod type_names;
mod types;

use sqlx::Connection as _;
use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::catalog::Canonical;
use crate::dialect::sql::text_literal;
use crate::dialect::{EngineError, Introspection, Scope, Server};

use super::session;
use super::unmodelled;

pub(super) use batch::Part;
use batch::Raw;
pub(super) use owners::{oid_in_schema, owned_by_others};
pub(super) use rows::{cell, select_cells};

/// Where to read from.
pub(super) struct Source<'a> {
    /// The session's connection.
    pub(super) connection: &'a mut PgConnection,
    /// How to open another one, and its settings.
    pub(super) second: (&'a PgConnectOptions, &'a str),
    /// The server.
    pub(super) server: &'a Server,
    /// Whether a transaction is open, in which reading takes place; it is neither begun nor ended then.
    pub(super) inside: bool,
}

/// One consistent picture for all queries; nothing is written.
const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// From this many tables on, a second connection costs less than it saves.
const MANY_TABLES: u32 = 300;

/// Reads the catalog.
pub(super) async fn introspect(source: Source<'_>, scope: &Scope) -> Result<Introspection, EngineError> {
    let Source {
        connection,
        second,
        server,
        inside,
    } = source;
    if inside {
        let raw = batch::run(connection, &parts(server)).await?;
        return finish(raw, connection, server, scope).await;
    }
    session::execute(connection, BEGIN).await?;
    let read = match read(connection, second, server).await {
        Ok(raw) => finish(raw, connection, server, scope).await,
        Err(error) => Err(error),
    };
    let end = if read.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = session::execute(connection, end).await;
    if read.is_ok() {
        ended?;
    }
    read
}

/// The rows of all queries, over two connections that see the same snapshot where there is much to read.
async fn read(
    connection: &mut PgConnection,
    (options, settings): (&PgConnectOptions, &str),
    server: &Server,
) -> Result<Raw, EngineError> {
    if !has_many_tables(connection).await? {
        return batch::run(connection, &parts(server)).await;
    }
    let snapshot = session::fetch(connection, "SELECT pg_catalog.pg_export_snapshot()").await?;
    let snapshot = snapshot
        .into_iter()
        .flatten()
        .flatten()
        .next()
        .unwrap_or_default();
    let (options, settings) = (options.clone(), settings.to_owned());
    let elsewhere = defining_parts(server);
    let other = tokio::spawn(async move {
        let (mut other, _) = session::open(&options, &settings).await?;
        session::execute(&mut other, BEGIN).await?;
        let adopt = format!("SET TRANSACTION SNAPSHOT {}", text_literal(&snapshot));
        session::execute(&mut other, &adopt).await?;
        let raw = batch::run(&mut other, &elsewhere).await?;
        other
            .close()
            .await
            .map_err(|error| session::explain(error, None))?;
        Ok::<Raw, EngineError>(raw)
    });
    let mut raw = batch::run(connection, &naming_parts(server)).await?;
    match other.await {
        Ok(Ok(found)) => raw.absorb(found),
        // The server may be out of connections, or log in only once: then one has to do.
        Ok(Err(_)) | Err(_) => raw.absorb(batch::run(connection, &defining_parts(server)).await?),
    }
    Ok(raw)
}

async fn has_many_tables(connection: &mut PgConnection) -> Result<bool, EngineError> {
    let sql = format!(
        "SELECT pg_catalog.count(*) >= {MANY_TABLES} FROM pg_catalog.pg_class c \
         WHERE c.oid >= 16384 AND c.relkind = 'r'"
    );
    let rows = session::fetch(connection, &sql).await?;
    Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("t"))
}

async fn finish(
    raw: Raw,
    connection: &mut PgConnection,
    server: &Server,
    scope: &Scope,
) -> Result<Introspection, EngineError> {
    let mut assembled = assemble::assemble(raw, scope, server)?;
    let told = comments::tell(connection, &assembled.commented, scope).await?;
    assembled.unmodelled.extend(told);
    scope
        .ignored
        .leave_out(&mut assembled.catalog, &mut assembled.unmodelled);
    owners::read(connection, &mut assembled.catalog, &scope.owners).await?;
    let owners = owners::find(connection, &assembled.catalog, &scope.granted).await?;
    rows::read(connection, &mut assembled.catalog, &scope.rows).await?;
    scope.observed.mark(&mut assembled.catalog);
    Ok(Introspection {
        catalog: Canonical::introspected(assembled.catalog, server.to_string()),
        unmodelled: assembled.unmodelled,
        owners,
    })
}

/// Every query.
fn parts(server: &Server) -> Vec<Part> {
    let mut parts = naming_parts(server);
    parts.extend(defining_parts(server));
    parts
}

/// Queries that read plain columns of the catalog; the largest first.
fn naming_parts(server: &Server) -> Vec<Part> {
    vec![
        columns::attributes(),
        indexes::part(server),
        depends::part(),
        comments::part(),
        storage::relations(),
        storage::columns(server),
        relations::schemas(),
        relations::relations(),
        relations::inherits(server),
        types::enums(),
        types::domains(),
        compounds::composites(),
        compounds::ranges(server),
        types::extensions(),
        collations::part(server),
        text_search::dictionaries(),
        text_search::configurations(),
        sequences::part(),
        functions::part(server),
        functions::aggregates(),
        triggers::part(server),
        triggers::event_triggers(),
        casts::part(),
        operators::operators(),
        operators::families(),
        operators::members(),
        foreign::wrappers(),
        foreign::servers(),
        foreign::tables(),
        foreign::columns(),
        grants::part(),
        default_privileges::part(),
        unmodelled::part(),
    ]
}

/// Queries in which the engine prints expressions: for a table's first one, a connection opens the table.
fn defining_parts(server: &Server) -> Vec<Part> {
    vec![
        columns::defaults(),
        constraints::part(server),
        indexes::expressions(),
        partitions::keys(),
        relations::bounds(),
        indexes::opclasses(),
        collations::used(),
        policies::part(),
        rules::part(),
        publications::part(server),
        publications::tables(server),
        statistics::part(server),
        relations::views(),
    ]
}
