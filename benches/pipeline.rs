//! What each stage takes at 100, 1,000 and 10,000 tables of a generated schema, and, where a PostgreSQL server is
//! named by `RECONCILE_TEST_POSTGRES`, what a whole `reconcile diff` with nothing to do takes beside reading the same
//! catalog through PostgreSQL's own `pg_get_*def` functions, as a ratio of one run.
//!
//! `cargo bench --bench pipeline` runs all sizes; with `-- 100 1000` only these. Nothing here is asserted.

use std::fmt::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use reconcile::catalog::Canonical;
use reconcile::declare::{self, Naming};
use reconcile::diagnostic::Source;
use reconcile::dialect::session::ConnectOptions;
use reconcile::dialect::{DatabaseUrl, Dialect, Scope, Server, Session, TxnOptions};
use reconcile::diff::{Intents, diff};
use reconcile::scratch;

/// The files of a schema with `tables` tables of 12 columns, with keys, indexes, checks, comments and foreign keys.
fn schema(tables: usize) -> Vec<Arc<Source>> {
    let mut files = vec![Source {
        name: "types.kdl".to_owned(),
        text: "enum mood happy sad neutral\nenum stage open active done closed\n".to_owned(),
    }];
    for number in 0..tables {
        files.push(Source {
            name: format!("table_{number:05}.kdl"),
            text: table(number),
        });
    }
    files.into_iter().map(Arc::new).collect()
}

fn table(number: usize) -> String {
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _written = writeln!(
        text,
        "table table_{number:05} comment=\"Table number {number}\" {{
    column id bigint
    column code \"varchar(40)\"
    column title text comment=\"What it is called\"
    column body text nullable
    column amount \"numeric(12,2)\" default=0
    column quantity integer default=1
    column enabled boolean default=#true
    column mood mood default=happy
    column stage stage default=open
    column created_at timestamptz default=(sql)\"now()\"
    column updated_at timestamptz nullable
    column parent_id bigint nullable
    primary-key id
    unique code
    check \"(quantity >= 0)\" name=table_{number:05}_quantity_check
    index created_at
    index title stage"
    );
    if number > 0 {
        let parent = (number * 7919) % number;
        let _written = writeln!(
            text,
            "    index parent_id\n    foreign-key parent_id references=table_{parent:05} on-delete=cascade"
        );
    }
    text.push_str("}\n");
    text
}

/// Prints one line of the table.
fn line(tables: usize, stage: &str, took: Duration, note: &str) {
    let each = took / u32::try_from(tables).unwrap_or(u32::MAX);
    let micros = each.as_secs_f64() * 1e6;
    let milliseconds = took.as_secs_f64() * 1e3;
    report(&format!(
        "{tables:>6} tables  {stage:<34} {milliseconds:>10.1} ms  {micros:>8.1} µs/table  {note}"
    ));
}

#[expect(clippy::print_stdout, reason = "a benchmark's output is its result")]
fn report(text: &str) {
    println!("{text}");
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let result = work();
    (result, start.elapsed())
}

fn main() {
    let sizes: Vec<usize> = std::env::args()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let sizes = if sizes.is_empty() {
        vec![100, 1_000, 10_000]
    } else {
        sizes
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    for tables in sizes {
        let sources = schema(tables);
        for dialect in Dialect::ALL {
            report(&format!("\n{} ", dialect.engine().title()));
            pure(tables, &sources, &dialect.engine().default_server());
        }
        runtime.block_on(sqlite(tables, &sources));
        match std::env::var("RECONCILE_TEST_POSTGRES") {
            Ok(url) => runtime.block_on(postgres(tables, &sources, &url)),
            Err(_) => report("PostgreSQL: set RECONCILE_TEST_POSTGRES to a server's URL to measure it"),
        }
    }
}

/// The stages that need no server.
fn pure(tables: usize, sources: &[Arc<Source>], server: &Server) {
    let engine = server.engine();
    let quote = |name: &str| engine.quote(name);
    let (declared, took) =
        timed(|| declare::load(sources, server, &Naming::default()).expect("declarations"));
    line(tables, "load", took, "");
    let (_, took) = timed(|| declare::write(&declared.catalog, server));
    line(tables, "write", took, "");
    let from = Canonical::assumed(declared.catalog.clone());
    let to = Canonical::assumed(declared.catalog.clone());
    let (_, took) = timed(|| diff(&from, &to, &Intents::default(), &quote));
    line(tables, "diff, nothing differs", took, "");
    let (script, took) = timed(|| scratch::creation(&declared.catalog, server, &|_| None).expect("a plan"));
    line(
        tables,
        "diff, plan and render everything",
        took,
        &format!("{} steps", script.steps.len()),
    );
    let (_, took) = timed(|| declared.catalog.fingerprint());
    line(tables, "fingerprint", took, "");
}

async fn sqlite(tables: usize, sources: &[Arc<Source>]) {
    let dialect = Dialect::from_name("sqlite").expect("an engine of this build");
    let url = DatabaseUrl::parse("sqlite::memory:").expect("a URL");
    let options = ConnectOptions {
        create: true,
        ..ConnectOptions::default()
    };
    let mut session = dialect
        .engine()
        .connect(&url, &options)
        .await
        .expect("a connection");
    let declared = declare::load(sources, session.server(), &Naming::default()).expect("declarations");
    live(tables, session.as_mut(), &declared.catalog).await;
}

/// Creation and introspection on a live database.
async fn live(tables: usize, session: &mut dyn Session, catalog: &reconcile::catalog::Catalog) {
    let script = scratch::creation(catalog, session.server(), &|_| None).expect("a plan");
    let start = Instant::now();
    session.begin(TxnOptions::default()).await.expect("a transaction");
    for statement in script.statements() {
        session.execute(statement).await.expect("a statement");
    }
    session.commit().await.expect("a commit");
    line(
        tables,
        "apply everything",
        start.elapsed(),
        session.server().engine().title(),
    );
    let start = Instant::now();
    let read = session.introspect(&Scope::default()).await.expect("a catalog");
    line(
        tables,
        "introspect",
        start.elapsed(),
        &format!("{} objects", read.catalog.len()),
    );
}

async fn postgres(tables: usize, sources: &[Arc<Source>], server: &str) {
    let dialect = Dialect::from_name("postgres").expect("an engine of this build");
    let options = ConnectOptions::default();
    let admin = DatabaseUrl::parse(server).expect("a URL");
    let mut maintenance = dialect
        .engine()
        .connect(&admin, &options)
        .await
        .expect("a server");
    let name = format!("reconcile_bench_{}", std::process::id());
    maintenance
        .execute(&format!("CREATE DATABASE {name}"))
        .await
        .expect("a database");
    let mut url = url::Url::parse(server).expect("a URL");
    url.set_path(&name);
    let database = DatabaseUrl::parse(url.as_str()).expect("a URL");
    let mut session = dialect
        .engine()
        .connect(&database, &options)
        .await
        .expect("a connection");
    let declared = declare::load(sources, session.server(), &Naming::default()).expect("declarations");
    live(tables, session.as_mut(), &declared.catalog).await;
    let inspected = session
        .introspect(&Scope::default())
        .await
        .expect("a catalog")
        .catalog;
    let files = declare::write(&inspected, session.server());
    session.close().await.expect("a closed connection");
    let folder = tempfile::tempdir().expect("a folder");
    for (file, text) in files {
        std::fs::write(folder.path().join(file), text).expect("a file");
    }
    whole_process(tables, url.as_str(), folder.path());
    maintenance
        .execute(&format!("DROP DATABASE {name}"))
        .await
        .expect("no database");
}

/// The same catalog through PostgreSQL's own functions: what nobody can be faster than who uses them.
const DEFINITIONS: &str = "
    SELECT c.oid, c.relname, c.relkind, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast');
    SELECT a.attrelid, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, a.attidentity, a.attgenerated
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND a.attnum > 0 AND c.relkind = 'r';
    SELECT d.adrelid, d.adnum, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d;
    SELECT i.indexrelid, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
        JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast');
    SELECT k.oid, k.conrelid, k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_namespace n
        ON n.oid = k.connamespace WHERE n.nspname NOT IN ('pg_catalog', 'information_schema');
    SELECT objoid, objsubid, description FROM pg_description WHERE objoid > 16383;
    SELECT classid, objid, objsubid, refclassid, refobjid, refobjsubid, deptype FROM pg_depend WHERE objid > 16383;";

/// `reconcile diff` with nothing to do as a process of its own, beside `psql` with the definitions. The first run parses
/// and compares the declarations; those after it know that they were found in sync, and read the database alone.
fn whole_process(tables: usize, url: &str, folder: &Path) {
    let cache = tempfile::tempdir().expect("a folder");
    let ours = || {
        let mut ours = Command::new(env!("CARGO_BIN_EXE_reconcile"));
        ours.args(["diff", "--from", url, "--to"])
            .arg(folder)
            .arg("--exit-code")
            .env("XDG_CACHE_HOME", cache.path());
        let (took, peak, success) = run(&mut ours);
        if !success {
            report("`reconcile diff` found differences or failed; the ratio means nothing");
        }
        (took, peak)
    };
    let (first, first_peak) = ours();
    line(
        tables,
        "whole `reconcile diff`, first",
        first,
        &format!("peak {} MB", first_peak / 1024),
    );
    let mut best = [Duration::MAX; 2];
    let mut peak = 0;
    for _ in 0..5 {
        let (took, memory) = ours();
        best[0] = best[0].min(took);
        peak = peak.max(memory);
        let mut theirs = Command::new("psql");
        theirs.args([url, "-qAt", "-o", "/dev/null", "-c", DEFINITIONS]);
        let (took, _, success) = run(&mut theirs);
        if !success {
            report("psql could not be run: there is nothing to compare with");
            return;
        }
        best[1] = best[1].min(took);
    }
    line(
        tables,
        "whole `reconcile diff`, again",
        best[0],
        &format!("peak {} MB", peak / 1024),
    );
    line(tables, "whole psql with pg_get_*def", best[1], "");
    let ratio = |ours: Duration| ours.as_secs_f64() / best[1].as_secs_f64();
    report(&format!(
        "{tables:>6} tables  ratio to psql: {:.2} first, {:.2} again",
        ratio(first),
        ratio(best[0])
    ));
}

/// Runs a process; its time, its peak memory in kB as sampled from the kernel's own high-water mark, and success.
fn run(command: &mut Command) -> (Duration, u64, bool) {
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("a process");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(text) = std::fs::read_to_string(&status) {
            let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kilobytes = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").trim().parse().ok());
            peak = peak.max(kilobytes.unwrap_or(0));
        }
        if let Some(exit) = child.try_wait().expect("a status") {
            return (start.elapsed(), peak, exit.success());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}
