//! Everything that depends on the engine, behind one enum that is matched once: [`Dialect`].
//!
//! A dialect is a folder: `mod.rs` (its [`Engine`] table), `session.rs` (connection, lock, transactions), `kinds/*.rs`
//! (query, reader, rule row and rendering of each kind), `strategy/*.rs`, `impact.rs`, `unmodelled.rs`. Knowledge of an
//! engine stands nowhere else. `dialect.engine().rules(kind)` *is* the capability table: `None` means the engine has no such thing.

pub mod alembic;
pub mod bridge;
mod copy;
pub mod facts;
mod filled;
pub mod literal;
pub mod observer;
pub mod own_tables;
pub mod patterns;
pub mod render;
pub mod rules;
pub mod scratch;
pub mod session;
pub mod size;
pub mod sql;
pub mod url;
pub mod written;

#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::sync::Arc;

use crate::catalog::kinds::{Column, DefaultsOf, Privilege, TableExt};
use crate::catalog::{Attr, Catalog, DataType, Expr, Ident, Kind, Object, ObjectId, QName};
use crate::op::{Action, Op, Question};
use crate::statements::Lexis;

pub use bridge::Mirror;
pub use facts::{Blocks, Holds};
pub use literal::Literal;
pub use observer::Observer;
pub use own_tables::{OwnTable, VersionTable};
pub use patterns::Patterns;
pub use rules::{
    Alter, Choice, Choices, Fold, Impact, ImpactCx, Item, Kept, KindRules, PlanCx, RenderCx, Rules, Strategy,
};
pub use session::{Batch, Dangling, EngineError, Introspection, RowsQuery, Scope, Session, TxnOptions};
pub use size::{Size, Sizes};
pub use sql::Sql;
pub use url::DatabaseUrl;
pub use written::{About, Written};

/// How many rows in the way are named.
pub const KEYS: usize = 5;

/// A question that is tried on the rows: a statement that changes nothing and keeps its answer in the session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// What is expected, as a sentence.
    pub label: String,
    /// The statement.
    pub run: String,
    /// The query for how many rows are in the way, after it.
    pub count: String,
    /// The query for the keys of a few of them, after it.
    pub keys: String,
    /// The query for how many values change silently, where some may.
    pub changed: Option<String>,
}

/// A database engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dialect {
    /// PostgreSQL 12–18.
    Postgres,
    /// SQLite 3.35 and later.
    Sqlite,
}

/// A database server: its engine and version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The engine.
    pub dialect: Dialect,
    /// Comparable version: PostgreSQL's `server_version_num` (150004), SQLite's `sqlite3_libversion_number` (3045001).
    pub version: u32,
    /// The version as a person writes it: `15.4`, `3.45.1`.
    pub version_text: String,
}

impl Server {
    /// The engine's table of facts.
    pub fn engine(&self) -> &'static dyn Engine {
        self.dialect.engine()
    }

    /// The part of the version within which canonical texts do not change: `15` for PostgreSQL, `3` for SQLite.
    pub fn major(&self) -> &str {
        self.version_text.split('.').next().unwrap_or_default()
    }
}

impl fmt::Display for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.engine().title(), self.version_text)
    }
}

impl Dialect {
    /// Every engine this build knows.
    pub const ALL: &'static [Self] = &[Self::Postgres, Self::Sqlite];

    /// The engine's table of facts: the one match.
    pub fn engine(self) -> &'static dyn Engine {
        match self {
            Self::Postgres => &postgres::Postgres,
            Self::Sqlite => &sqlite::Sqlite,
        }
    }

    /// The engine with this name in files: `postgres`, `sqlite`.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|dialect| dialect.engine().name() == name)
    }

    /// The name in files: `postgres`, `sqlite`.
    pub fn name(self) -> &'static str {
        self.engine().name()
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the rest of the program may ask of an engine. Everything here is pure; connections are [`Session`].
#[async_trait::async_trait]
pub trait Engine: Sync + Send {
    /// The name in files: `postgres`, `sqlite`.
    fn name(&self) -> &'static str;
    /// The name in prose: `PostgreSQL`, `SQLite`.
    fn title(&self) -> &'static str;
    /// Whether it runs in this process, so that a scratch database is always at hand.
    fn is_embedded(&self) -> bool {
        false
    }
    /// The server to assume when none is connected: the newest one supported.
    fn default_server(&self) -> Server;
    /// Notes what an object has that goes and is made again in the same plan, besides what the plan knows of.
    fn note_rights(&self, _id: &ObjectId, _kept: Kept, _sql: &mut Sql) {}
    /// Gives back what was noted, when the object is there again.
    fn give_rights_back(&self, _id: &ObjectId, _kept: Kept, _sql: &mut Sql) {}
    /// A query for those of these objects whose owner the connected role neither is nor is a member of: a row each with its place among
    /// them, its owner, and the role. `None` where nothing has an owner.
    fn owned_by_others(&self, _ids: &[ObjectId]) -> Option<String> {
        None
    }
    /// The privileges that can be granted on an object of a kind, in the order in which they are written.
    fn privileges(&self, _kind: Kind, _server: &Server) -> Vec<Privilege> {
        Vec::new()
    }
    /// What everybody may do with an object, before anything is granted or revoked; sorted.
    fn public_privileges(&self, _target: &ObjectId, _server: &Server) -> &'static [Privilege] {
        &[]
    }
    /// The privileges that can be granted on objects of a sort that will be made.
    fn default_privileges(&self, _of: DefaultsOf, _server: &Server) -> Vec<Privilege> {
        Vec::new()
    }
    /// What everybody may do with objects of a sort that will be made, as far as that can be taken back by these defaults.
    fn public_by_default(&self, _defaults: &ObjectId, _of: DefaultsOf) -> &'static [Privilege] {
        &[]
    }
    /// Takes from a new object what it has only because of what is granted on new objects; `sides` are the states before and
    /// after the plan.
    fn take_defaults_back(&self, _id: &ObjectId, _sides: (&Catalog, &Catalog), _sql: &mut Sql) {}
    /// The schema of unqualified names, on engines that have schemas.
    fn default_schema(&self) -> Option<Ident>;
    /// A name, folded as the engine folds stored names.
    fn ident(&self, text: &str) -> Ident;
    /// The name as it stands in SQL, quoted where it must be.
    fn quote(&self, name: &str) -> String;
    /// The longest name in bytes, if there is a limit.
    fn name_limit(&self) -> Option<usize>;
    /// Whether the name is a word of the language, so that it must stand between quotes wherever it is used.
    fn is_reserved(&self, name: &str) -> bool;
    /// What a column of this canonical type holds.
    fn holds(&self, data_type: &str) -> Holds;
    /// Whether a value of another type than the column's is refused, in a table that is otherwise like this.
    fn enforces_types(&self, ext: TableExt) -> bool;
    /// Who waits while this lock is held; locks are named as in [`Impact`].
    fn blocks(&self, _lock: &str) -> Blocks {
        Blocks::Nobody
    }
    /// The rule row of a kind; `None` means that the engine has no such thing.
    fn rules(&self, kind: Kind) -> Option<&'static dyn KindRules>;
    /// What an object has that this version of the engine does not: the end of a sentence about the object.
    fn lacks(&self, _object: &Object, _server: &Server) -> Option<&'static str> {
        None
    }
    /// Whether objects of this kind may be made before what they refer to, and outlive it (SQLite's foreign keys).
    fn ignores_order(&self, _kind: Kind) -> bool {
        false
    }
    /// The condition that the rows of a table meet because it is a partition of another; it is never NULL. Asked in the first
    /// state, of the bounds of the second. `None` where there is none, or where only the engine can tell.
    fn rows_of(&self, _table: &QName, _sides: (&Catalog, &Catalog)) -> Option<Expr> {
        None
    }
    /// The object whose change carries a change of `id` along: the same column of the table that it is a partition of.
    fn carrier(&self, _id: &ObjectId, _cx: &PlanCx<'_>) -> Option<ObjectId> {
        None
    }
    /// The objects with which this one is renamed, one or the other; the catalog has the names of `id`.
    fn rename_carriers(&self, _id: &ObjectId, _catalog: &Catalog) -> Vec<ObjectId> {
        Vec::new()
    }
    /// Whether an object keeps the name that it has where nothing is let go for that: made anew, it has another.
    fn keeps_name(&self, _id: &ObjectId, _cx: &PlanCx<'_>) -> bool {
        false
    }
    /// Whether what has this carrier goes when the carrier goes; a table that inherits keeps what it has.
    fn takes_along(&self, _carrier: &ObjectId, _from: &Catalog) -> bool {
        true
    }
    /// Whether an object of this kind ties two tables together, so that columns come before it and go after it.
    fn is_tie(&self, _kind: Kind) -> bool {
        false
    }
    /// Whether an object must not be made in the statement of its table, where the engine would take it for another one.
    fn stands_apart(&self, _id: &ObjectId, _object: &Object, _to: &Catalog) -> bool {
        false
    }
    /// Whether an object of this kind is made with its carrier, rather than by itself and taken over.
    fn is_made_along(&self, _kind: Kind) -> bool {
        false
    }
    /// Whether a change of this attribute of `id` is carried to those that it carries along.
    fn carries(&self, _id: &ObjectId, _attr: Attr, _to: &Catalog) -> bool {
        false
    }
    /// The rewrites of ops into safe sequences, in the order in which they are asked.
    fn strategies(&self) -> &'static [&'static dyn Strategy];

    /// The engine's canonical spelling of a declared type: a portable type (`varchar(64)`, `timestamptz`, `text[]`)
    /// becomes the natural thing, a synonym the canonical name, any other text stays. Not called for declared enums.
    fn data_type(&self, declared: &str) -> String;
    /// Names of types to suggest from when a declared type looks like a slip of one of them.
    fn known_types(&self) -> &'static [&'static str];
    /// The canonical type text of a column of the declared enum `name`, with `array` brackets if it is an array.
    fn enum_type(&self, name: &QName, array: bool) -> String;
    /// A literal default as the engine prints it for a column of this canonical type.
    fn default_literal(&self, value: &Literal, data_type: &str) -> Expr;
    /// A declared expression after the engine's text rules: portable default functions (`now()`,
    /// `gen_random_uuid()`) become the engine's own; spelling is canonical as far as text rules go.
    fn default_expr(&self, declared: &str) -> Expr;
    /// Another declared expression (check, index, predicate, generated) after the engine's text rules. `columns` are
    /// the names of the table's columns.
    fn expr(&self, declared: &str, columns: &[Ident]) -> Expr;
    /// A value to try things with, as a literal: the `nth` of this type, another one for each number as far as the type has
    /// so many. `None` where no value of the type can be made.
    fn sample(&self, data_type: &DataType, catalog: &Catalog, nth: usize) -> Option<String>;
    /// A literal, or another value, where nothing else tells its type.
    fn typed(&self, value: &str, data_type: &str) -> String;
    /// Whether an expression may give another value each time it is asked, or does something when it is.
    fn varies(&self, value: &Expr, catalog: &Catalog) -> bool;
    /// The query for the values of these columns in every row of a table; what it answers with goes through
    /// [`cell`](Self::cell).
    fn select_cells(&self, table: &QName, columns: &[Ident]) -> String;
    /// A value that [`select_cells`](Self::select_cells) has answered with, as a literal. Equal values have equal literals.
    fn cell(&self, answered: Option<String>) -> Arc<str>;
    /// Whether every value of one canonical type is one of the other, and stays the same there.
    fn widens(&self, from: &str, to: &str) -> bool;
    /// The statement that puts foreign keys off to the end of the transaction, as far as they can be put off.
    fn put_off_keys(&self) -> &'static str;
    /// A cell of declared rows as the canonical SQL literal for a column of this canonical type, the spelling in
    /// which introspection of rows returns it.
    fn row_literal(&self, value: &Literal, data_type: &str) -> String;
    /// The name that the engine itself gives an unnamed constraint or index, or the constraint by which a column is required; `None`
    /// where it gives none.
    fn implicit_name(&self, kind: Kind, table: &str, columns: &[&str]) -> Option<String>;
    /// The column of an identity declared on this engine: as it is, or lowered to what the engine has (SQLite's
    /// `INTEGER PRIMARY KEY AUTOINCREMENT`). Returns whether the table's primary key becomes autoincrement.
    fn lower_identity(&self, column: &mut Column) -> bool;

    /// Whether foreign keys must be switched off around the transaction of this op (SQLite: where a table goes, its
    /// rows would be deleted one by one and take the rows that refer to them along).
    fn needs_foreign_keys_off(&self, _op: &Op) -> bool {
        false
    }
    /// What follows an op, so that the engine knows what it knew before (values that it has looked at).
    fn aftercare(&self, _op: &Op, _cx: &PlanCx<'_>) -> Vec<Op> {
        Vec::new()
    }
    /// How values of one type become values of another, where the engine does not convert by itself. Asked for the way
    /// back, for which nobody declares `using=`.
    fn conversion(&self, _column: &Ident, _from: &DataType, _to: &DataType) -> Option<Expr> {
        None
    }
    /// What keeps a column and its copy under another name equal, whichever of the two is written.
    fn mirror(&self, mirror: &Mirror, catalog: &Catalog) -> Vec<(ObjectId, Object)>;
    /// The view that lets `table` be read and written as `former`, with these columns.
    fn stand_in(
        &self,
        former: &QName,
        table: &QName,
        columns: &[Ident],
        catalog: &Catalog,
    ) -> Vec<(ObjectId, Object)>;
    /// Whether a row must have its required values before a trigger could give them, and this column, alone in its primary
    /// key or not, does not get one by itself.
    fn requires_before_triggers(&self, _column: &Column, _is_key: bool) -> bool {
        false
    }
    /// Whether a row of such a table may be without a value in its primary key until a trigger gives it one.
    fn can_wait_for_key(&self, _table: TableExt) -> bool {
        true
    }
    /// Whether every value of the one type is one of the other, which code that knows the one reads as before.
    fn is_widened(&self, from: &DataType, to: &DataType) -> bool;
    /// The query for the columns of a relation in order: name and type.
    fn columns_of(&self, relation: &QName) -> String;

    /// What an op locks, how long it takes, and what it loses: facts, with the manual as source.
    fn impact(&self, op: &Op, cx: &ImpactCx<'_>) -> Impact;
    /// The locks that [`Impact`] names, the weakest first.
    fn locks(&self) -> &'static [&'static str] {
        &[]
    }
    /// The statements of an action that is not a rule row's: `Rebuild`, `SwapEnum`, `Backfill`.
    fn render_action(&self, action: &Action, cx: &RenderCx<'_>, sql: &mut Sql);
    /// The query that answers a question, as a count of the rows in the way, and its label; `None` where the engine
    /// itself answers in time.
    fn question(&self, question: &Question, cx: &RenderCx<'_>) -> Option<(String, String)>;
    /// The query for the keys of a few rows in the way, each as one text; without key columns the engine says where the
    /// rows lie. Asked of what [`question`](Self::question) renders.
    fn keys_in_the_way(&self, question: &Question, key: &[Ident], cx: &RenderCx<'_>) -> Option<String>;
    /// How a question is tried on the rows that no query can answer.
    fn trial(&self, _question: &Question, _key: &[Ident], _cx: &RenderCx<'_>) -> Option<Trial> {
        None
    }
    /// What to write in the declarations so that the engine would not have said this.
    fn advice(&self, _error: &EngineError) -> Option<String> {
        None
    }

    /// How its SQL is written.
    fn lexis(&self) -> Lexis;
    /// What becomes of a statement that somebody wrote into a SQL file.
    fn written(&self, sql: &str, server: &Server) -> Written;
    /// What a client has to say first, so that our statements mean there what they mean in a session of ours.
    fn client_settings(&self) -> &'static [&'static str] {
        &[]
    }

    /// How its things are called in Alembic, if twins can be written in its operations.
    fn alembic(&self) -> Option<&'static dyn alembic::Words>;

    /// The version table of this name.
    fn version_table(&self, place: &QName) -> OwnTable;
    /// The ledger: what was run, with which text, and how far.
    fn ledger(&self) -> OwnTable;
    /// The time now, as an expression.
    fn clock(&self) -> &'static str;
    /// The outside observer of this server, `program` in the place of the usual one; otherwise why there is none.
    fn observer(&self, server: &Server, program: Option<&std::path::Path>) -> Result<Observer, String>;
    /// What the observer says of a scratch database, without the tables that are left out.
    async fn observe(
        &self,
        observer: &Observer,
        scratch: &mut scratch::Scratch,
        leave_out: &[QName],
    ) -> Result<Vec<String>, EngineError>;
    /// What was built on a scratch database and cannot be used there, though the engine took it; nothing where it looks by itself.
    async fn dangling(
        &self,
        _session: &mut dyn Session,
        _built: &Catalog,
        _scope: &Scope,
    ) -> Result<Vec<Dangling>, EngineError> {
        Ok(Vec::new())
    }
    /// Opens a connection.
    async fn connect(
        &self,
        url: &DatabaseUrl,
        options: &session::ConnectOptions,
    ) -> Result<Box<dyn Session>, EngineError>;
    /// Opens an empty scratch database on the server behind `url` (SQLite: in memory, `url` is not used).
    async fn scratch(&self, url: Option<&DatabaseUrl>) -> Result<scratch::Scratch, EngineError>;
    /// The same, where other programs can open it, too (SQLite: in a file).
    async fn shared_scratch(&self, url: Option<&DatabaseUrl>) -> Result<scratch::Scratch, EngineError> {
        self.scratch(url).await
    }
    /// How SQLAlchemy's URLs of this engine begin: with the driver that it takes by itself, and with an asynchronous one.
    fn schemes(&self) -> [&'static str; 2];
}

/// The id under which objects of the engine's default schema stand.
pub fn qualify(dialect: Dialect, schema: Option<&str>, name: &str) -> QName {
    let engine = dialect.engine();
    let default = engine.default_schema();
    match (default, schema) {
        (None, _) => QName::bare(engine.ident(name)),
        (Some(_), Some(schema)) => QName::in_schema(engine.ident(schema), engine.ident(name)),
        (Some(default), None) => QName::in_schema(default, engine.ident(name)),
    }
}
