//! A scratch database on a PostgreSQL server: made from `template0`, emptied by making it anew, dropped at the end.
//!
//! In: the URL of a server where databases may be made. Out: a [`Scratch`]. While it lives, a connection of its own
//! holds an advisory lock on its name; a scratch database whose lock is free belongs to a run that was killed, and is
//! dropped by the next one. Must not: touch any other database.

use sqlx::postgres::{PgConnectOptions, PgConnection};

use crate::catalog::{Fingerprint, Ident};
use crate::dialect::scratch::{Keeper, Scratch};
use crate::dialect::session::{ConnectOptions, EngineErrorKind};
use crate::dialect::sql::text_literal;
use crate::dialect::{DatabaseUrl, Dialect, EngineError, Server, Session, Sql};

use super::session::{self, fetch};

/// What the names of our scratch databases begin with.
const PREFIX: &str = "reconcile_scratch_";
/// How often a database is tried to be dropped in which a session is about to end.
const LAST_SESSION_TRIES: usize = 20;
/// How long to wait between two tries.
const LAST_SESSION_WAIT: std::time::Duration = std::time::Duration::from_millis(50);

/// The database, and the connection that guards it.
struct ScratchDatabase {
    maintenance: PgConnection,
    server: Server,
    url: DatabaseUrl,
    name: String,
}

/// Opens an empty scratch database beside the database of `url`.
pub(super) async fn open(url: Option<&DatabaseUrl>) -> Result<Scratch, EngineError> {
    let Some(url) = url else {
        return Err(EngineError::new(
            EngineErrorKind::Connection,
            "there is no server to make a scratch database on: set `scratch-url` in reconcile.kdl, or --scratch-url",
        ));
    };
    let options = ConnectOptions {
        application_name: Some("reconcile scratch".to_owned()),
        ..ConnectOptions::default()
    };
    let (mut maintenance, server) = open_maintenance(url, &options).await?;
    let rows = fetch(&mut maintenance, "SELECT pg_catalog.current_database()").await?;
    let beside = rows.into_iter().flatten().flatten().next().unwrap_or_default();
    let mut keeper = ScratchDatabase {
        maintenance,
        server,
        url: url.clone(),
        name: new_name(&beside),
    };
    keeper.sweep(&beside).await?;
    keeper.guard().await?;
    keeper.create().await?;
    let session = keeper.enter().await?;
    Ok(Scratch::new(session, Box::new(keeper)))
}

async fn open_maintenance(
    url: &DatabaseUrl,
    options: &ConnectOptions,
) -> Result<(PgConnection, Server), EngineError> {
    let parsed: PgConnectOptions = session::connect_options(url, options)?;
    session::open(&parsed, &session::settings(options)).await
}

/// A name that no other run has. The part before the last tells the maintenance database: advisory locks are per
/// database, so a run can only tell what is in use of what was made through the same one.
fn new_name(beside: &str) -> String {
    let process = std::process::id();
    let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), process);
    format!("{PREFIX}{process}_{}_{random:016x}", mark(beside))
}

/// What stands for the maintenance database in a name.
fn mark(beside: &str) -> String {
    Fingerprint::of_bytes(beside.as_bytes()).as_str()[..8].to_owned()
}

/// The advisory lock key of a name.
fn lock_key(name: &str) -> i64 {
    let digest = Fingerprint::of_bytes(name.as_bytes());
    let number = u64::from_str_radix(&digest.as_str()[..16], 16).unwrap_or_default();
    i64::from_ne_bytes(number.to_ne_bytes())
}

impl ScratchDatabase {
    /// `verb` and the name, quoted where it must be.
    fn statement(verb: &str, name: &str, options: &str) -> String {
        let mut sql = Sql::new(Dialect::Postgres.engine());
        sql.raw(verb).ident(&Ident::exact(name)).raw(options);
        sql.clause()
    }

    async fn run(&mut self, sql: &str) -> Result<(), EngineError> {
        session::execute(&mut self.maintenance, sql).await.map(drop)
    }

    async fn ask(&mut self, sql: &str) -> Result<bool, EngineError> {
        let rows = fetch(&mut self.maintenance, sql).await?;
        Ok(rows.into_iter().flatten().flatten().next().as_deref() == Some("t"))
    }

    /// Drops what runs that were killed have left: databases whose lock can be had.
    async fn sweep(&mut self, beside: &str) -> Result<(), EngineError> {
        let sql = format!(
            "SELECT d.datname FROM pg_catalog.pg_database d WHERE pg_catalog.starts_with(d.datname, {}) \
             AND pg_catalog.pg_has_role(d.datdba, 'USAGE') ORDER BY d.datname",
            text_literal(PREFIX)
        );
        let rows = fetch(&mut self.maintenance, &sql).await?;
        let mark = mark(beside);
        let ours = |name: &String| name.rsplit('_').nth(1) == Some(mark.as_str());
        for name in rows.into_iter().flatten().flatten().filter(ours) {
            let key = lock_key(&name);
            if !self
                .ask(&format!("SELECT pg_catalog.pg_try_advisory_lock({key})"))
                .await?
            {
                continue;
            }
            let dropped = self.drop_database(&name).await;
            self.ask(&format!("SELECT pg_catalog.pg_advisory_unlock({key})"))
                .await?;
            // Somebody who looks into it with another tool may keep it; the next run tries again.
            if let Err(error) = dropped
                && error.kind != EngineErrorKind::Busy
            {
                return Err(error);
            }
        }
        Ok(())
    }

    /// Marks our name as in use.
    async fn guard(&mut self) -> Result<(), EngineError> {
        let key = lock_key(&self.name);
        if self
            .ask(&format!("SELECT pg_catalog.pg_try_advisory_lock({key})"))
            .await?
        {
            return Ok(());
        }
        let message = format!("the name {} of the scratch database is in use", self.name);
        Err(EngineError::new(EngineErrorKind::Busy, message))
    }

    async fn create(&mut self) -> Result<(), EngineError> {
        let create = Self::statement(
            "CREATE DATABASE ",
            &self.name,
            " TEMPLATE template0 ENCODING 'UTF8'",
        );
        self.run(&create).await.map_err(|error| self.no_database(error))
    }

    fn no_database(&self, error: EngineError) -> EngineError {
        if error.kind != EngineErrorKind::Permission {
            return error;
        }
        EngineError {
            message: format!(
                "no scratch database may be made on {}: {}",
                self.url, error.message
            ),
            detail: Some(
                "grant it with `ALTER ROLE … CREATEDB`, or set `scratch-url` to a server where it is allowed"
                    .to_owned(),
            ),
            ..error
        }
    }

    async fn enter(&self) -> Result<Box<dyn Session>, EngineError> {
        let options = ConnectOptions::default();
        let parsed = session::connect_options(&self.url, &options)?.database(&self.name);
        let mut session = session::connect_to(parsed, &options).await?;
        session.execute(HASTY).await?;
        Ok(session)
    }

    /// The same database without its objects, which takes a tenth of the time of a new one; `None` where it holds
    /// something that does not go away with a schema.
    async fn emptied(&mut self) -> Result<Option<Box<dyn Session>>, EngineError> {
        let mut session = self.enter().await?;
        session.execute(EMPTY).await?;
        let left = session.query(LEFT_OVER).await?;
        if left.is_empty() {
            return Ok(Some(session));
        }
        session.close().await?;
        Ok(None)
    }

    async fn drop_database(&mut self, name: &str) -> Result<(), EngineError> {
        let force = if self.server.version >= 130_000 {
            " WITH (FORCE)"
        } else {
            ""
        };
        let drop = Self::statement("DROP DATABASE IF EXISTS ", name, force);
        // Before 13 there is no FORCE, and the session that was closed just now may need a moment to go.
        for _ in 0..LAST_SESSION_TRIES {
            match self.run(&drop).await {
                Err(error) if error.kind == EngineErrorKind::Busy => {
                    tokio::time::sleep(LAST_SESSION_WAIT).await;
                }
                done => return done,
            }
        }
        self.run(&drop).await
    }
}

/// Nothing of it needs to survive a crash.
const HASTY: &str = "SELECT pg_catalog.set_config('synchronous_commit', 'off', false)";

/// Drops every extension and schema, and makes `public` again. What has an index with options of an operator class goes first: the
/// server stumbles over those of an extension when both go at once.
const EMPTY: &str = "DO $$
DECLARE
    name text;
    kind text;
BEGIN
    FOR name, kind IN SELECT DISTINCT c.oid::pg_catalog.regclass,
        CASE c.relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'TABLE' END
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
        JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indexrelid
        WHERE i.indexrelid >= 16384 AND a.attoptions IS NOT NULL LOOP
        EXECUTE pg_catalog.format('DROP %s IF EXISTS %s CASCADE', kind, name);
    END LOOP;
    FOR name IN SELECT extname FROM pg_catalog.pg_extension WHERE extname <> 'plpgsql' LOOP
        EXECUTE pg_catalog.format('DROP EXTENSION IF EXISTS %I CASCADE', name);
    END LOOP;
    FOR name IN SELECT nspname FROM pg_catalog.pg_namespace
        WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE pg_catalog.format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
    IF pg_catalog.current_setting('server_version_num')::integer < 150000 THEN
        GRANT CREATE ON SCHEMA public TO PUBLIC;
    END IF;
END
$$";

/// Whatever stands outside schemas and was not there when the database was made.
const LEFT_OVER: &str = "SELECT 1 FROM pg_catalog.pg_publication
UNION ALL SELECT 1 FROM pg_catalog.pg_default_acl
UNION ALL SELECT 1 FROM pg_catalog.pg_event_trigger
UNION ALL SELECT 1 FROM pg_catalog.pg_foreign_data_wrapper
UNION ALL SELECT 1 FROM pg_catalog.pg_cast WHERE oid >= 16384
UNION ALL SELECT 1 FROM pg_catalog.pg_am WHERE oid >= 16384
UNION ALL SELECT 1 FROM pg_catalog.pg_language WHERE oid >= 16384";

#[async_trait::async_trait]
impl Keeper for ScratchDatabase {
    fn url(&self) -> Option<DatabaseUrl> {
        self.url.database(&self.name)
    }

    async fn renew(&mut self) -> Result<Box<dyn Session>, EngineError> {
        if let Some(session) = self.emptied().await? {
            return Ok(session);
        }
        let name = self.name.clone();
        self.drop_database(&name).await?;
        self.create().await?;
        self.enter().await
    }

    async fn remove(&mut self) -> Result<(), EngineError> {
        let name = self.name.clone();
        self.drop_database(&name).await?;
        self.ask(&format!(
            "SELECT pg_catalog.pg_advisory_unlock({})",
            lock_key(&name)
        ))
        .await
        .map(drop)
    }
}
