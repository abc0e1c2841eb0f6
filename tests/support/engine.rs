//! The engines under test: SQLite in a file, and every PostgreSQL server named by `RECONCILE_TEST_POSTGRES` and
//! `RECONCILE_TEST_POSTGRES_<major>`. Each database is made for one test, and dropped after it.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Failed, Trial};
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

/// An engine that runs.
#[derive(Clone, Debug)]
pub(crate) struct Engine {
    /// `sqlite`, `postgres`, `postgres_12`.
    pub(crate) name: String,
    /// The major version of the server; 3 for SQLite.
    pub(crate) major: u32,
    /// Where databases are made; none for SQLite.
    server: Option<String>,
    /// `pg_dump`, if it can read this server.
    pub(crate) pg_dump: Option<String>,
}

impl Engine {
    /// `sqlite` or `postgres`, as the program calls it.
    pub(crate) fn kind(&self) -> &'static str {
        if self.server.is_some() {
            "postgres"
        } else {
            "sqlite"
        }
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        self.server.is_none()
    }
}

/// SQLite and the first PostgreSQL server; the others too where `RECONCILE_TEST_WIDE` is `all`, as it is each night: what these
/// tests are about does not differ from version to version, or other tests hold it against each of them.
pub(crate) fn engines_of_the_day() -> (Vec<Engine>, Vec<(String, &'static str)>) {
    let (mut running, missing) = engines();
    if std::env::var("RECONCILE_TEST_WIDE").as_deref() != Ok("all") {
        running.retain(|engine| ["sqlite", "postgres"].contains(&engine.name.as_str()));
    }
    (running, missing)
}

/// The engines that run, and for those that do not, their names and why.
pub(crate) fn engines() -> (Vec<Engine>, Vec<(String, &'static str)>) {
    let mut running = vec![Engine {
        name: "sqlite".to_owned(),
        major: 3,
        server: None,
        pg_dump: None,
    }];
    let mut missing = Vec::new();
    let mut servers: Vec<(String, String)> = std::env::vars()
        .filter_map(|(variable, url)| {
            let version = variable.strip_prefix("RECONCILE_TEST_POSTGRES")?;
            (version.is_empty() || version.starts_with('_')).then(|| (format!("postgres{version}"), url))
        })
        .collect();
    servers.sort();
    if servers.is_empty() {
        missing.push(("postgres".to_owned(), "RECONCILE_TEST_POSTGRES names no server"));
    }
    let dumps = pg_dumps();
    for (name, server) in servers {
        let major = block_on(async {
            let mut connection = PgConnection::connect(&server).await?;
            let number: String = sqlx::query_scalar("SHOW server_version_num")
                .fetch_one(&mut connection)
                .await?;
            run(&mut connection, ROLES).await?;
            Ok(number.parse::<u32>()? / 10_000)
        });
        match major {
            Ok(major) => running.push(Engine {
                name,
                major,
                server: Some(server),
                pg_dump: dumps
                    .iter()
                    .find(|(reads, _)| *reads >= major)
                    .map(|(_, program)| program.clone()),
            }),
            Err(_) => missing.push((name, "the server does not answer")),
        }
    }
    (running, missing)
}

/// Roles belong to a server, not to a database: they are made once, by whichever test comes first.
const ROLES: &str = "DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['rcn_reader', 'rcn_writer', 'rcn_owner', 'rcn_app', 'rcn Odd role'] LOOP
        BEGIN
            EXECUTE pg_catalog.format('CREATE ROLE %I LOGIN', name);
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END;
    END LOOP;
END
$$";

/// The programs in `RECONCILE_TEST_PG_DUMP` (separated by colons) by major version: each reads servers up to its own,
/// and the one nearest to the server knows best what the server keeps to itself.
fn pg_dumps() -> Vec<(u32, String)> {
    let programs = std::env::var("RECONCILE_TEST_PG_DUMP").unwrap_or_else(|_| "pg_dump".to_owned());
    let mut found: Vec<(u32, String)> = programs
        .split(':')
        .filter_map(|program| Some((pg_dump_major(program)?, program.to_owned())))
        .collect();
    found.sort();
    found
}

fn pg_dump_major(pg_dump: &str) -> Option<u32> {
    let output = std::process::Command::new(pg_dump)
        .arg("--version")
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace()
        .find_map(|word| word.split('.').next()?.parse().ok())
}

/// A database of its own.
#[derive(Debug)]
pub(crate) struct Database<'e> {
    pub(crate) engine: &'e Engine,
    /// As the program takes it.
    pub(crate) url: String,
    name: String,
}

impl<'e> Database<'e> {
    /// Makes an empty database; an SQLite file lies in `folder`.
    pub(crate) fn new(engine: &'e Engine, folder: &Path, role: &str) -> Result<Self, Failed> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let Some(server) = &engine.server else {
            let name = folder.join(format!("{role}.db")).display().to_string();
            return Ok(Self {
                engine,
                url: format!("sqlite:{name}"),
                name,
            });
        };
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("rcn_case_{}_{count}", std::process::id());
        block_on(async {
            let mut connection = PgConnection::connect(server).await?;
            run(
                &mut connection,
                &format!("CREATE DATABASE {name} TEMPLATE template0"),
            )
            .await
        })?;
        let mut url = url::Url::parse(server)?;
        url.set_path(&name);
        Ok(Self {
            engine,
            url: url.to_string(),
            name,
        })
    }

    /// Runs statements.
    pub(crate) fn execute(&self, sql: &str) -> Result<(), Failed> {
        block_on(async {
            if self.engine.is_sqlite() {
                let mut connection = self.sqlite().await?;
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
                    .execute(&mut connection)
                    .await?;
                connection.close().await?;
                Ok(())
            } else {
                run(&mut PgConnection::connect(&self.url).await?, sql).await
            }
        })
        .map_err(|failed| format!("{}\n{sql}", failed.message().unwrap_or_default()).into())
    }

    /// The rows of a query, every value as the text that the engine makes of it.
    pub(crate) fn query(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>, Failed> {
        let sql = AssertSqlSafe(sql.to_owned());
        block_on(async {
            if self.engine.is_sqlite() {
                let mut connection = self.sqlite().await?;
                let rows = sqlx::query(sql).fetch_all(&mut connection).await?;
                let rows = rows.iter().map(|row| {
                    let cells = (0..row.len()).map(|at| row.try_get_unchecked::<Option<String>, _>(at));
                    cells.collect::<Result<Vec<_>, _>>()
                });
                let rows = rows.collect::<Result<Vec<_>, _>>()?;
                connection.close().await?;
                Ok(rows)
            } else {
                let mut connection = PgConnection::connect(&self.url).await?;
                let rows = sqlx::query(sql).fetch_all(&mut connection).await?;
                let rows = rows.iter().map(|row| {
                    let cells = (0..row.len()).map(|at| row.try_get_unchecked::<Option<String>, _>(at));
                    cells.collect::<Result<Vec<_>, _>>()
                });
                Ok(rows.collect::<Result<Vec<_>, _>>()?)
            }
        })
    }

    /// The single value of a query as text.
    pub(crate) fn value(&self, sql: &str) -> Result<String, Failed> {
        let sql = if self.engine.is_sqlite() {
            format!("SELECT CAST(({sql}) AS TEXT)")
        } else {
            format!("SELECT ({sql})::text")
        };
        let rows = self.query(&sql)?;
        let value = rows.into_iter().next().and_then(|row| row.into_iter().next());
        Ok(value.flatten().unwrap_or_else(|| "NULL".to_owned()))
    }

    async fn sqlite(&self) -> Result<SqliteConnection, Failed> {
        let options = SqliteConnectOptions::new()
            .filename(&self.name)
            .create_if_missing(true)
            .foreign_keys(true);
        Ok(SqliteConnection::connect_with(&options).await?)
    }
}

impl Drop for Database<'_> {
    fn drop(&mut self) {
        if let Some(server) = &self.engine.server {
            // A leftover hurts nobody: the server is a throw-away one.
            drop(block_on(async {
                let options: PgConnectOptions = server.parse()?;
                let mut connection = PgConnection::connect_with(&options).await?;
                let end = format!(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'",
                    self.name
                );
                run(&mut connection, &end).await?;
                run(&mut connection, &format!("DROP DATABASE IF EXISTS {}", self.name)).await
            }));
        }
    }
}

async fn run(connection: &mut PgConnection, sql: &str) -> Result<(), Failed> {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(connection)
        .await?;
    Ok(())
}

fn block_on<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// A test that cannot be run here, and why.
pub(crate) fn ignored(name: &str, reason: &str) -> Trial {
    Trial::test(name, || Ok(()))
        .with_kind(reason.to_owned())
        .with_ignored_flag(true)
}
