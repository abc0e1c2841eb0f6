//! SQLite: its table of facts. Versions 3.35 and later; the bundled library is what runs in practice.
//!
//! A table is one text for SQLite: columns and constraints fold into `CREATE TABLE`, and most changes of them build
//! the table anew (<https://sqlite.org/lang_altertable.html#otheralter>). There are no schemas, enums, sequences,
//! functions or comments.

mod alembic;
mod bridge;
mod dangling;
mod impact;
mod kinds;
mod lacks;
mod literals;
mod names;
mod observer;
mod own_tables;
mod questions;
mod read;
mod samples;
mod scratch;
mod session;
mod sizes;
mod strategy;
mod table_text;
mod text;
mod token;
mod types;
mod unmodelled;
mod written;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::catalog::kinds::{Column, TableExt};
use crate::catalog::{Catalog, DataType, Expr, Ident, Kind, Object, ObjectId, QName};
use crate::op::{Action, Op, Question};
use crate::statements::Lexis;

use super::session::{ConnectOptions, Dangling, EngineError, Scope, Session};
use super::sql::quoted;
use super::{
    DatabaseUrl, Dialect, Engine, Holds, Impact, ImpactCx, KindRules, Literal, OwnTable, RenderCx, Server,
    Sql, Strategy, Written, scratch::Scratch,
};

/// The engine.
pub(super) struct Sqlite;

#[async_trait::async_trait]
impl Engine for Sqlite {
    fn name(&self) -> &'static str {
        "sqlite"
    }

    fn title(&self) -> &'static str {
        "SQLite"
    }

    fn default_server(&self) -> Server {
        Server {
            dialect: Dialect::Sqlite,
            version: 3_051_003,
            version_text: "3.51.3".to_owned(),
        }
    }

    fn default_schema(&self) -> Option<Ident> {
        None
    }

    fn ident(&self, text: &str) -> Ident {
        Ident::folded(text)
    }

    fn quote(&self, name: &str) -> String {
        if names::needs_quotes(name) {
            quoted(name)
        } else {
            name.to_owned()
        }
    }

    fn name_limit(&self) -> Option<usize> {
        None
    }

    fn is_reserved(&self, name: &str) -> bool {
        names::is_reserved(name)
    }

    fn holds(&self, data_type: &str) -> Holds {
        types::holds(data_type)
    }

    fn enforces_types(&self, ext: TableExt) -> bool {
        matches!(ext, TableExt::Sqlite { strict: true, .. })
    }

    fn rules(&self, kind: Kind) -> Option<&'static dyn KindRules> {
        match kind {
            Kind::Table => Some(&kinds::table::RULES),
            Kind::Column => Some(&kinds::column::RULES),
            Kind::PrimaryKey => Some(&kinds::constraint::PRIMARY_KEY),
            Kind::Unique => Some(&kinds::constraint::UNIQUE),
            Kind::Check => Some(&kinds::constraint::CHECK),
            Kind::ForeignKey => Some(&kinds::constraint::FOREIGN_KEY),
            Kind::Index => Some(&kinds::index::RULES),
            Kind::View => Some(&kinds::view::RULES),
            Kind::Trigger => Some(&kinds::trigger::RULES),
            Kind::Rows => Some(&kinds::rows::RULES),
            Kind::Schema
            | Kind::Extension
            | Kind::Collation
            | Kind::TextSearchDictionary
            | Kind::TextSearchConfiguration
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Range
            | Kind::Sequence
            | Kind::Function
            | Kind::Policy
            | Kind::RowSecurity
            | Kind::Exclusion
            | Kind::Storage
            | Kind::Statistics
            | Kind::Cast
            | Kind::Operator
            | Kind::OperatorFamily
            | Kind::OperatorClass
            | Kind::ForeignDataWrapper
            | Kind::ForeignServer
            | Kind::Publication
            | Kind::PublishedTable
            | Kind::Rule
            | Kind::Aggregate
            | Kind::MaterializedView
            | Kind::EventTrigger
            | Kind::Partition
            | Kind::Inheritance
            | Kind::RowType
            | Kind::Owner
            | Kind::Grants
            | Kind::DefaultPrivileges
            | Kind::Comment => None,
        }
    }

    fn lacks(&self, object: &Object, _server: &Server) -> Option<&'static str> {
        lacks::words(object)
    }

    fn is_embedded(&self) -> bool {
        true
    }

    fn ignores_order(&self, kind: Kind) -> bool {
        kind == Kind::ForeignKey
    }

    fn strategies(&self) -> &'static [&'static dyn Strategy] {
        &[]
    }

    fn data_type(&self, declared: &str) -> String {
        types::data_type(declared)
    }

    fn known_types(&self) -> &'static [&'static str] {
        types::KNOWN
    }

    fn enum_type(&self, _name: &QName, array: bool) -> String {
        if array { "JSON" } else { "TEXT" }.to_owned()
    }

    fn default_literal(&self, value: &Literal, _data_type: &str) -> Expr {
        Expr::new(literals::default_literal(value))
    }

    fn default_expr(&self, declared: &str) -> Expr {
        text::declared_default(declared)
    }

    fn expr(&self, declared: &str, columns: &[Ident]) -> Expr {
        text::expression(declared, columns)
    }

    fn row_literal(&self, value: &Literal, data_type: &str) -> String {
        literals::row_literal(value, data_type)
    }

    fn sample(&self, data_type: &DataType, _catalog: &Catalog, nth: usize) -> Option<String> {
        Some(samples::sample(&data_type.text, nth))
    }

    fn typed(&self, value: &str, _data_type: &str) -> String {
        value.to_owned()
    }

    fn varies(&self, value: &Expr, _catalog: &Catalog) -> bool {
        text::varies(value.text())
    }

    fn select_cells(&self, table: &QName, columns: &[Ident]) -> String {
        read::select_cells(table, columns)
    }

    fn cell(&self, answered: Option<String>) -> Arc<str> {
        read::cell(answered)
    }

    fn widens(&self, from: &str, to: &str) -> bool {
        types::affinity(from) == types::affinity(to)
    }

    fn put_off_keys(&self) -> &'static str {
        "PRAGMA defer_foreign_keys = ON"
    }

    fn implicit_name(&self, kind: Kind, table: &str, columns: &[&str]) -> Option<String> {
        // SQLite names no index of its own accord; PostgreSQL's way keeps one set of files in sync on both.
        (kind == Kind::Index).then(|| format!("{table}_{}_idx", columns.join("_")))
    }

    fn lower_identity(&self, column: &mut Column) -> bool {
        let had = column.identity.take().is_some();
        if had {
            column.data_type = DataType::builtin("INTEGER");
        }
        had
    }

    fn needs_foreign_keys_off(&self, op: &Op) -> bool {
        match &op.action {
            Action::Rebuild(_) => true,
            Action::Drop { id, .. } => id.kind == Kind::Table,
            _ => false,
        }
    }

    fn mirror(&self, mirror: &super::Mirror, catalog: &Catalog) -> Vec<(ObjectId, Object)> {
        bridge::mirror(mirror, catalog)
    }

    fn stand_in(
        &self,
        former: &QName,
        table: &QName,
        columns: &[Ident],
        catalog: &Catalog,
    ) -> Vec<(ObjectId, Object)> {
        bridge::stand_in(former, table, columns, catalog)
    }

    fn requires_before_triggers(&self, column: &Column, is_key: bool) -> bool {
        let is_row_number = is_key && column.data_type.text.eq_ignore_ascii_case("INTEGER");
        column.default.is_none() && !is_row_number
    }

    fn can_wait_for_key(&self, table: TableExt) -> bool {
        !matches!(
            table,
            TableExt::Sqlite {
                without_rowid: true,
                ..
            }
        )
    }

    fn is_widened(&self, from: &DataType, to: &DataType) -> bool {
        types::affinity(&from.text) == types::affinity(&to.text)
    }

    fn columns_of(&self, relation: &QName) -> String {
        bridge::columns_of(relation)
    }

    fn impact(&self, op: &Op, cx: &ImpactCx<'_>) -> Impact {
        impact::impact(op, cx)
    }

    fn render_action(&self, action: &Action, cx: &RenderCx<'_>, sql: &mut Sql) {
        strategy::render(action, cx, sql);
    }

    fn keys_in_the_way(&self, question: &Question, key: &[Ident], _cx: &RenderCx<'_>) -> Option<String> {
        questions::keys(question, key)
    }

    fn question(&self, question: &Question, _cx: &RenderCx<'_>) -> Option<(String, String)> {
        questions::question(question)
    }

    fn lexis(&self) -> Lexis {
        written::LEXIS
    }

    fn written(&self, sql: &str, _server: &Server) -> Written {
        written::judge(sql)
    }

    fn alembic(&self) -> Option<&'static dyn super::alembic::Words> {
        Some(&alembic::Sqlite)
    }

    fn version_table(&self, place: &QName) -> OwnTable {
        own_tables::version(place)
    }

    fn ledger(&self) -> OwnTable {
        own_tables::ledger()
    }

    fn clock(&self) -> &'static str {
        own_tables::NOW
    }

    fn observer(
        &self,
        _server: &Server,
        _program: Option<&std::path::Path>,
    ) -> Result<super::Observer, String> {
        Ok(super::Observer {
            name: "sqlite_schema".to_owned(),
            program: None,
        })
    }

    async fn observe(
        &self,
        _observer: &super::Observer,
        scratch: &mut Scratch,
        leave_out: &[QName],
    ) -> Result<Vec<String>, EngineError> {
        observer::observe(scratch.session()?, leave_out).await
    }

    async fn dangling(
        &self,
        session: &mut dyn Session,
        built: &Catalog,
        scope: &Scope,
    ) -> Result<Vec<Dangling>, EngineError> {
        dangling::find(session, built, scope).await
    }

    async fn connect(
        &self,
        url: &DatabaseUrl,
        options: &ConnectOptions,
    ) -> Result<Box<dyn Session>, EngineError> {
        let session = session::SqliteSession::connect(&url.location, options).await?;
        Ok(Box::new(session))
    }

    async fn scratch(&self, _url: Option<&DatabaseUrl>) -> Result<Scratch, EngineError> {
        scratch::open().await
    }

    async fn shared_scratch(&self, _url: Option<&DatabaseUrl>) -> Result<Scratch, EngineError> {
        scratch::open_file().await
    }

    fn schemes(&self) -> [&'static str; 2] {
        ["sqlite", "sqlite+aiosqlite"]
    }
}
