//! An Alembic project made of the twins of a chain, and the real Alembic that runs it.

use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use libtest_mimic::Failed;
use reconcile::revision::{RevisionMap, twin};

use crate::support::engine::Database;

/// A Python that has Alembic, waiting for commands; it ends with the thread that it works for.
struct Driver {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
}

thread_local! {
    static DRIVER: RefCell<Option<Driver>> = const { RefCell::new(None) };
}

/// The interpreter to use.
pub(crate) fn python() -> Option<String> {
    std::env::var("RECONCILE_TEST_PYTHON").ok()
}

impl Driver {
    fn start() -> Result<Self, Failed> {
        let python = python().ok_or("RECONCILE_TEST_PYTHON names no Python")?;
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/alembic_twin/drive.py");
        let mut child = Command::new(python)
            .arg(script)
            .env("PYTHONHASHSEED", "0")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = BufReader::new(child.stdout.take().ok_or("no stdout")?);
        Ok(Self {
            stdin: child.stdin.take(),
            stdout,
            child,
        })
    }

    fn ask(&mut self, request: &serde_json::Value) -> Result<Answer, Failed> {
        let stdin = self.stdin.as_mut().ok_or("no stdin")?;
        writeln!(stdin, "{request}")?;
        let mut line = String::new();
        self.stdout.read_line(&mut line)?;
        let answer: serde_json::Value = serde_json::from_str(&line)?;
        let text = |name: &str| answer[name].as_str().map(str::to_owned);
        Ok(Answer {
            error: text("error"),
            output: text("output").unwrap_or_default(),
            seen: answer["seen"].to_string(),
        })
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        drop(self.stdin.take());
        // It ends with its input; if it does not, the test run is over all the same.
        drop(self.child.wait());
    }
}

/// What Alembic did.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) error: Option<String>,
    /// What it printed: SQL in offline mode.
    pub(crate) output: String,
    /// On SQLite whether foreign keys were on before, whether they are after, and `legacy_alter_table` after.
    pub(crate) seen: String,
}

impl Answer {
    pub(crate) fn succeeds(self, what: &str) -> Result<Self, Failed> {
        match &self.error {
            None => Ok(self),
            Some(error) => Err(format!("{what}: {error}").into()),
        }
    }
}

/// How a command is run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Manner<'a> {
    /// The driver, as in a URL of SQLAlchemy: `psycopg`, `asyncpg`, `aiosqlite`; none for the engine's usual one.
    pub(crate) driver: &'a str,
    /// What env.py does with the connection.
    pub(crate) connection: &'a str,
    /// Whether SQL is printed in the place of being run.
    pub(crate) offline: bool,
}

pub(crate) const USUAL: Manner<'_> = Manner {
    driver: "",
    connection: "",
    offline: false,
};

/// A project.
pub(crate) struct Project {
    folder: PathBuf,
}

impl Project {
    /// The folder with env.py and no revision yet.
    pub(crate) fn new(folder: PathBuf) -> Result<Self, Failed> {
        std::fs::create_dir_all(folder.join("versions"))?;
        std::fs::write(folder.join("env.py"), include_str!("env.py"))?;
        Ok(Self { folder })
    }

    /// The folder in which the project stands.
    pub(crate) fn root(&self) -> &Path {
        self.folder.parent().unwrap_or(&self.folder)
    }

    /// Writes the twins of a chain, statement by statement where they are read from files.
    pub(crate) fn write(&self, map: &RevisionMap) -> Result<(), Failed> {
        for revision in map.in_order() {
            let text =
                twin::print(revision, map, twin::Style::Ops).map_err(|problems| format!("{problems:?}"))?;
            std::fs::write(
                self.folder.join("versions").join(format!("{}.py", revision.id)),
                text,
            )?;
        }
        Ok(())
    }

    /// Runs `alembic COMMAND TARGET`.
    pub(crate) fn run(
        &self,
        database: &Database<'_>,
        command: &str,
        target: &str,
        manner: Manner<'_>,
    ) -> Result<Answer, Failed> {
        let request = serde_json::json!({
            "project": self.folder,
            "url": url(database, manner.driver),
            "command": command,
            "target": target,
            "sql": manner.offline,
            "manner": manner.connection,
        });
        DRIVER.with_borrow_mut(|driver| {
            if driver.is_none() {
                *driver = Some(Driver::start()?);
            }
            driver.as_mut().ok_or("no driver")?.ask(&request)
        })
    }
}

/// The URL as SQLAlchemy writes it.
fn url(database: &Database<'_>, driver: &str) -> String {
    let scheme = |name: &str, driver: &str| {
        if driver.is_empty() {
            name.to_owned()
        } else {
            format!("{name}+{driver}")
        }
    };
    match database.url.split_once(':') {
        Some(("sqlite", path)) => format!("{}:///{path}", scheme("sqlite", driver)),
        Some((_, rest)) => {
            let driver = if driver.is_empty() { "psycopg" } else { driver };
            format!("{}:{rest}", scheme("postgresql", driver))
        }
        None => String::new(),
    }
}
