//! A connection to a SQLite file, or to a database in memory: [`SqliteSession`].
//!
//! The write lock of SQLite is the write transaction, and foreign keys can only be switched outside of one. So `lock`
//! remembers how long to wait, `begin` takes the lock, and a transaction that continues an earlier one refuses if
//! another process has changed the schema in between.

use std::time::Duration;

use futures_util::TryStreamExt as _;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Connection as _, Executor as _, Row as _, ValueRef as _};

use crate::catalog::QName;
use crate::dialect::session::{
    Batch, ConnectOptions, EngineError, EngineErrorKind, Introspection, Scope, Session, TxnOptions,
};
use crate::dialect::{Dialect, Server, Sizes};

use super::{read, sizes};

/// How long a statement waits for another process when nothing else was asked.
const WAIT: Duration = Duration::from_secs(2);

/// After how many steps of its machine SQLite looks at the clock.
const STEPS: i32 = 10_000;

/// A connection.
#[derive(Debug)]
pub(super) struct SqliteSession {
    connection: SqliteConnection,
    server: Server,
    /// The version of the schema after the last commit since `lock`.
    committed_at: Option<String>,
    wait: Duration,
    /// How long a query may take.
    limit: Option<Duration>,
    open: Option<TxnOptions>,
}

impl SqliteSession {
    /// Opens the file, or a new database in memory for `:memory:`.
    pub(super) async fn connect(location: &str, options: &ConnectOptions) -> Result<Self, EngineError> {
        let in_memory = location == ":memory:";
        if !in_memory {
            check_path(location, options)?;
        }
        let connect = SqliteConnectOptions::new()
            .filename(location)
            .create_if_missing(in_memory || (options.create && !options.read_only))
            .read_only(options.read_only && !in_memory)
            .foreign_keys(true)
            .busy_timeout(WAIT)
            .disable_statement_logging();
        let mut connection = connect
            .connect()
            .await
            .map_err(|error| opening(location, error))?;
        let rows = fetch(
            &mut connection,
            "SELECT sqlite_version(), count(*) FROM sqlite_schema",
        )
        .await
        .map_err(|error| refused(location, error))?;
        let version_text = rows.into_iter().flatten().flatten().next().unwrap_or_default();
        Ok(Self {
            connection,
            server: Server {
                dialect: Dialect::Sqlite,
                version: version_number(&version_text),
                version_text,
            },
            committed_at: None,
            wait: WAIT,
            limit: None,
            open: None,
        })
    }

    /// The single value of a query.
    async fn value(&mut self, sql: &str) -> Result<Option<String>, EngineError> {
        let rows = fetch(&mut self.connection, sql).await?;
        Ok(rows.into_iter().flatten().flatten().next())
    }

    /// A number that every change of the schema, by whomever, makes larger.
    async fn schema_version(&mut self) -> Result<Option<String>, EngineError> {
        self.value("PRAGMA schema_version").await
    }

    async fn set_foreign_keys(&mut self, on: bool) -> Result<(), EngineError> {
        let wanted = if on { "1" } else { "0" };
        run(&mut self.connection, &format!("PRAGMA foreign_keys = {wanted}")).await?;
        // Inside a transaction the pragma does nothing, and says nothing.
        if self.value("PRAGMA foreign_keys").await?.as_deref() == Some(wanted) {
            return Ok(());
        }
        Err(EngineError::new(
            EngineErrorKind::Statement,
            "foreign keys could not be switched: a transaction is open",
        ))
    }

    async fn begin_immediate(&mut self, continues: bool) -> Result<(), EngineError> {
        run(&mut self.connection, "BEGIN IMMEDIATE")
            .await
            .map_err(|error| {
                if error.kind != EngineErrorKind::Busy {
                    return error;
                }
                let message = format!(
                    "another process is writing to this database (waited {} s)",
                    self.wait.as_secs()
                );
                EngineError { message, ..error }
            })?;
        if !continues || self.committed_at.is_none() || self.schema_version().await? == self.committed_at {
            return Ok(());
        }
        run(&mut self.connection, "ROLLBACK").await?;
        Err(EngineError::new(
            EngineErrorKind::Busy,
            "another process changed the schema of this database at the same time: run the command again",
        ))
    }

    /// Puts back what a transaction has changed of the connection itself: no rollback does that.
    async fn restore(&mut self) -> Result<(), EngineError> {
        let options = self.open.take().unwrap_or_default();
        if options.foreign_keys_off {
            run(&mut self.connection, "PRAGMA legacy_alter_table = OFF").await?;
            self.set_foreign_keys(true).await?;
        }
        Ok(())
    }

    async fn set_timeout(&mut self, wait: Duration) -> Result<(), EngineError> {
        self.wait = wait;
        let most = i32::MAX.unsigned_abs().into();
        let timeout = format!("PRAGMA busy_timeout = {}", wait.as_millis().min(most));
        run(&mut self.connection, &timeout).await.map(drop)
    }

    /// Fails if a row refers to one that is not there.
    async fn check_foreign_keys(&mut self) -> Result<(), EngineError> {
        let rows = fetch(&mut self.connection, "PRAGMA foreign_key_check").await?;
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let cell = |at: usize| first.get(at).cloned().flatten();
        let (table, parent) = (cell(0).unwrap_or_default(), cell(2).unwrap_or_default());
        let row = cell(1).map_or_else(|| "a row".to_owned(), |rowid| format!("row {rowid}"));
        let more = match rows.len() - 1 {
            0 => String::new(),
            more => format!(", and {more} more like it"),
        };
        Err(EngineError {
            code: Some("787".to_owned()),
            ..EngineError::new(
                EngineErrorKind::Data,
                format!("{row} of {table} refers to a row of {parent} that is not there{more}"),
            )
        })
    }
}

#[async_trait::async_trait]
impl Session for SqliteSession {
    fn server(&self) -> &Server {
        &self.server
    }

    async fn introspect(&mut self, scope: &Scope) -> Result<Introspection, EngineError> {
        let own_transaction = self.open.is_none();
        if own_transaction {
            run(&mut self.connection, "BEGIN").await?;
        }
        let result = read::read(&mut self.connection, scope, &self.server).await;
        if own_transaction {
            run(&mut self.connection, "ROLLBACK").await?;
        }
        result
    }

    async fn sizes(&mut self, tables: &[QName]) -> Result<Sizes, EngineError> {
        sizes::read(&mut self.connection, tables).await
    }

    async fn execute(&mut self, sql: &str) -> Result<u64, EngineError> {
        let touched = run(&mut self.connection, sql).await?;
        if self.open.is_none() && self.committed_at.is_some() {
            // A statement of our own outside a transaction may have changed the schema; it is not another process.
            self.committed_at = self.schema_version().await?;
        }
        Ok(touched)
    }

    async fn query(&mut self, sql: &str) -> Result<Vec<Vec<Option<String>>>, EngineError> {
        let Some(most) = self.limit else {
            return fetch(&mut self.connection, sql).await;
        };
        let until = std::time::Instant::now() + most;
        let unusable = |error| failed(error, None);
        let mut handle = self.connection.lock_handle().await.map_err(unusable)?;
        handle.set_progress_handler(STEPS, move || std::time::Instant::now() < until);
        drop(handle);
        let rows = fetch(&mut self.connection, sql).await;
        let mut handle = self.connection.lock_handle().await.map_err(unusable)?;
        handle.remove_progress_handler();
        rows
    }

    async fn limit(&mut self, most: Option<Duration>) -> Result<(), EngineError> {
        self.limit = most;
        Ok(())
    }

    async fn lock(&mut self, wait: Duration) -> Result<(), EngineError> {
        self.set_timeout(wait).await?;
        self.committed_at = None;
        Ok(())
    }

    async fn unlock(&mut self) -> Result<(), EngineError> {
        self.committed_at = None;
        self.set_timeout(WAIT).await
    }

    async fn batch(
        &mut self,
        sql: &str,
        cursor: Option<&str>,
        size: u32,
    ) -> Result<Option<Batch>, EngineError> {
        let query = sqlx::query(trusted(sql)).bind(cursor).bind(i64::from(size));
        let row = query.fetch_optional(&mut self.connection).await;
        let row = row.and_then(|row| row.as_ref().map(values).transpose());
        Batch::of(row.map_err(|error| failed(error, Some(sql)))?)
    }

    // The only lock there is is taken when a transaction begins, and `lock` says how long that waits.
    async fn patience(&mut self, _wait: Duration) -> Result<(), EngineError> {
        Ok(())
    }

    async fn in_the_way(&mut self) -> Result<Vec<String>, EngineError> {
        Ok(Vec::new())
    }

    async fn begin(&mut self, options: TxnOptions) -> Result<(), EngineError> {
        if self.open.is_some() {
            return Err(EngineError::new(
                EngineErrorKind::Statement,
                "a transaction is open already",
            ));
        }
        if options.foreign_keys_off {
            self.set_foreign_keys(false).await?;
        }
        if let Err(error) = self.begin_immediate(options.continues).await {
            if options.foreign_keys_off {
                self.set_foreign_keys(true).await?;
            }
            return Err(error);
        }
        self.open = Some(options);
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), EngineError> {
        if self.open.is_some_and(|options| options.foreign_keys_off) {
            self.check_foreign_keys().await?;
        }
        let version = self.schema_version().await?;
        run(&mut self.connection, "COMMIT").await?;
        self.restore().await?;
        self.committed_at = version;
        Ok(())
    }

    async fn rollback(&mut self) -> Result<(), EngineError> {
        // After some errors (a full disk) SQLite has rolled back by itself.
        match run(&mut self.connection, "ROLLBACK").await {
            Err(error) if !error.message.contains("no transaction is active") => Err(error),
            _ => self.restore().await,
        }
    }

    // No statement that is run for somebody else changes a setting.
    async fn forget_settings(&mut self) -> Result<(), EngineError> {
        Ok(())
    }

    async fn close(self: Box<Self>) -> Result<(), EngineError> {
        self.connection.close().await.map_err(|error| failed(error, None))
    }
}

/// The file must be there, or its folder if it may be made: SQLite's own words do not say which of the two is missing.
fn check_path(location: &str, options: &ConnectOptions) -> Result<(), EngineError> {
    let path = std::path::Path::new(location);
    let error = |message: String| Err(EngineError::new(EngineErrorKind::Connection, message));
    if path.is_dir() {
        return error(format!("{location} is a folder, not a database"));
    }
    if path.exists() || location.starts_with("file:") {
        return Ok(());
    }
    if !options.create || options.read_only {
        return error(format!("there is no database file {location}"));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => error(format!(
            "{location} cannot be made: there is no folder {}",
            folder.display()
        )),
        _ => Ok(()),
    }
}

fn opening(location: &str, error: sqlx::Error) -> EngineError {
    let error = failed(error, None);
    EngineError {
        message: format!("{location} cannot be opened: {}", error.message),
        kind: EngineErrorKind::Connection,
        ..error
    }
}

/// The first read tells whether the file is a database at all.
fn refused(location: &str, error: EngineError) -> EngineError {
    if error.kind != EngineErrorKind::Connection {
        return error;
    }
    EngineError {
        message: format!("{location} cannot be read: {}", error.message),
        statement: None,
        ..error
    }
}

/// `3.45.1` as `3045001`.
fn version_number(text: &str) -> u32 {
    let mut parts = text.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    part() * 1_000_000 + part() * 1_000 + part()
}

/// The one place through which dynamic SQL goes to the driver. The text was rendered, and reviewed where it changes
/// anything, before it came here.
fn trusted(sql: &str) -> AssertSqlSafe<String> {
    AssertSqlSafe(sql.to_owned())
}

/// Runs statements and returns the number of rows touched.
async fn run(connection: &mut SqliteConnection, sql: &str) -> Result<u64, EngineError> {
    let statement = sqlx::raw_sql(trusted(sql));
    let done = connection.execute(statement).await;
    done.map(|done| done.rows_affected())
        .map_err(|error| failed(error, Some(sql)))
}

/// Runs a query; every value as text.
pub(super) async fn fetch(
    connection: &mut SqliteConnection,
    sql: &str,
) -> Result<Vec<Vec<Option<String>>>, EngineError> {
    let statement = sqlx::raw_sql(trusted(sql));
    let mut rows = connection.fetch(statement);
    let mut out = Vec::new();
    while let Some(row) = rows.try_next().await.map_err(|error| failed(error, Some(sql)))? {
        out.push(values(&row).map_err(|error| failed(error, Some(sql)))?);
    }
    Ok(out)
}

fn values(row: &SqliteRow) -> Result<Vec<Option<String>>, sqlx::Error> {
    (0..row.len())
        .map(|at| {
            if row.try_get_raw(at)?.is_null() {
                return Ok(None);
            }
            row.try_get_unchecked::<String, _>(at).map(Some)
        })
        .collect()
}

fn failed(error: sqlx::Error, sql: Option<&str>) -> EngineError {
    let statement = sql.map(str::to_owned);
    let sqlx::Error::Database(database) = error else {
        let error = EngineError::new(EngineErrorKind::Connection, error.to_string());
        return EngineError { statement, ..error };
    };
    let code = database.code().map(std::borrow::Cow::into_owned);
    // The low byte is the primary code: https://sqlite.org/rescode.html
    let primary = code
        .as_deref()
        .and_then(|code| code.parse::<i32>().ok())
        .map(|code| code & 0xff);
    let kind = match primary {
        Some(5 | 6) => EngineErrorKind::Busy,
        Some(9) => EngineErrorKind::TimedOut,
        Some(3 | 8 | 23) => EngineErrorKind::Permission,
        Some(10 | 11 | 14 | 26) => EngineErrorKind::Connection,
        Some(19 | 20) => EngineErrorKind::Data,
        _ => EngineErrorKind::Statement,
    };
    EngineError {
        message: database.message().to_owned(),
        code,
        detail: None,
        statement,
        position: None,
        kind,
    }
}
