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
        trial(
            "what_is_written_during_a_copy_is_in_it",
            what_is_written_during_a_copy_is_in_it,
        ),
        trial(
            "keys_that_change_together_hold_all_the_time",
            keys_that_change_together_hold_all_the_time,
        ),
        trial(
            "a_killed_copy_goes_on_where_it_stopped",
            a_killed_copy_goes_on_where_it_stopped,
        ),
        trial(
            "a_swap_that_is_killed_is_done_by_the_next_run",
            a_swap_that_is_killed_is_done_by_the_next_run,
        ),
        trial(
            "what_a_copy_would_lose_is_said_before_it_is_begun",
            what_a_copy_would_lose_is_said_before_it_is_begun,
        ),
        trial(
            "a_copy_that_cannot_be_made_says_why",
            a_copy_that_cannot_be_made_says_why,
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

/// The settings of a project that has types changed by copies, in many batches.
const BY_COPY: &str = "strategies {\n    on type-by-copy\n    batch 100\n}\n";
/// Whether anything of the way is left.
const LEFT: &str = "SELECT (SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' WHERE attname LIKE '\\_rcn%' AND NOT attisdropped) \
     + (SELECT count(*) FROM pg_class WHERE relname LIKE '\\_rcn%') + (SELECT count(*) FROM pg_proc WHERE proname LIKE '\\_rcn%') \
     + (SELECT count(*) FROM pg_trigger WHERE tgname LIKE '%\\_rcn%') + (SELECT count(*) FROM pg_constraint WHERE conname LIKE '%\\_rcn%')";
const SECOND: &str = "SELECT count(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' WHERE attname LIKE '\\_rcn%' AND NOT attisdropped";

impl Story {
    /// Declares something else.
    fn declare_all(&self, text: &str) -> Result<(), Failed> {
        let schema = self.folder.path().join("schema");
        std::fs::create_dir_all(&schema)?;
        Ok(std::fs::write(schema.join("t.kdl"), text)?)
    }

    /// Writes a revision that changes the type of a column of the table.
    fn plan_type(&self, column: &str, data_type: &str) -> Result<(), Failed> {
        settings(self.folder.path(), BY_COPY)?;
        self.declare_all(&format!("{TABLE}}}\n").replace(column, data_type))?;
        self.run(&["plan", "-m", "change"], 0).map(drop)
    }
}

/// A session of its own, which may hold locks.
struct Other {
    runtime: tokio::runtime::Runtime,
    connection: PgConnection,
}

impl Other {
    fn new(story: &Story) -> Result<Self, Failed> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let connection = runtime.block_on(PgConnection::connect(&story.database.url))?;
        Ok(Self { runtime, connection })
    }

    fn execute(&mut self, sql: &str) -> Result<(), Failed> {
        let sql = AssertSqlSafe(sql.to_owned());
        self.runtime.block_on(self.connection.execute(sql))?;
        Ok(())
    }
}

/// A trigger of the user's has its say, too, and fires before ours whatever its name.
fn what_is_written_during_a_copy_is_in_it(story: &Story) -> Result<(), Failed> {
    let declared = |data_type: &str| {
        let table = TABLE.replace("other bigint", &format!("other {data_type}"));
        format!(
            "function later returns=trigger language=plpgsql {{\n    as \"BEGIN IF NEW.name = 'late' THEN NEW.other := 1; END IF; \
             RETURN NEW; END\"\n}}\n{table}    trigger zzz {{\n        before insert update\n        execute later\n    }}\n}}\n"
        )
    };
    story.declare_all(&declared("bigint"))?;
    story.run(&["apply"], 0)?;
    story.execute("INSERT INTO t (id, other) SELECT n, n FROM generate_series(1, 20000) AS n")?;
    settings(story.folder.path(), BY_COPY)?;
    story.declare_all(&declared("numeric"))?;
    story.run(&["plan", "-m", "change"], 0)?;
    let mut running = story.command(&["upgrade", "head"]).spawn()?;
    story.until(SECOND, "1")?;
    let mut writer = Other::new(story)?;
    writer.execute("INSERT INTO t (id, other) SELECT -n, n FROM generate_series(1, 500) AS n")?;
    writer.execute("UPDATE t SET other = other + 1000000 WHERE id % 10 = 0 AND id > 0")?;
    writer.execute("DELETE FROM t WHERE id % 7 = 0")?;
    writer.execute("UPDATE t SET id = id + 100000 WHERE id BETWEEN 19000 AND 20000")?;
    writer.execute("UPDATE t SET name = 'late' WHERE id = 3")?;
    if running.try_wait()?.is_some() {
        return Err("the copy was over before anything was written".into());
    }
    ended(&running.wait_with_output()?, 0)?;
    story.is("SELECT pg_typeof(other)::text FROM t LIMIT 1", "numeric")?;
    story.is("SELECT other FROM t WHERE id = 3", "1")?;
    let right = "SELECT count(*) FROM t WHERE name IS NULL AND other <> CASE WHEN id < 0 THEN -id WHEN id % 10 = 0 AND id < 100000 \
                 THEN id + 1000000 WHEN id > 100000 THEN id - 100000 + CASE WHEN (id - 100000) % 10 = 0 THEN 1000000 ELSE 0 END ELSE id END";
    story.is(right, "0")?;
    story.is(
        "SELECT count(*) FROM t WHERE id BETWEEN 1 AND 19000 AND id % 7 = 0",
        "0",
    )?;
    story.is(LEFT, "0")?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

/// Rows of both tables come and go while both keys, and the foreign key in between, are there twice.
fn keys_that_change_together_hold_all_the_time(story: &Story) -> Result<(), Failed> {
    let tables = |data_type: &str| {
        format!(
            "table p {{\n    column id {data_type}\n    primary-key id\n}}\ntable c {{\n    column id bigint\n    \
             column p_id {data_type} nullable\n    column q_id {data_type} nullable\n    primary-key id\n    \
             foreign-key p_id references=p on-delete=cascade on-update=cascade\n    \
             foreign-key q_id references=p on-delete=set-null\n}}\n"
        )
    };
    story.declare_all(&tables("integer"))?;
    story.run(&["apply"], 0)?;
    story.execute(
        "INSERT INTO p SELECT generate_series(1, 10000); \
         INSERT INTO c SELECT n, n, n FROM generate_series(1, 10000) AS n",
    )?;
    settings(story.folder.path(), BY_COPY)?;
    story.declare_all(&tables("bigint"))?;
    story.run(&["plan", "-m", "change"], 0)?;
    let running = story.command(&["upgrade", "head", "--patience", "60"]).spawn()?;
    story.until(SECOND, "3")?;
    let mut writer = Other::new(story)?;
    let mut at = 0;
    // Until the columns have changed their places, at every stage.
    while at < 2_000 && story.value("SELECT count(*) FROM pg_attribute WHERE attrelid = 'p'::regclass AND attnum > 0 AND attisdropped")? == "0" {
        at += 1;
        writer.execute(&format!("DELETE FROM p WHERE id = {at}"))?;
        writer.execute(&format!("INSERT INTO p VALUES ({}); INSERT INTO c VALUES ({0}, {0}, {0})", 20_000 + at))?;
        writer.execute(&format!("UPDATE p SET id = id + 100000 WHERE id = {}", 10_001 - at))
            .or_else(|error| if error.message().is_some_and(|text| text.contains("violates foreign key")) { Ok(()) } else { Err(error) })?;
    }
    ended(&running.wait_with_output()?, 0)?;
    if at < 5 {
        return Err(format!("only {at} rounds were written in time").into());
    }
    story.is(
        "SELECT count(*) FROM c WHERE p_id IS NOT NULL AND NOT EXISTS (SELECT FROM p WHERE p.id = c.p_id)",
        "0",
    )?;
    story.is(&format!("SELECT count(*) FROM p WHERE id <= {at}"), "0")?;
    story.is(&format!("SELECT count(*) FROM c WHERE id <= {at}"), "0")?;
    story.is(
        "SELECT count(*) FROM c WHERE id > 20000 AND p_id = id",
        &at.to_string(),
    )?;
    story.is(LEFT, "0")?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

fn a_killed_copy_goes_on_where_it_stopped(story: &Story) -> Result<(), Failed> {
    story.begin(4_000)?;
    story.plan_type("other bigint", "other numeric")?;
    let mut kills = 0;
    for _ in 0..3 {
        let mut running = story.command(&["upgrade", "head"]).spawn()?;
        let reached = loop {
            if story.value(SECOND)? == "1" {
                let copied: u32 = story.value("SELECT count(_rcn_new_other) FROM t")?.parse()?;
                if copied > kills * 800 + 300 {
                    break running.try_wait()?.is_none();
                }
            }
            if running.try_wait()?.is_some() {
                break false;
            }
        };
        if !reached {
            break;
        }
        running.kill()?;
        running.wait()?;
        kills += 1;
    }
    if kills == 0 || story.value("SELECT max(batch_cursor) FROM reconcile.ledger")? == "NULL" {
        return Err(format!("{kills} kills, and no cursor").into());
    }
    story.run(&["upgrade", "head"], 0)?;
    story.is("SELECT count(*) FROM t WHERE other = id", "4000")?;
    story.is(LEFT, "0")?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

/// Somebody reads for so long that the swap has to wait; then the process is killed.
fn a_swap_that_is_killed_is_done_by_the_next_run(story: &Story) -> Result<(), Failed> {
    story.begin(4_000)?;
    story.execute("UPDATE t SET name = 'name ' || id")?;
    story.plan_type("name text", "name \"varchar(50)\"")?;
    let mut reader = Other::new(story)?;
    let mut running = story.command(&["upgrade", "head", "--patience", "60"]).spawn()?;
    story.until(SECOND, "1")?;
    reader.execute("BEGIN; LOCK TABLE t IN ACCESS SHARE MODE")?;
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 't'::regclass AND mode = 'AccessExclusiveLock'";
    story.until(waits, "1")?;
    running.kill()?;
    running.wait()?;
    story.is(SECOND, "1")?;
    story.is(
        "SELECT state FROM reconcile.ledger WHERE state <> 'applied'",
        "partial",
    )?;
    // What is written now is copied, too: the trigger is still there.
    reader.execute("COMMIT; INSERT INTO t (id, other, name) VALUES (0, 0, 'in between')")?;
    story.run(&["upgrade", "head"], 0)?;
    story.is("SELECT count(*) FROM t WHERE name = 'name ' || id", "4000")?;
    story.is("SELECT name FROM t WHERE id = 0", "in between")?;
    story.is(LEFT, "0")?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}

fn what_a_copy_would_lose_is_said_before_it_is_begun(story: &Story) -> Result<(), Failed> {
    story.begin(10)?;
    story.execute("GRANT SELECT (other) ON t TO public")?;
    settings(story.folder.path(), BY_COPY)?;
    story.declare_all(&format!("{TABLE}}}\n").replace("other bigint", "other numeric"))?;
    let said = story.run(&["plan", "-m", "change"], 2)?;
    for words in ["RC0622", "privileges"] {
        says(&said, words)?;
    }
    story.is(SECOND, "0")
}

fn a_copy_that_cannot_be_made_says_why(story: &Story) -> Result<(), Failed> {
    story.declare("    unique other name=once deferrable=initially-deferred\n")?;
    story.run(&["apply"], 0)?;
    story.execute("INSERT INTO t (id, other) SELECT n, n FROM generate_series(1, 20000) AS n")?;
    let text = format!("{TABLE}    unique other name=once deferrable=initially-deferred\n}}\n");
    story.declare_all(&text.replace("other bigint", "other numeric"))?;
    let said = story.run(&["apply", "--by-copy"], 2)?;
    for words in [
        "RC0620",
        "unique constraint t.once is checked at the end of a transaction",
        "RC0547",
    ] {
        says(&said, words)?;
    }
    story.run(&["apply", "--by-copy", "--allow-rewrite"], 0)?;
    says(&story.run(&["apply"], 0)?, "Nothing to do")
}
