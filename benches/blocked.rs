//! How long a reader and a writer are held up while a change of a large table is carried out: the plain way, and the way
//! that `reconcile` takes.
//!
//! `RECONCILE_TEST_POSTGRES=postgres://… cargo bench --bench blocked -- [ROWS] [CHANGE]`, 2,000,000 rows if left out. Both ways
//! run on the same server, one after the other, each on a table made for it. Printed are the longest single statement of
//! the reader and of the writer, and how long the change took.

#![expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot run has nothing to say"
)]

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};

/// The name of a change, and what the table has before and after it.
const CHANGES: &[(&str, &str, &str)] = &[
    ("create an index", "", "    index other\n"),
    ("drop an index", "    index other\n", ""),
    ("unique constraint", "", "    unique other\n"),
    ("check", "", "    check \"other > 0\" name=positive\n"),
    ("foreign key", "", "    foreign-key other references=p\n"),
    ("not null", "", NOT_NULL),
    (
        "required column, backfilled",
        "",
        "    column note text backfill=none\n",
    ),
    (
        "default of its own for each row",
        "",
        "    column code double default=(sql)\"random()\"\n",
    ),
    (
        "column that counts",
        "",
        "    column number bigint identity=always\n",
    ),
    ("type of a column", "", BY_COPY),
];
/// The mark of the change that makes a number of `other`, which is no further line.
const BY_COPY: &str = "    // numeric\n";
/// The mark of the change that makes `filled` required, which is no further line.
const NOT_NULL: &str = "    // filled\n";
/// Every strategy that can be switched off.
const PLAIN: &str = "strategies {\n    off concurrent-index constraint-by-index not-valid not-null-by-stages batched-backfill volatile-default identity-by-steps\n}\n";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let rows: u32 = arguments
        .iter()
        .find_map(|one| one.parse().ok())
        .unwrap_or(2_000_000);
    let wanted = arguments.iter().find(|one| one.parse::<u32>().is_err());
    let Ok(server) = std::env::var("RECONCILE_TEST_POSTGRES") else {
        println!("RECONCILE_TEST_POSTGRES names no server: nothing was measured");
        return;
    };
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    println!("{rows} rows; the longest wait of one statement, in milliseconds\n");
    println!("| change | plain: reader | writer | took | reconcile: reader | writer | took |");
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for (name, before, after) in CHANGES {
        if wanted.is_some_and(|wanted| !name.contains(wanted.as_str())) {
            continue;
        }
        let mut cells = vec![(*name).to_owned()];
        let safe = if *after == BY_COPY {
            "strategies {\n    on type-by-copy\n}\n"
        } else {
            ""
        };
        for settings in [PLAIN, safe] {
            let measured = runtime.block_on(measure(&server, rows, (before, after), settings));
            cells.extend([measured.reader, measured.writer].map(|wait| wait.as_millis().to_string()));
            cells.push(format!("{:.1} s", measured.took.as_secs_f64()));
        }
        println!("| {} |", cells.join(" | "));
    }
}

struct Measured {
    reader: Duration,
    writer: Duration,
    took: Duration,
}

async fn measure(server: &str, rows: u32, (before, after): (&str, &str), settings: &str) -> Measured {
    let mut admin = PgConnection::connect(server).await.unwrap();
    let name = "reconcile_blocked";
    run(&mut admin, &format!("DROP DATABASE IF EXISTS {name}")).await;
    run(&mut admin, &format!("CREATE DATABASE {name}")).await;
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("reconcile.kdl"), settings).unwrap();
    std::fs::create_dir(folder.path().join("schema")).unwrap();
    declare(folder.path(), before);
    reconcile(folder.path(), url.as_str(), &["apply", "--yes"]);
    let mut connection = PgConnection::connect(url.as_str()).await.unwrap();
    let fill = format!(
        "INSERT INTO p SELECT generate_series(1, {rows}); \
         INSERT INTO t (id, other, filled, counter) SELECT n, n, 'x', 0 FROM generate_series(1, {rows}) AS n; \
         ANALYZE"
    );
    run(&mut connection, &fill).await;
    run(&mut connection, "CHECKPOINT").await;
    declare(folder.path(), after);
    reconcile(
        folder.path(),
        url.as_str(),
        &["plan", "-m", "change", "--allow-destructive"],
    );
    let over = Arc::new(AtomicBool::new(false));
    let reader = work(&url, "SELECT counter FROM t WHERE id = ", rows, &over);
    let writer = work(
        &url,
        "UPDATE t SET counter = counter + 1 WHERE id = ",
        rows,
        &over,
    );
    tokio::time::sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    let (path, target) = (folder.path().to_owned(), url.to_string());
    tokio::task::spawn_blocking(move || {
        reconcile(
            &path,
            &target,
            &[
                "upgrade",
                "head",
                "--yes",
                "--allow-destructive",
                "--allow-rewrite",
            ],
        );
    })
    .await
    .unwrap();
    let took = began.elapsed();
    over.store(true, Ordering::Relaxed);
    let measured = Measured {
        reader: reader.await.unwrap(),
        writer: writer.await.unwrap(),
        took,
    };
    connection.close().await.unwrap();
    run(&mut admin, &format!("DROP DATABASE {name}")).await;
    measured
}

async fn run(connection: &mut PgConnection, sql: &str) {
    connection.execute(AssertSqlSafe(sql.to_owned())).await.unwrap();
}

fn declare(folder: &Path, more: &str) {
    let filled = if more == NOT_NULL { "" } else { " nullable" };
    let other = if more == BY_COPY { "numeric" } else { "bigint" };
    let text = format!(
        "table p {{\n    column id bigint\n    primary-key id\n}}\n\
         table t {{\n    column id bigint\n    column other {other}\n    column filled text{filled}\n    \
         column counter bigint\n    primary-key id\n{more}}}\n"
    );
    std::fs::write(folder.join("schema/t.kdl"), text).unwrap();
}

fn reconcile(folder: &Path, url: &str, arguments: &[&str]) {
    let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(arguments)
        .args(["--url", url])
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Runs a statement for one row after the other until it is over; the longest that one took.
fn work(url: &url::Url, sql: &str, rows: u32, over: &Arc<AtomicBool>) -> tokio::task::JoinHandle<Duration> {
    let (url, sql, over) = (url.to_string(), sql.to_owned(), Arc::clone(over));
    tokio::spawn(async move {
        let mut connection = PgConnection::connect(&url).await.unwrap();
        let mut longest = Duration::ZERO;
        let mut row: u32 = 1;
        while !over.load(Ordering::Relaxed) {
            // A walk that comes everywhere, without a source of chance.
            row = row.wrapping_mul(48_271) % rows + 1;
            let began = Instant::now();
            run(&mut connection, &format!("{sql}{row}")).await;
            longest = longest.max(began.elapsed());
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        longest
    })
}
