//! A connection to PostgreSQL: session settings, statements, the lock of an applier, and errors in our words.
//!
//! In: a URL and reviewed statement texts. Out: rows as text, and [`EngineError`]s that never hold a password. All
//! texts of this dialect reach the server through [`raw`]. Must not: know what a statement is about.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgErrorPosition, PgRow, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Either, Executor as _, Row as _};

use crate::catalog::QName;
use crate::dialect::session::{ConnectOptions, EngineErrorKind};
use crate::dialect::sql::text_literal;
use crate::dialect::{
    Batch, DatabaseUrl, Dialect, EngineError, Introspection, Scope, Server, Session, Sizes, TxnOptions,
};

use super::{read, sizes};

/// How long a statement waits for a lock: longer, and everybody who comes later waits behind it.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// How long the server may take to answer a connection.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// The key of the lock that keeps other appliers out: `reconcil`. Advisory locks are per database.
const LOCK_KEY: i64 = 0x7265_636f_6e63_696c;
/// Other sessions of this database with a transaction that holds locks on relations, the oldest first. What they run is
/// not shown: it may hold data.
const IN_THE_WAY: &str = "SELECT 'process ' || a.pid || ' (' || coalesce(nullif(a.application_name, ''), 'unnamed') || ', ' \
     || coalesce(a.state, 'unknown') || ')', 'in a transaction since', \
     pg_catalog.to_char(a.xact_start, 'HH24:MI:SS') || ', locks', \
     (SELECT pg_catalog.string_agg(DISTINCT c.relname, ', ' ORDER BY c.relname) \
     FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation \
     WHERE l.pid = a.pid AND l.granted AND l.relation >= 16384) \
     FROM pg_catalog.pg_stat_activity a \
     WHERE a.datname = pg_catalog.current_database() AND a.pid <> pg_catalog.pg_backend_pid() \
     AND a.xact_start IS NOT NULL AND EXISTS (SELECT 1 FROM pg_catalog.pg_locks l \
     WHERE l.pid = a.pid AND l.granted AND l.relation >= 16384) ORDER BY a.xact_start LIMIT 3";
/// Rows of a batch are found one by one: reading the whole table for each batch looks cheaper to the planner as long as the
/// table is cheap to read, and that goes with the square of its rows. Ends with the transaction.
const BY_INDEX: &str = "SELECT pg_catalog.set_config('enable_hashjoin', 'off', true), \
     pg_catalog.set_config('enable_mergejoin', 'off', true)";
/// The settings on which it depends how values are read and written as texts, as every session of ours has them.
pub(super) const TEXT_SETTINGS: [(&str, &str); 5] = [
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "1"),
];
/// Where the names in declarations and statements are looked for.
pub(super) const DEFAULT_PATH: &str = "public";
/// The same settings for another client: names are found where we look for them, and a body may name what comes later.
pub(super) const CLIENT_SETTINGS: &[&str] = &[
    "SET client_encoding = 'UTF8'",
    "SET standard_conforming_strings = on",
    "SET check_function_bodies = off",
    "SET client_min_messages = warning",
    "SET search_path = public",
];
/// How often the lock is asked for.
const LOCK_POLL: Duration = Duration::from_millis(200);

/// A session on PostgreSQL.
pub(super) struct PostgresSession {
    connection: PgConnection,
    options: PgConnectOptions,
    settings: String,
    server: Server,
    transaction: Transaction,
    path: Path,
    /// How long a statement waits for a lock.
    wait: Duration,
}

/// Where names without a schema are looked for, beside `pg_catalog`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Path {
    /// Nowhere, so that the engine prints every name with its schema.
    Nowhere,
    /// In the schema where declarations look for them.
    Default,
}

impl Path {
    fn set(self) -> &'static str {
        match self {
            Self::Nowhere => "SELECT pg_catalog.set_config('search_path', '', false)",
            Self::Default => "SELECT pg_catalog.set_config('search_path', 'public', false)",
        }
    }
}

/// Where the session stands. `COMMIT` of a failed transaction answers with success and undoes it, so we keep count.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Transaction {
    None,
    Open,
    Failed,
}

/// Opens a connection and puts its settings in place.
pub(super) async fn connect(
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<Box<dyn Session>, EngineError> {
    connect_to(connect_options(url, options)?, options).await
}

/// Opens a connection with the driver's options.
pub(super) async fn connect_to(
    parsed: PgConnectOptions,
    options: &ConnectOptions,
) -> Result<Box<dyn Session>, EngineError> {
    Ok(Box::new(PostgresSession::open(parsed, settings(options)).await?))
}

/// The driver's options for a URL. The driver's own statement log is off: statements may hold data.
pub(super) fn connect_options(
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<PgConnectOptions, EngineError> {
    let location = url::Url::parse(&url.location).map_err(|error| unreadable_url(&error.to_string()))?;
    let parsed = PgConnectOptions::from_url(&location).map_err(|error| unreadable_url(&error.to_string()))?;
    let name = options.application_name.as_deref().unwrap_or("reconcile");
    Ok(parsed.application_name(name).disable_statement_logging())
}

fn unreadable_url(reason: &str) -> EngineError {
    EngineError::new(
        EngineErrorKind::Unusable,
        format!("the database URL cannot be read: {reason}"),
    )
}

/// One query that sets what a session needs and reads the version: names are resolved in `pg_catalog` alone until a
/// statement of ours is run, texts come in one form whatever the role's settings are.
pub(super) fn settings(options: &ConnectOptions) -> String {
    let read_only = if options.read_only { "on" } else { "off" };
    let lock_timeout = format!("{}ms", LOCK_TIMEOUT.as_millis());
    let pairs = [
        ("search_path", ""),
        ("standard_conforming_strings", "on"),
        ("quote_all_identifiers", "off"),
        ("check_function_bodies", "off"),
        ("client_min_messages", "warning"),
        ("statement_timeout", "0"),
        ("lock_timeout", &lock_timeout),
        ("row_security", "off"),
        ("jit", "off"),
        ("default_transaction_read_only", read_only),
    ];
    let set: Vec<String> = pairs
        .into_iter()
        .chain(TEXT_SETTINGS)
        .map(|(name, value)| {
            format!(
                "pg_catalog.set_config({}, {}, false)",
                text_literal(name),
                text_literal(value)
            )
        })
        .collect();
    format!(
        "SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_setting('server_version'), {}",
        set.join(", ")
    )
}

/// The one place where text becomes a statement: what comes here was rendered, reviewed or is a query of ours.
pub(super) fn raw(sql: &str) -> sqlx::RawSql {
    sqlx::raw_sql(AssertSqlSafe(sql))
}

/// Runs one statement that answers with no rows that matter.
pub(super) async fn execute(connection: &mut PgConnection, sql: &str) -> Result<u64, EngineError> {
    match raw(sql).execute(connection).await {
        Ok(done) => Ok(done.rows_affected()),
        Err(error) => Err(explain(error, Some(sql))),
    }
}

/// Every row of one query, as text.
pub(super) async fn fetch(
    connection: &mut PgConnection,
    sql: &str,
) -> Result<Vec<Vec<Option<String>>>, EngineError> {
    let mut rows = Vec::new();
    let mut stream = connection.fetch_many(raw(sql));
    while let Some(step) = stream
        .try_next()
        .await
        .map_err(|error| explain(error, Some(sql)))?
    {
        if let Either::Right(row) = step {
            rows.push(cells(&row).map_err(|error| explain(error, Some(sql)))?);
        }
    }
    Ok(rows)
}

fn cells(row: &PgRow) -> Result<Vec<Option<String>>, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            let value = row.try_get_raw(at)?;
            if sqlx::ValueRef::is_null(&value) {
                return Ok(None);
            }
            value
                .as_str()
                .map(|text| Some(text.to_owned()))
                .map_err(sqlx::Error::Decode)
        })
        .collect()
}

/// Logs in. To this very machine a connection is tried without TLS first, where that is left to us: the wire is
/// nobody else's, and reading the machine's certificates takes longer than reading a catalog.
async fn log_in(options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let host = options.get_host();
    let local = host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback());
    if local && matches!(options.get_ssl_mode(), PgSslMode::Prefer) {
        let plain = PgConnection::connect_with(&options.clone().ssl_mode(PgSslMode::Disable)).await;
        let refused =
            matches!(&plain, Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("28000"));
        if !refused {
            return plain;
        }
    }
    PgConnection::connect_with(options).await
}

/// Opens a connection with these settings; returns it with the server's version number and text.
pub(super) async fn open(
    options: &PgConnectOptions,
    settings: &str,
) -> Result<(PgConnection, Server), EngineError> {
    let mut connection = match tokio::time::timeout(CONNECT_TIMEOUT, log_in(options)).await {
        Ok(Ok(connection)) => connection,
        Ok(Err(error)) => return Err(unreachable_server(options, error)),
        Err(_) => {
            let waited = format!("no answer within {} s", CONNECT_TIMEOUT.as_secs());
            return Err(connection_error(options, &waited));
        }
    };
    let first = fetch(&mut connection, settings).await?.into_iter().next();
    let mut found = first.unwrap_or_default().into_iter().flatten();
    let number = found.next().and_then(|text| text.parse().ok());
    let (Some(version), Some(text)) = (number, found.next()) else {
        return Err(connection_error(options, "it does not say which version it is"));
    };
    let version_text = text.split_whitespace().next().unwrap_or_default().to_owned();
    let server = Server {
        dialect: Dialect::Postgres,
        version,
        version_text,
    };
    if version < 120_000 {
        let message = format!("{server} is too old: 12 is the oldest version that is supported");
        return Err(EngineError::new(EngineErrorKind::Unusable, message));
    }
    Ok((connection, server))
}

impl PostgresSession {
    async fn open(options: PgConnectOptions, settings: String) -> Result<Self, EngineError> {
        let (connection, server) = open(&options, &settings).await?;
        Ok(Self {
            connection,
            options,
            settings,
            server,
            transaction: Transaction::None,
            path: Path::Nowhere,
            wait: LOCK_TIMEOUT,
        })
    }

    /// Changes where names are looked for, if it is another place than now.
    async fn look_in(&mut self, path: Path) -> Result<(), EngineError> {
        if self.path != path && self.transaction != Transaction::Failed {
            execute(&mut self.connection, path.set()).await?;
            self.path = path;
        }
        Ok(())
    }

    /// Remembers that the open transaction is lost.
    fn failed(&mut self) {
        if self.transaction == Transaction::Open {
            self.transaction = Transaction::Failed;
        }
    }

    /// Who holds the lock, in words.
    async fn holder(&mut self) -> Result<String, EngineError> {
        let (high, low) = (LOCK_KEY >> 32, LOCK_KEY & 0xffff_ffff);
        let sql = format!(
            "SELECT l.pid, a.application_name, pg_catalog.to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') \
             FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
             WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid = {high} \
             AND l.objid = {low} AND l.database = (SELECT d.oid FROM pg_catalog.pg_database d \
             WHERE d.datname = pg_catalog.current_database()) ORDER BY l.pid"
        );
        let rows = fetch(&mut self.connection, &sql).await?;
        let holders: Vec<String> = rows
            .into_iter()
            .map(|row| {
                let mut row = row.into_iter().map(Option::unwrap_or_default);
                let pid = row.next().unwrap_or_default();
                let name = row.next().unwrap_or_default();
                let since = row.next().unwrap_or_default();
                format!("process {pid} ({name}), connected since {since}")
            })
            .collect();
        Ok(if holders.is_empty() {
            "a session that has just ended".to_owned()
        } else {
            holders.join(", ")
        })
    }
}

#[async_trait::async_trait]
impl Session for PostgresSession {
    fn server(&self) -> &Server {
        &self.server
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Introspection, EngineError> {
        self.look_in(Path::Nowhere).await?;
        let inside = self.transaction != Transaction::None;
        let source = read::Source {
            connection: &mut self.connection,
            second: (&self.options, &self.settings),
            server: &self.server,
            inside,
        };
        let read = read::introspect(source, scope).await;
        if read.is_err() {
            self.failed();
        }
        read
    }

    async fn sizes(&mut self, tables: &[QName]) -> Result<Sizes, EngineError> {
        self.look_in(Path::Nowhere).await?;
        let read = sizes::read(&mut self.connection, tables).await;
        if read.is_err() {
            self.failed();
        }
        read
    }

    async fn execute(&mut self, sql: &str) -> Result<u64, EngineError> {
        self.look_in(Path::Default).await?;
        let done = execute(&mut self.connection, sql).await;
        if done.is_err() {
            self.failed();
        }
        done
    }

    async fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, EngineError> {
        self.look_in(Path::Default).await?;
        let rows = fetch(&mut self.connection, sql).await;
        if rows.is_err() {
            self.failed();
        }
        rows
    }

    async fn batch(
        &mut self,
        sql: &str,
        cursor: Option<&str>,
        size: u32,
    ) -> Result<Option<Batch>, EngineError> {
        self.look_in(Path::Default).await?;
        fetch(&mut self.connection, BY_INDEX).await?;
        // Unnamed, so that it is planned with the values: whether there is a cursor decides how rows are found.
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(cursor)
            .bind(i64::from(size))
            .persistent(false);
        let answer = query.fetch_optional(&mut self.connection).await;
        let row = match answer {
            Ok(row) => row.as_ref().map(cells).transpose(),
            Err(error) => Err(error),
        };
        if row.is_err() {
            self.failed();
        }
        Batch::of(row.map_err(|error| explain(error, Some(sql)))?)
    }

    async fn patience(&mut self, wait: Duration) -> Result<(), EngineError> {
        if self.wait == wait {
            return Ok(());
        }
        self.wait = wait;
        let wait = wait.as_millis();
        let sql = format!("SELECT pg_catalog.set_config('lock_timeout', '{wait}ms', false)");
        fetch(&mut self.connection, &sql).await.map(drop)
    }

    async fn in_the_way(&mut self) -> Result<Vec<String>, EngineError> {
        let rows = fetch(&mut self.connection, IN_THE_WAY).await?;
        Ok(rows
            .into_iter()
            .map(|row| {
                let row: Vec<String> = row.into_iter().map(Option::unwrap_or_default).collect();
                row.join(" ")
            })
            .collect())
    }

    async fn limit(&mut self, most: Option<Duration>) -> Result<(), EngineError> {
        let most = most.map_or(0, |most| most.as_millis().clamp(1, 1 << 30));
        let sql = format!("SELECT pg_catalog.set_config('statement_timeout', '{most}ms', false)");
        execute(&mut self.connection, &sql).await.map(drop)
    }

    async fn lock(&mut self, wait: Duration) -> Result<(), EngineError> {
        let sql = format!("SELECT pg_catalog.pg_try_advisory_lock({LOCK_KEY})");
        let until = tokio::time::Instant::now() + wait;
        loop {
            let taken = fetch(&mut self.connection, &sql).await?;
            if taken.into_iter().flatten().flatten().next().as_deref() == Some("t") {
                return Ok(());
            }
            let now = tokio::time::Instant::now();
            if now >= until {
                break;
            }
            tokio::time::sleep(LOCK_POLL.min(until - now)).await;
        }
        let holder = self.holder().await?;
        let message = format!(
            "another reconcile is applying to this database: {holder} holds the lock (waited {} s)",
            wait.as_secs()
        );
        Err(EngineError::new(EngineErrorKind::Busy, message))
    }

    async fn unlock(&mut self) -> Result<(), EngineError> {
        let sql = format!("SELECT pg_catalog.pg_advisory_unlock({LOCK_KEY})");
        fetch(&mut self.connection, &sql).await?;
        Ok(())
    }

    async fn begin(&mut self, _options: TxnOptions) -> Result<(), EngineError> {
        self.execute("BEGIN").await?;
        self.transaction = Transaction::Open;
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), EngineError> {
        if self.transaction == Transaction::Failed {
            self.rollback().await?;
            let message = "the transaction was undone: a statement in it had failed";
            return Err(EngineError::new(EngineErrorKind::Statement, message));
        }
        // Whether it succeeds or not, the transaction is over: a refused commit has undone it.
        self.transaction = Transaction::None;
        let done = execute(&mut self.connection, "COMMIT").await.map(drop);
        if done.is_err() {
            self.path = Path::Default;
        }
        done
    }

    async fn rollback(&mut self) -> Result<(), EngineError> {
        self.transaction = Transaction::None;
        // It was so when the transaction began, and settings are undone with the rest.
        self.path = Path::Default;
        execute(&mut self.connection, "ROLLBACK").await.map(drop)
    }

    async fn forget_settings(&mut self) -> Result<(), EngineError> {
        execute(
            &mut self.connection,
            "RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL",
        )
        .await?;
        fetch(&mut self.connection, &self.settings).await?;
        self.path = Path::Nowhere;
        self.wait = LOCK_TIMEOUT;
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<(), EngineError> {
        self.connection
            .close()
            .await
            .map_err(|error| explain(error, None))
    }
}

fn connection_error(options: &PgConnectOptions, reason: &str) -> EngineError {
    let place = match options.get_socket() {
        Some(socket) => format!("{} (port {})", socket.display(), options.get_port()),
        None => format!("{}:{}", options.get_host(), options.get_port()),
    };
    EngineError::new(
        EngineErrorKind::Connection,
        format!("cannot connect to PostgreSQL at {place}: {reason}"),
    )
}

/// Says which server could not be reached, and never how we tried to log in.
fn unreachable_server(options: &PgConnectOptions, error: sqlx::Error) -> EngineError {
    let explained = explain(error, None);
    let kind = match explained.kind {
        kind @ (EngineErrorKind::Permission | EngineErrorKind::Unusable) => kind,
        _ => EngineErrorKind::Connection,
    };
    EngineError {
        kind,
        code: explained.code,
        detail: explained.detail,
        ..connection_error(options, &explained.message)
    }
}

/// The driver's error in our words.
pub(super) fn explain(error: sqlx::Error, statement: Option<&str>) -> EngineError {
    let statement = statement.map(ToOwned::to_owned);
    let (kind, message) = match error {
        sqlx::Error::Database(database) => match database.try_downcast_ref::<PgDatabaseError>() {
            Some(refused) => {
                return EngineError {
                    statement,
                    ..refusal(refused)
                };
            }
            None => (EngineErrorKind::Statement, database.to_string()),
        },
        sqlx::Error::Io(io) => (EngineErrorKind::Connection, io.to_string()),
        sqlx::Error::Tls(tls) => (EngineErrorKind::Connection, format!("TLS failed: {tls}")),
        sqlx::Error::Protocol(text) => (EngineErrorKind::Connection, text),
        sqlx::Error::Decode(reason) => (EngineErrorKind::Catalog, reason.to_string()),
        other => (EngineErrorKind::Connection, other.to_string()),
    };
    EngineError {
        statement,
        ..EngineError::new(kind, message)
    }
}

/// <https://www.postgresql.org/docs/current/errcodes-appendix.html>
fn refusal(error: &PgDatabaseError) -> EngineError {
    let code = error.code();
    let kind = match code {
        "42501" | "25006" => EngineErrorKind::Permission,
        "55P03" | "40P01" | "40001" => EngineErrorKind::Contended,
        "55006" => EngineErrorKind::Busy,
        "57014" => EngineErrorKind::TimedOut,
        "3D000" | "53300" => EngineErrorKind::Connection,
        _ => match code.get(..2) {
            Some("28") => EngineErrorKind::Permission,
            // Among them what a trigger of the user's own raises.
            Some("22" | "23" | "P0") => EngineErrorKind::Data,
            Some("08" | "57") if code != "57014" => EngineErrorKind::Connection,
            _ => EngineErrorKind::Statement,
        },
    };
    let message = if code == "55P03" {
        format!(
            "another session holds a lock that this statement needs ({})",
            error.message()
        )
    } else {
        error.message().to_owned()
    };
    let position = match error.position() {
        Some(PgErrorPosition::Original(at)) => Some(at),
        _ => None,
    };
    let added: Vec<&str> = error.detail().into_iter().chain(error.hint()).collect();
    EngineError {
        code: Some(code.to_owned()),
        detail: (!added.is_empty()).then(|| added.join("; ")),
        position,
        ..EngineError::new(kind, message)
    }
}
