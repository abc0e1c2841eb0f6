//! Bad input gets a clear error and loses nothing: each test does what goes wrong in practice, through the binary, and
//! looks at the message, the exit status, and what is left.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

/// A project in a folder of its own, on an SQLite file.
struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    fn new(schema: &str) -> Self {
        let project = Self {
            folder: tempfile::tempdir().expect("a folder"),
        };
        std::fs::create_dir(project.path("schema")).expect("a folder");
        project.declare(schema);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn declare(&self, schema: &str) {
        std::fs::write(self.path("schema/main.kdl"), schema).expect("a file");
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_reconcile"));
        command
            .args(arguments)
            .args([
                "--url",
                "sqlite:test.db",
                "--schema",
                "schema",
                "--plans",
                "plans",
            ])
            .current_dir(self.folder.path())
            .env_remove("DATABASE_URL")
            .env("XDG_CACHE_HOME", self.path(".cache"))
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Ran::of(&self.command(arguments).output().expect("the binary"))
    }

    /// Applies the declarations, which must succeed.
    fn apply(&self) {
        self.run(&["apply", "--yes"]).succeeds();
    }

    fn revision_file(&self) -> PathBuf {
        let entries = std::fs::read_dir(self.path("plans")).expect("plans");
        let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
        files.sort();
        files.pop().expect("a revision")
    }

    fn sqlite(&self) -> sqlite::File {
        sqlite::File {
            path: self.path("test.db"),
        }
    }
}

/// What a command said and how it ended.
#[derive(Debug)]
struct Ran {
    status: Option<i32>,
    output: String,
}

impl Ran {
    fn of(output: &Output) -> Self {
        let text = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        Self {
            status: output.status.code(),
            output: text,
        }
    }

    fn succeeds(self) -> Self {
        assert_eq!(self.status, Some(0), "{}", self.output);
        self
    }

    /// Exit status 2, with each of these words in the message.
    fn fails(self, words: &[&str]) -> Self {
        assert_eq!(self.status, Some(2), "{}", self.output);
        self.says(words)
    }

    fn says(self, words: &[&str]) -> Self {
        for word in words {
            assert!(self.output.contains(word), "no {word:?} in:\n{}", self.output);
        }
        assert!(!self.output.contains("panicked"), "{}", self.output);
        self
    }
}

/// The outside observer: SQLite itself, without our code.
mod sqlite {
    use sqlx::Connection as _;
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};

    pub(super) struct File {
        pub(super) path: std::path::PathBuf,
    }

    impl File {
        pub(super) fn execute(&self, sql: &str) {
            self.with(async |connection| {
                sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
                    .execute(connection)
                    .await
                    .expect("SQL");
            });
        }

        pub(super) fn count(&self, sql: &str) -> i64 {
            self.with(async |connection| {
                sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned()))
                    .fetch_one(connection)
                    .await
                    .expect("a count")
            })
        }

        fn with<T>(&self, work: impl AsyncFnOnce(&mut SqliteConnection) -> T) -> T {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async {
                let options = SqliteConnectOptions::new().filename(&self.path);
                let mut connection = SqliteConnection::connect_with(&options)
                    .await
                    .expect("a connection");
                let result = work(&mut connection).await;
                connection.close().await.expect("a closed connection");
                result
            })
        }
    }
}

const USERS: &str = "table users {\n    column id bigint\n    column name text\n    primary-key id\n}\n";

#[test]
fn no_declarations_at_all() {
    let project = Project::new("");
    std::fs::remove_file(project.path("schema/main.kdl")).expect("no file");
    project.run(&["apply", "--yes"]).fails(&["schema", ".kdl"]);
}

#[test]
fn an_empty_file_declares_nothing_and_drops_nothing_unasked() {
    let project = Project::new(USERS);
    project.apply();
    project.sqlite().execute("INSERT INTO users VALUES (1, 'Ann')");
    project.declare("");
    project
        .run(&["apply", "--yes"])
        .fails(&["users", "--allow-destructive"]);
    assert_eq!(project.sqlite().count("SELECT count(*) FROM users"), 1);
}

#[test]
fn malformed_kdl_names_file_line_and_column() {
    let project = Project::new("table users {\n    column id bigint\n    column \"name text\n}\n");
    project.run(&["validate"]).fails(&["main.kdl:3"]);
}

#[test]
fn every_error_of_every_file_in_one_run() {
    let project = Project::new("tabel users\ntable orders {\n    colum id bigint\n}\n");
    std::fs::write(project.path("schema/other.kdl"), "viev v { as \"SELECT 1\" }\n").expect("a file");
    project.run(&["validate"]).fails(&[
        "tabel",
        "did you mean `table`",
        "main.kdl:3",
        "colum",
        "other.kdl:1",
        "viev",
    ]);
}

#[test]
fn unknown_types_and_names_suggest_what_is_there() {
    let project = Project::new(
        "table users {\n    column id \"varchr(64)\"\n    column org bigint\n    primary-key idd\n    foreign-key org references=organisation\n}\ntable organisations {\n    column id bigint\n    primary-key id\n}\n",
    );
    project.run(&["validate"]).fails(&[
        "varchr(64)",
        "varchar",
        "idd",
        "did you mean `id`",
        "organisation",
        "did you mean `organisations`",
    ]);
}

#[test]
fn a_duplicate_names_the_first_place() {
    let project = Project::new(&format!("{USERS}\n{USERS}"));
    project
        .run(&["validate"])
        .fails(&["users", "main.kdl:1", "main.kdl:7"]);
}

#[test]
fn a_foreign_key_to_nothing() {
    let project = Project::new(
        "table a {\n    column id bigint\n    column b bigint\n    primary-key id\n    foreign-key b references=nothing\n}\n",
    );
    project.run(&["validate"]).fails(&["nothing", "main.kdl:5"]);
}

#[test]
fn names_with_quotes_and_spaces_are_names() {
    let project = Project::new(
        "table \"odd \\\"table\\\"; drop table x--\" {\n    column \"a column\" bigint\n    column \"it's\" text nullable\n    primary-key \"a column\"\n    index \"it's\"\n}\n",
    );
    project.apply();
    project.run(&["apply", "--yes"]).succeeds();
    project
        .run(&[
            "diff",
            "--from",
            "sqlite:test.db",
            "--to",
            "schema",
            "--exit-code",
        ])
        .succeeds();
}

#[test]
fn seventy_characters_are_too_many_for_postgres_only() {
    let long = "n".repeat(70);
    let project = Project::new(&format!(
        "table {long} {{\n    column id bigint\n    primary-key id\n}}\n"
    ));
    project.apply();
    project
        .run(&["validate", "--engine", "postgres"])
        .fails(&["70", "63", "main.kdl:1"]);
}

#[test]
fn a_truncated_plan_is_no_plan() {
    let project = Project::new(USERS);
    project.apply();
    let file = project.revision_file();
    let text = std::fs::read_to_string(&file).expect("a plan");
    std::fs::write(&file, &text[..text.len() / 2]).expect("half a plan");
    project
        .run(&["upgrade", "head"])
        .fails(&[&file.file_name().expect("a name").to_string_lossy()]);
}

#[test]
fn a_plan_edited_after_it_was_applied() {
    let project = Project::new(USERS);
    project.apply();
    let file = project.revision_file();
    let text = std::fs::read_to_string(&file).expect("a plan");
    std::fs::write(
        &file,
        text.replace("CREATE TABLE users", "CREATE TABLE IF NOT EXISTS users"),
    )
    .expect("a plan");
    project.declare(&USERS.replace(
        "column name text",
        "column name text\n    column age integer nullable",
    ));
    project
        .run(&["apply", "--yes"])
        .fails(&["edited after it was applied"]);
    assert_eq!(
        project
            .sqlite()
            .count("SELECT count(*) FROM pragma_table_info('users')"),
        2
    );
}

#[test]
fn a_comment_in_an_applied_plan_is_no_edit() {
    let project = Project::new(USERS);
    project.apply();
    let file = project.revision_file();
    let text = std::fs::read_to_string(&file).expect("a plan");
    std::fs::write(&file, format!("// reviewed\n{text}")).expect("a plan");
    project.run(&["apply", "--yes"]).succeeds();
}

#[test]
fn a_database_changed_behind_the_plan() {
    let project = Project::new(USERS);
    project.apply();
    project.declare(&USERS.replace(
        "column name text",
        "column name text\n    column age integer nullable",
    ));
    project.run(&["plan", "-m", "ages"]).succeeds();
    project.sqlite().execute("CREATE TABLE by_hand (id INTEGER)");
    project
        .run(&["upgrade", "head", "--yes"])
        .fails(&["is not in the state"]);
    assert_eq!(
        project
            .sqlite()
            .count("SELECT count(*) FROM pragma_table_info('users')"),
        2
    );
    project.sqlite().execute("DROP TABLE by_hand");
    project.run(&["upgrade", "head", "--yes"]).succeeds();
}

#[test]
fn required_without_a_value_counts_the_rows_in_the_way() {
    let project = Project::new(USERS);
    project.apply();
    project
        .sqlite()
        .execute("INSERT INTO users VALUES (1, 'Ann'), (2, 'Bob')");
    project.declare(&USERS.replace("column name text", "column name text\n    column phone text"));
    project
        .run(&["apply", "--yes"])
        .fails(&["2 row(s)", "users.phone", "backfill", "main.kdl:4"]);
    project.declare(&USERS.replace(
        "column name text",
        "column name text\n    column phone text backfill=unknown",
    ));
    project.run(&["apply", "--yes"]).succeeds();
    assert_eq!(
        project
            .sqlite()
            .count("SELECT count(*) FROM users WHERE phone = 'unknown'"),
        2
    );
}

#[test]
fn a_drop_is_refused_until_it_is_allowed() {
    let project = Project::new(USERS);
    project.apply();
    project.sqlite().execute("INSERT INTO users VALUES (1, 'Ann')");
    project.declare(&USERS.replace("    column name text\n", ""));
    project
        .run(&["apply", "--yes"])
        .fails(&["users.name", "--allow-destructive"]);
    assert_eq!(
        project
            .sqlite()
            .count("SELECT count(*) FROM users WHERE name = 'Ann'"),
        1
    );
    project.run(&["apply", "--yes", "--allow-destructive"]).succeeds();
    assert_eq!(project.sqlite().count("SELECT count(*) FROM users"), 1);
}

#[test]
fn nobody_to_ask_is_a_refusal() {
    let project = Project::new(USERS);
    project.run(&["apply"]).fails(&["--yes"]);
    assert!(
        !project.path("plans").exists(),
        "a refused apply writes no revision"
    );
}

#[test]
fn a_file_that_is_no_database() {
    let project = Project::new(USERS);
    std::fs::write(
        project.path("test.db"),
        "this is a letter, not a database; it is long enough to have a header",
    )
    .expect("a file");
    project
        .run(&["apply", "--yes"])
        .fails(&["not a database", "test.db"]);
    let letter = std::fs::read_to_string(project.path("test.db")).expect("the letter");
    assert!(letter.starts_with("this is a letter"));
}

#[test]
fn a_missing_server() {
    let project = Project::new(USERS);
    let mut command = Command::new(env!("CARGO_BIN_EXE_reconcile"));
    command
        .args([
            "plan",
            "-m",
            "x",
            "--url",
            "postgres://ann:secret@127.0.0.1:9/shop",
            "--schema",
            "schema",
        ])
        .current_dir(project.folder.path());
    let ran = Ran::of(&command.output().expect("the binary")).fails(&["127.0.0.1", "9"]);
    assert!(!ran.output.contains("secret"), "{}", ran.output);
}

#[test]
fn a_user_who_may_only_read() {
    let project = Project::new(USERS);
    project.apply();
    project.declare(&USERS.replace(
        "column name text",
        "column name text\n    column age integer nullable",
    ));
    let database = project.path("test.db");
    let mut rights = std::fs::metadata(&database).expect("rights").permissions();
    rights.set_readonly(true);
    std::fs::set_permissions(&database, rights).expect("rights");
    if std::fs::OpenOptions::new().append(true).open(&database).is_ok() {
        // The superuser may write anyway: there is nothing to see.
        project.run(&["apply", "--yes"]).succeeds();
        return;
    }
    project.run(&["apply", "--yes"]).fails(&["readonly"]);
}

#[test]
fn two_appliers_at_once_apply_once() {
    let project = Project::new(USERS);
    project.run(&["plan", "-m", "first"]).succeeds();
    let start = |project: &Project| {
        project
            .command(&["apply", "--yes"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary")
    };
    let appliers: Vec<_> = (0..4).map(|_| start(&project)).collect();
    for applier in appliers {
        Ran::of(&applier.wait_with_output().expect("an end")).succeeds();
    }
    assert_eq!(project.sqlite().count("SELECT count(*) FROM alembic_version"), 1);
}

#[test]
fn another_writer_is_named_when_waiting_ends() {
    let project = Project::new(USERS);
    project.apply();
    project.declare(&USERS.replace(
        "column name text",
        "column name text\n    column age integer nullable",
    ));
    let held = hold_write_lock(&project.path("test.db"));
    project
        .run(&["apply", "--yes", "--lock-wait", "0"])
        .fails(&["another process is writing"]);
    drop(held);
    project.run(&["apply", "--yes"]).succeeds();
}

/// A writer in a process of its own, until it is dropped.
fn hold_write_lock(path: &Path) -> Holder {
    let script = "import sqlite3, sys\nc = sqlite3.connect(sys.argv[1], isolation_level=None)\nc.execute('BEGIN IMMEDIATE')\nprint('held', flush=True)\nsys.stdin.read()\n";
    let mut child = Command::new("python3")
        .args(["-c", script])
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    let mut line = String::new();
    let output = child.stdout.take().expect("output");
    std::io::BufRead::read_line(&mut std::io::BufReader::new(output), &mut line).expect("a line");
    Holder(child)
}

struct Holder(std::process::Child);

impl Drop for Holder {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.wait().expect("an end");
    }
}

/// Killed at a moment that differs from round to round; whatever was committed is whole, and a second apply arrives.
#[test]
fn a_process_killed_in_the_middle_of_apply() {
    let wide = |columns: usize| {
        let columns: String = (0..columns)
            .map(|n| format!("    column c{n} integer default={n}\n"))
            .collect();
        format!(
            "table users {{\n    column id bigint\n    column name text\n{columns}    primary-key id\n}}\ntable children {{\n    column id bigint\n    column user_id bigint\n    primary-key id\n    foreign-key user_id references=users on-delete=cascade\n}}\n"
        )
    };
    let mut killed = 0;
    for round in 0..12u64 {
        let project = Project::new(&wide(0));
        project.apply();
        project.sqlite().execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) INSERT INTO users SELECT i, 'u' || i FROM n;
             INSERT INTO children SELECT id, id FROM users",
        );
        project.declare(&wide(3).replace("column name text", "column name text nullable"));
        let mut child = project
            .command(&["apply", "--yes"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the binary");
        std::thread::sleep(Duration::from_millis(15 * round));
        let alive = child.try_wait().expect("a status").is_none();
        child.kill().expect("a kill");
        child.wait().expect("an end");
        killed += u32::from(alive);
        let observer = project.sqlite();
        assert_eq!(
            observer.count("SELECT count(*) FROM users"),
            20_000,
            "round {round}"
        );
        assert_eq!(
            observer.count("SELECT count(*) FROM children"),
            20_000,
            "round {round}"
        );
        assert_eq!(
            observer.count("SELECT count(*) FROM sqlite_schema WHERE name LIKE '\\_rcn%' ESCAPE '\\'"),
            0
        );
        assert_eq!(
            observer.count("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'"),
            0
        );
        project.apply();
        project
            .run(&[
                "diff",
                "--from",
                "sqlite:test.db",
                "--to",
                "schema",
                "--exit-code",
            ])
            .succeeds();
        assert_eq!(
            observer.count("SELECT count(*) FROM children"),
            20_000,
            "round {round}"
        );
    }
    assert!(killed > 0, "no kill met a living process");
}

#[test]
fn a_table_of_many_rows_is_rebuilt_with_all_of_them() {
    let project = Project::new(USERS);
    project.apply();
    project.sqlite().execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) INSERT INTO users SELECT i, 'u' || i FROM n",
    );
    project.declare(&USERS.replace("column name text", "column name text nullable default=none"));
    project.apply();
    assert_eq!(
        project
            .sqlite()
            .count("SELECT count(*) FROM users WHERE name IS NOT NULL"),
        1_000_000
    );
}
