//! PostgreSQL: its table of facts.

mod alembic;
mod besides;
mod bounds;
mod bridge;
mod carried;
mod copy;
mod expressions;
mod impact;
mod keywords;
mod kinds;
mod literals;
mod names;
mod observer;
mod own_tables;
mod privileges;
mod questions;
mod read;
mod rights;
mod samples;
mod scratch;
mod session;
mod shells;
mod since;
mod sizes;
mod strategy;
mod trial;
mod types;
mod unmodelled;
mod written;

use std::sync::Arc;

use crate::catalog::kinds::{Column, DefaultsOf, Exclusion, Privilege, TableExt, Unique};
use crate::catalog::{Attr, Catalog, DataType, Expr, Ident, Kind, Object, ObjectId, Payload as _, QName};
use crate::op::{Action, Op, Question};
use crate::statements::Lexis;

use super::session::{ConnectOptions, EngineError, Session};
use super::{
    Blocks, DatabaseUrl, Dialect, Engine, Holds, Impact, ImpactCx, Kept, KindRules, Literal, OwnTable,
    PlanCx, RenderCx, Server, Sql, Strategy, Trial, Written, sql,
};

/// The engine.
pub(super) struct Postgres;

#[async_trait::async_trait]
impl Engine for Postgres {
    fn name(&self) -> &'static str {
        "postgres"
    }

    fn title(&self) -> &'static str {
        "PostgreSQL"
    }

    fn default_server(&self) -> Server {
        Server {
            dialect: Dialect::Postgres,
            version: 180_000,
            version_text: "18".to_owned(),
        }
    }

    fn default_schema(&self) -> Option<Ident> {
        Some(Ident::exact("public"))
    }

    fn note_rights(&self, id: &ObjectId, kept: Kept, sql: &mut Sql) {
        rights::note(id, kept, sql);
    }

    fn give_rights_back(&self, id: &ObjectId, kept: Kept, sql: &mut Sql) {
        rights::give_back(id, kept, sql);
    }

    fn owned_by_others(&self, ids: &[ObjectId]) -> Option<String> {
        read::owned_by_others(ids)
    }

    fn privileges(&self, kind: Kind, server: &Server) -> Vec<Privilege> {
        privileges::of(kind, server.version)
    }

    fn public_privileges(&self, target: &ObjectId, server: &Server) -> &'static [Privilege] {
        privileges::of_public(target, server.version)
    }

    fn default_privileges(&self, of: DefaultsOf, server: &Server) -> Vec<Privilege> {
        privileges::by_default(of, server.version)
    }

    fn public_by_default(&self, defaults: &ObjectId, of: DefaultsOf) -> &'static [Privilege] {
        privileges::of_public_by_default(defaults, of)
    }

    fn take_defaults_back(&self, id: &ObjectId, sides: (&Catalog, &Catalog), sql: &mut Sql) {
        kinds::take_defaults_back(id, sides, sql);
    }

    fn ident(&self, text: &str) -> Ident {
        Ident::exact(text)
    }

    fn quote(&self, name: &str) -> String {
        if keywords::is_bare(name) {
            name.to_owned()
        } else {
            sql::quoted(name)
        }
    }

    fn name_limit(&self) -> Option<usize> {
        Some(names::LIMIT)
    }

    fn is_reserved(&self, name: &str) -> bool {
        keywords::is_reserved(name)
    }

    fn holds(&self, data_type: &str) -> Holds {
        types::holds(data_type)
    }

    fn enforces_types(&self, _ext: TableExt) -> bool {
        true
    }

    fn blocks(&self, lock: &str) -> Blocks {
        impact::blocks(lock)
    }

    fn rules(&self, kind: Kind) -> Option<&'static dyn KindRules> {
        kinds::rules(kind)
    }

    fn lacks(&self, object: &Object, server: &Server) -> Option<&'static str> {
        since::lacks(object, server.version)
    }

    fn rows_of(&self, table: &QName, sides: (&Catalog, &Catalog)) -> Option<Expr> {
        bounds::condition(table, sides)
    }

    fn carrier(&self, id: &ObjectId, cx: &PlanCx<'_>) -> Option<ObjectId> {
        carried::carrier(id, cx)
    }

    fn takes_along(&self, carrier: &ObjectId, from: &Catalog) -> bool {
        carrier.relation().is_some_and(|table| from.is_partitioned(table))
    }

    fn is_tie(&self, kind: Kind) -> bool {
        kind == Kind::Inheritance
    }

    fn stands_apart(&self, id: &ObjectId, object: &Object, to: &Catalog) -> bool {
        let repeats = |exclusion: &Exclusion| {
            let mut others = to.of_kind::<Exclusion>();
            others.any(|(other, same)| other.relation() == id.relation() && other < id && same == exclusion)
        };
        Unique::of(object).is_some_and(|unique| kinds::is_repeated(id, unique, to))
            || Exclusion::of(object).is_some_and(repeats)
    }

    fn is_made_along(&self, kind: Kind) -> bool {
        matches!(kind, Kind::Column | Kind::Check)
    }

    fn rename_carriers(&self, id: &ObjectId, catalog: &Catalog) -> Vec<ObjectId> {
        carried::rename_carriers(id, catalog)
    }

    fn keeps_name(&self, id: &ObjectId, cx: &PlanCx<'_>) -> bool {
        kinds::keeps_name(id, cx)
    }

    fn carries(&self, id: &ObjectId, attr: Attr, to: &Catalog) -> bool {
        carried::carries(id, attr, to)
    }

    fn strategies(&self) -> &'static [&'static dyn Strategy] {
        strategy::ALL
    }

    fn data_type(&self, declared: &str) -> String {
        types::canonical(declared)
    }

    fn known_types(&self) -> &'static [&'static str] {
        types::KNOWN
    }

    fn enum_type(&self, name: &QName, array: bool) -> String {
        types::user_type(name, array)
    }

    fn default_literal(&self, value: &Literal, data_type: &str) -> Expr {
        literals::default(value, data_type)
    }

    fn default_expr(&self, declared: &str) -> Expr {
        expressions::default(declared)
    }

    fn expr(&self, declared: &str, columns: &[Ident]) -> Expr {
        expressions::canonical(declared, columns)
    }

    fn row_literal(&self, value: &Literal, data_type: &str) -> String {
        literals::cell(value, data_type)
    }

    fn sample(&self, data_type: &DataType, catalog: &Catalog, nth: usize) -> Option<String> {
        samples::sample(data_type, catalog, nth)
    }

    fn typed(&self, value: &str, data_type: &str) -> String {
        format!("CAST({value} AS {data_type})")
    }

    fn varies(&self, value: &Expr, catalog: &Catalog) -> bool {
        impact::stable::varies(value, catalog)
    }

    fn select_cells(&self, table: &QName, columns: &[Ident]) -> String {
        read::select_cells(table, columns)
    }

    fn cell(&self, answered: Option<String>) -> Arc<str> {
        read::cell(answered)
    }

    fn widens(&self, from: &str, to: &str) -> bool {
        types::is_widened(from, to)
    }

    fn put_off_keys(&self) -> &'static str {
        "SET CONSTRAINTS ALL DEFERRED"
    }

    fn implicit_name(&self, kind: Kind, table: &str, columns: &[&str]) -> Option<String> {
        names::implicit(kind, table, columns)
    }

    fn lower_identity(&self, _column: &mut Column) -> bool {
        false
    }

    fn conversion(&self, column: &Ident, from: &DataType, to: &DataType) -> Option<Expr> {
        types::conversion(&from.text, &to.text)
            .map(|casts| Expr::new(format!("{}{casts}", self.quote(column.text()))))
    }

    fn mirror(&self, mirror: &super::Mirror, catalog: &Catalog) -> Vec<(ObjectId, Object)> {
        bridge::mirror(mirror, catalog)
    }

    fn stand_in(
        &self,
        former: &QName,
        table: &QName,
        columns: &[Ident],
        _catalog: &Catalog,
    ) -> Vec<(ObjectId, Object)> {
        bridge::stand_in(former, table, columns)
    }

    fn is_widened(&self, from: &DataType, to: &DataType) -> bool {
        from.user.is_none() && to.user.is_none() && types::is_widened(&from.text, &to.text)
    }

    fn columns_of(&self, relation: &QName) -> String {
        bridge::columns_of(relation)
    }

    fn aftercare(&self, op: &Op, cx: &PlanCx<'_>) -> Vec<Op> {
        strategy::aftercare(op, cx)
    }

    fn impact(&self, op: &Op, cx: &ImpactCx<'_>) -> Impact {
        impact::of(op, cx)
    }

    fn locks(&self) -> &'static [&'static str] {
        impact::LOCKS
    }

    fn render_action(&self, action: &Action, cx: &RenderCx<'_>, sql: &mut Sql) {
        match action {
            Action::SwapEnum(swap) => strategy::swap_enum(swap, cx.to, sql),
            Action::Backfill { .. } => strategy::backfill(action, sql),
            Action::AddUnfilled { id, column } => kinds::add_unfilled(id, column, cx, sql),
            Action::UseIndex { id, object, index } => strategy::use_index(id, object, index, sql),
            Action::Attach(attach) => strategy::attach(attach, sql),
            Action::HandOver(hand) => strategy::hand_over(hand, cx, sql),
            Action::Require(require) => strategy::require(require, cx, sql),
            Action::CopyRows(copy) => copy::render(copy, cx, sql),
            Action::Retype(retype) => strategy::retype(retype, cx, sql),
            Action::Analyze { column } => strategy::analyze(column, sql),
            // No rule row of this engine asks for a rebuild; the others are rendered by rule rows.
            Action::Rebuild(_)
            | Action::Create { .. }
            | Action::Drop { .. }
            | Action::Alter { .. }
            | Action::Rename { .. } => {}
        }
    }

    fn keys_in_the_way(&self, question: &Question, key: &[Ident], cx: &RenderCx<'_>) -> Option<String> {
        questions::keys(question, key, cx)
    }

    fn trial(&self, question: &Question, key: &[Ident], cx: &RenderCx<'_>) -> Option<Trial> {
        trial::of(question, key, cx)
    }

    fn question(&self, question: &Question, cx: &RenderCx<'_>) -> Option<(String, String)> {
        questions::render(question, cx)
    }

    fn advice(&self, error: &EngineError) -> Option<String> {
        // https://www.postgresql.org/docs/current/errcodes-appendix.html
        let advice = match error.code.as_deref()? {
            "42804" => {
                "say how existing values are converted: using=\"…\" on the column, an expression over its old value"
            }
            "23502" => "say what existing rows get: backfill=\"…\" or default= on the column",
            "22001" => "some values are too long: shorten them first, or say how in using=",
            "22P02" | "22007" | "22003" => {
                "some values cannot be converted: say how in using=, or mend them first"
            }
            "42883" => "say the types in the expression: no operator or function takes these",
            "42704" if error.message.starts_with("role ") => {
                "create the role on the server first: roles belong to a server, not to a database"
            }
            "42704" | "42P01" => "declare it, or name its schema",
            _ => return None,
        };
        Some(advice.to_owned())
    }

    fn lexis(&self) -> Lexis {
        written::LEXIS
    }

    fn written(&self, sql: &str, server: &Server) -> Written {
        written::judge(sql, server)
    }

    fn client_settings(&self) -> &'static [&'static str] {
        session::CLIENT_SETTINGS
    }

    fn alembic(&self) -> Option<&'static dyn super::alembic::Words> {
        Some(&alembic::Postgres)
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
        server: &Server,
        program: Option<&std::path::Path>,
    ) -> Result<super::Observer, String> {
        observer::find(server, program)
    }

    async fn observe(
        &self,
        observer: &super::Observer,
        scratch: &mut super::scratch::Scratch,
        leave_out: &[QName],
    ) -> Result<Vec<String>, EngineError> {
        match (&observer.program, scratch.url()) {
            (Some(program), Some(url)) => observer::observe(program, &url, leave_out),
            _ => Ok(Vec::new()),
        }
    }

    async fn dangling(
        &self,
        session: &mut dyn Session,
        built: &Catalog,
        _scope: &super::Scope,
    ) -> Result<Vec<super::Dangling>, EngineError> {
        shells::find(session, built).await
    }

    async fn connect(
        &self,
        url: &DatabaseUrl,
        options: &ConnectOptions,
    ) -> Result<Box<dyn Session>, EngineError> {
        session::connect(url, options).await
    }

    async fn scratch(&self, url: Option<&DatabaseUrl>) -> Result<super::scratch::Scratch, EngineError> {
        scratch::open(url).await
    }

    fn schemes(&self) -> [&'static str; 2] {
        ["postgresql", "postgresql+asyncpg"]
    }
}
