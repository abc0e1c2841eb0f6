//! What the safe sequences do when something comes in between, on PostgreSQL: an index that could not be built, a process
//! that was killed between two batches, a lock of somebody else, a table written to while it is changed.

#[path = "support/server.rs"]
mod server;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use server::Database;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

/// A table without, and with, what a test adds.
const TABLE: &str = "table t {\n    column id bigint\n    column other bigint\n    column name text nullable\n    primary-key id\n";

fn main() {
    let arguments = Arguments::from_args();
    let server = std::env::var("RECONCILE_TEST_POSTGRES").ok();
    let trial = |name: &str, test: fn(&Story) -> Result<(), Failed>| {
        let server = server.clone();
        let ignored = server.is_none();
        Trial::test(format!("online::{name}"), move || {
            server.map_or(Ok(()), |server| {
                let database = Database::new(&server)?;
                database.create()?;
                let folder = tempfile::tempdir()?;
                test(&Story { database, folder })
            })
        })
        .with_ignored_flag(ignored)
    };
    let trials = vec![
        trial(
            "an_index_that_failed_is_built_again",
            an_index_that_failed_is_built_again,
        ),
        trial(
            "an_index_that_is_there_is_not_built_twice",
            an_index_that_is_there_is_not_built_twice,
        ),
        trial(
            "a_killed_backfill_goes_on_where_it_stopped",
            a_killed_backfill_goes_on_where_it_stopped,
        ),
        trial("a_lock_of_others_is_waited_for", a_lock_of_others_is_waited_for),
        trial(
            "without_patience_it_is_said_who_is_in_the_way",
            without_patience_it_is_said_who_is_in_the_way,
        ),
        trial(
            "a_large_table_is_written_anew_only_when_that_is_allowed",
            a_large_table_is_written_anew_only_when_that_is_allowed,
        ),
        trial(
            "rows_written_in_between_are_filled_too",
            rows_written_in_between_are_filled_too,
        ),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// A project and its database.
struct Story {
    database: Database,
    folder: tempfile::TempDir,
}

impl Story {
    /// The table with these further lines is declared.
    fn declare(&self, more: &str) -> Result<(), Failed> {
        let schema = self.folder.path().join("schema");
        std::fs::create_dir_all(&schema)?;
        Ok(std::fs::write(
            schema.join("t.kdl"),
            format!("{TABLE}{more}}}\n"),
        )?)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reconcile"));
        command.args(arguments).args(["--url", &self.database.url]);
        if arguments[0] != "plan" {
            command.arg("--yes");
        }
        command
            .current_dir(self.folder.path())
            .env_clear()
            .env("HOME", self.folder.path())
            .env("NO_COLOR", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command that ends with this status; what it said.
    fn run(&self, arguments: &[&str], status: i32) -> Result<String, Failed> {
        ended(&self.command(arguments).output()?, status)
    }

    /// Declares the table, makes it, and fills it with so many rows.
    fn begin(&self, rows: u32) -> Result<(), Failed> {
        self.declare("")?;
        self.run(&["apply"], 0)?;
        self.execute(&format!(
            "INSERT INTO t (id, other) SELECT n, n FROM generate_series(1, {rows}) AS n"
        ))
    }

    /// Writes a revision for the table with these further lines.
    fn plan(&self, more: &str) -> Result<(), Failed> {
        self.declare(more)?;
        self.run(&["plan", "-m", "change"], 0).map(drop)
    }

    fn execute(&self, sql: &str) -> Result<(), Failed> {
        block_on(async {
            let mut connection = PgConnection::connect(&self.database.url).await?;
            connection.execute(AssertSqlSafe(sql.to_owned())).await?;
            Ok(())
        })
    }

    fn value(&self, sql: &str) -> Result<String, Failed> {
        block_on(async {
            let mut connection = PgConnection::connect(&self.database.url).await?;
            let sql = AssertSqlSafe(format!("SELECT ({sql})::text"));
            let value: Option<String> = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
            Ok(value.unwrap_or_else(|| "NULL".to_owned()))
        })
    }

    fn is(&self, sql: &str, expected: &str) -> Result<(), Failed> {
        let found = self.value(sql)?;
        if found == expected {
            return Ok(());
        }
        Err(format!("{sql}: {found}, not {expected}").into())
    }

    /// Waits until a query answers so.
    fn until(&self, sql: &str, expected: &str) -> Result<(), Failed> {
        let began = Instant::now();
        while self.value(sql)? != expected {
            if began.elapsed() > Duration::from_mins(1) {
                return Err(format!("{sql} never became {expected}").into());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

fn ended(output: &Output, status: i32) -> Result<String, Failed> {
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    if output.status.code() == Some(status) {
        return Ok(said);
    }
    Err(format!("{:?} instead of {status}: {said}", output.status.code()).into())
}

fn says(said: &str, words: &str) -> Result<(), Failed> {
    if said.contains(words) {
        return Ok(());
    }
    Err(format!("does not say {words:?}: {said}").into())
}

fn block_on<T>(future: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(future)
}

const INVALID: &str = "SELECT count(*) FROM pg_index WHERE NOT indisvalid";

/// Two rows become the same after the plan asked: the index is left invalid, and built anew by the next run.
fn an_index_that_failed_is_built_again(story: &Story) -> Result<(), Failed> {
    story.begin(1_000)?;
    story.plan("    unique other name=once\n")?;
    // The step asks again before it begins, so the row has to come while the index is being built.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut blocker = runtime.block_on(PgConnection::connect(&story.database.url))?;
    runtime.block_on(async {
        blocker.execute("BEGIN").await?;
        blocker.execute("INSERT INTO t (id, other) VALUES (0, 1)").await
    })?;
    let running = story.command(&["upgrade", "head", "--patience", "30"]).spawn()?;
    story.until("SELECT count(*) FROM pg_class WHERE relname = 'once'", "1")?;
    runtime.block_on(async { blocker.execute("COMMIT").await })?;
    let said = ended(&running.wait_with_output()?, 3)?;
    says(&said, "once")?;
    story.is(INVALID, "1")?;
    // Until the rows are mended, the next run is stopped by its question.
    let said = story.run(&["upgrade", "head"], 2)?;
    says(&said, "no duplicate in t (other)")?;
    story.execute("DELETE FROM t WHERE id = 0")?;
    story.run(&["upgrade", "head"], 0)?;
    story.is(INVALID, "0")?;
    story.is("SELECT count(*) FROM pg_constraint WHERE conname = 'once'", "1")?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

/// The process was killed when the index was complete and not noted yet.
fn an_index_that_is_there_is_not_built_twice(story: &Story) -> Result<(), Failed> {
    story.begin(1_000)?;
    story.plan("    index other name=by_other\n")?;
    // An open transaction keeps the build from ending; the killed process leaves that to the server.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut blocker = runtime.block_on(PgConnection::connect(&story.database.url))?;
    runtime.block_on(async {
        blocker.execute("BEGIN").await?;
        blocker.execute("UPDATE t SET name = 'x' WHERE id = 1").await
    })?;
    let mut running = story.command(&["upgrade", "head", "--patience", "30"]).spawn()?;
    story.until("SELECT count(*) FROM pg_class WHERE relname = 'by_other'", "1")?;
    running.kill()?;
    running.wait()?;
    runtime.block_on(async { blocker.execute("COMMIT").await })?;
    story.until(INVALID, "0")?;
    let node = story.value("SELECT relfilenode FROM pg_class WHERE relname = 'by_other'")?;
    story.run(&["upgrade", "head"], 0)?;
    story.is(
        "SELECT relfilenode FROM pg_class WHERE relname = 'by_other'",
        &node,
    )?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

/// However often the process is killed, the next one goes on behind the last batch that was committed.
fn a_killed_backfill_goes_on_where_it_stopped(story: &Story) -> Result<(), Failed> {
    story.begin(4_000)?;
    settings(story.folder.path(), "strategies {\n    batch 100\n}\n")?;
    story.plan("    column note text backfill=none\n")?;
    let mut kills = 0;
    for _ in 0..3 {
        let mut running = story.command(&["upgrade", "head"]).spawn()?;
        let before = kills * 800;
        let reached = story.until_more_than(before + 300, &mut running)?;
        if !reached {
            break;
        }
        running.kill()?;
        running.wait()?;
        kills += 1;
    }
    if kills == 0 {
        return Err("the backfill was over before it could be killed".into());
    }
    let cursor = story.value("SELECT max(batch_cursor) FROM reconcile.ledger")?;
    if cursor == "NULL" {
        return Err("no cursor was kept".into());
    }
    story.run(&["upgrade", "head"], 0)?;
    story.is("SELECT count(*) FROM t WHERE note = 'none'", "4000")?;
    story.is("SELECT max(batch_cursor) FROM reconcile.ledger", "NULL")?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

impl Story {
    /// Waits until the backfill has written more rows than this; whether it did before the process ended.
    fn until_more_than(&self, rows: u32, running: &mut std::process::Child) -> Result<bool, Failed> {
        loop {
            let there =
                self.value("SELECT count(*) FROM information_schema.columns WHERE column_name = 'note'")?;
            if there == "1" {
                let written: u32 = self.value("SELECT count(note) FROM t")?.parse()?;
                if written > rows {
                    return Ok(running.try_wait()?.is_none());
                }
            }
            if running.try_wait()?.is_some() {
                return Ok(false);
            }
        }
    }
}

fn settings(folder: &Path, text: &str) -> Result<(), Failed> {
    Ok(std::fs::write(folder.join("reconcile.kdl"), text)?)
}

/// Somebody holds the table for longer than a statement waits, and then lets go.
fn a_lock_of_others_is_waited_for(story: &Story) -> Result<(), Failed> {
    story.begin(10)?;
    story.plan("    column note text nullable\n")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut other = runtime.block_on(PgConnection::connect(&story.database.url))?;
    runtime.block_on(async {
        other.execute("BEGIN").await?;
        other.execute("LOCK TABLE t IN ACCESS SHARE MODE").await
    })?;
    let running = story.command(&["upgrade", "head", "--patience", "60"]).spawn()?;
    // The first try has given up when its lock is not waited for any more.
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass";
    story.until(waits, "1")?;
    story.until(waits, "0")?;
    runtime.block_on(async { other.execute("COMMIT").await })?;
    let said = ended(&running.wait_with_output()?, 0)?;
    says(&said, "waiting for a lock of another session")?;
    story.is(
        "SELECT count(*) FROM reconcile.ledger WHERE state = 'applied'",
        "2",
    )
}

fn without_patience_it_is_said_who_is_in_the_way(story: &Story) -> Result<(), Failed> {
    story.begin(10)?;
    story.plan("    column note text nullable\n")?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut other = runtime.block_on(PgConnection::connect(&story.database.url))?;
    runtime.block_on(async {
        other.execute("SET application_name = 'the night report'").await?;
        other.execute("BEGIN").await?;
        other.execute("LOCK TABLE t IN ACCESS SHARE MODE").await
    })?;
    let said = story.run(&["upgrade", "head", "--patience", "0"], 2)?;
    says(&said, "the night report")?;
    story.is(
        "SELECT count(*) FROM reconcile.ledger WHERE state <> 'applied'",
        "0",
    )?;
    runtime.block_on(async { other.execute("COMMIT").await })?;
    story.run(&["upgrade", "head"], 0).map(drop)
}

fn a_large_table_is_written_anew_only_when_that_is_allowed(story: &Story) -> Result<(), Failed> {
    let retyped = || {
        let text = format!("{TABLE}}}\n").replace("other bigint", "other numeric");
        std::fs::write(story.folder.path().join("schema/t.kdl"), text)
    };
    story.begin(20_000)?;
    retyped()?;
    let said = story.run(&["apply"], 2)?;
    says(&said, "RC0547")?;
    says(&said, "rewrite of 20,000 rows")?;
    says(
        &story.run(&["plan", "-m", "change"], 0)?,
        "Applying it needs --allow-rewrite.",
    )?;
    says(&story.run(&["upgrade", "head"], 2)?, "RC0547")?;
    story.run(&["upgrade", "head", "--allow-rewrite"], 0)?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

/// A writer that does not know of the new column goes on until it is required of it.
fn rows_written_in_between_are_filled_too(story: &Story) -> Result<(), Failed> {
    story.begin(5_000)?;
    settings(story.folder.path(), "strategies {\n    batch 100\n}\n")?;
    story.plan("    column note text backfill=none\n")?;
    let running = story.command(&["upgrade", "head"]).spawn()?;
    story.until(
        "SELECT count(*) FROM information_schema.columns WHERE column_name = 'note'",
        "1",
    )?;
    // Behind the rows that are filled already, in the order of the key.
    let written = story.execute("INSERT INTO t (id, other) SELECT -n, n FROM generate_series(1, 50) AS n");
    ended(&running.wait_with_output()?, 0)?;
    if written.is_err() {
        return Err("the column was required before a row could be written".into());
    }
    story.is("SELECT count(*) FROM t WHERE note = 'none'", "5050")
}
