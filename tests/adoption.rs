//! A chat service that lived with Alembic is adopted, and goes on with both tools on one database: `tests/adoption/project`
//! has an async engine, enums, a data migration, two branches and their merge, in the forms in which such files are
//! written. Runs where `RECONCILE_TEST_PYTHON` names an interpreter with Alembic.

#[path = "support/server.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

use server::Database;

fn main() {
    let arguments = Arguments::from_args();
    let python = std::env::var("RECONCILE_TEST_PYTHON").ok();
    let server = std::env::var("RECONCILE_TEST_POSTGRES").ok();
    let ours = python.clone();
    let on_sqlite = move || {
        ours.map_or(Ok(()), |python| {
            let url = Urls {
                ours: "sqlite:chat.db".to_owned(),
                theirs: "sqlite+aiosqlite:///chat.db".to_owned(),
            };
            story(&Desk::new(&python, url)?)
        })
    };
    let ignored = python.is_none() || server.is_none();
    let no_python = python.is_none();
    let on_postgres = move || match (python, server) {
        (Some(python), Some(server)) => {
            let database = Database::new(&server)?;
            database.create()?;
            let url = Urls {
                ours: database.url.clone(),
                theirs: database.url.replacen("postgres://", "postgresql+asyncpg://", 1),
            };
            story(&Desk::new(&python, url)?)
        }
        _ => Ok(()),
    };
    let trials = vec![
        Trial::test("adoption::sqlite", on_sqlite).with_ignored_flag(no_python),
        Trial::test("adoption::postgres", on_postgres).with_ignored_flag(ignored),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// One database as each tool spells it.
struct Urls {
    ours: String,
    theirs: String,
}

/// A working copy of the project, and its database.
struct Desk {
    folder: tempfile::TempDir,
    alembic: PathBuf,
    url: Urls,
}

impl Desk {
    fn new(python: &str, url: Urls) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adoption/project"),
            folder.path(),
        )?;
        let alembic = Path::new(python).with_file_name("alembic");
        Ok(Self { folder, alembic, url })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Result<(Option<i32>, String), Failed> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("DATABASE_URL", &self.url.ours)
            .env("CHAT_DATABASE_URL", &self.url.theirs)
            .stdin(Stdio::null())
            .output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
    }

    fn succeeds(&self, program: &Path, arguments: &[&str]) -> Result<String, Failed> {
        match self.command(program, arguments)? {
            (Some(0), said) => Ok(said),
            (status, said) => {
                let name = program.display();
                Err(format!("`{name} {}` ended with {status:?}\n{said}", arguments.join(" ")).into())
            }
        }
    }

    fn reconcile(&self, arguments: &[&str]) -> Result<String, Failed> {
        self.succeeds(Path::new(env!("CARGO_BIN_EXE_reconcile")), arguments)
    }

    fn refused(&self, arguments: &[&str], words: &[&str]) -> Result<(), Failed> {
        let (status, said) = self.command(Path::new(env!("CARGO_BIN_EXE_reconcile")), arguments)?;
        let missing = words.iter().find(|word| !said.contains(**word));
        match (status, missing) {
            (Some(2), None) => Ok(()),
            (status, missing) => Err(format!("{status:?}, not said: {missing:?}\n{said}").into()),
        }
    }

    fn alembic(&self, arguments: &[&str]) -> Result<String, Failed> {
        self.succeeds(&self.alembic, arguments)
    }

    /// Puts a line behind the one that begins so.
    fn declare(&self, file: &str, after: &str, line: &str) -> Result<(), Failed> {
        let path = self.path().join("schema").join(file);
        let text = std::fs::read_to_string(&path)?;
        let at = text
            .find(&format!("    {after}"))
            .ok_or_else(|| Failed::from(format!("{file} has no `{after}`:\n{text}")))?;
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        std::fs::write(path, format!("{}\n    {line}{}", &text[..end], &text[end..]))?;
        Ok(())
    }

    /// Both tools say that the database has everything, and it is as declared.
    fn agree(&self) -> Result<(), Failed> {
        let current = self.alembic(&["current"])?;
        if !current.contains("(head)") {
            return Err(format!("Alembic says:\n{current}").into());
        }
        self.reconcile(&["current", "--check-heads"])?;
        self.reconcile(&["status", "--exit-code"]).map(drop)
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Failed> {
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn story(desk: &Desk) -> Result<(), Failed> {
    desk.alembic(&["upgrade", "4eab6f9d3a74"])?;
    desk.alembic(&["upgrade", "heads"])?;
    let said = desk.reconcile(&["init"])?;
    if !said.contains("In sync") || !said.contains("8 revision(s)") {
        return Err(said.into());
    }
    desk.agree()?;
    // One change each; applied by the one tool, taken back by the other, and applied again by either.
    let changes = [
        (
            "users.kdl",
            "column display_name",
            "column phone \"varchar(20)\" nullable",
        ),
        (
            "users.kdl",
            "column phone",
            "index phone where=\"phone IS NOT NULL\"",
        ),
        (
            "messages.kdl",
            "column body",
            "column seen boolean default=#false",
        ),
        (
            "canned_responses.kdl",
            "column title",
            "column locale \"varchar(8)\" backfill=en",
        ),
        (
            "chat_sessions.kdl",
            "column closed_at",
            "check \"closed_at IS NULL OR id > 0\" name=closed_sessions",
        ),
    ];
    for (place, (file, after, line)) in changes.into_iter().enumerate() {
        desk.declare(file, after, line)?;
        desk.reconcile(&["plan", "-m", &format!("change {place}")])?;
        if place % 2 == 0 {
            desk.alembic(&["upgrade", "head"])?;
            desk.agree()?;
            desk.reconcile(&["downgrade", "-1", "--yes", "--allow-destructive"])?;
            desk.reconcile(&["upgrade", "head", "--yes"])?;
        } else {
            desk.reconcile(&["apply", "--yes", "--frozen"])?;
            desk.agree()?;
            desk.alembic(&["downgrade", "-1"])?;
            desk.alembic(&["upgrade", "head"])?;
        }
        desk.agree()?;
    }
    by_hand(desk)?;
    let (checked, said) = stale_twin(desk)?;
    if !said.contains("RC0326") {
        return Err(said.into());
    }
    if checked.contains("every twin is as it was written") {
        return Ok(());
    }
    Err(checked.into())
}

/// A plan that is edited before it was applied anywhere is told by `check`, and mended by `twins`.
fn stale_twin(desk: &Desk) -> Result<(String, String), Failed> {
    desk.declare("users.kdl", "column phone", "column fax text nullable")?;
    let written = desk.reconcile(&["plan", "-m", "fax"])?;
    let plan = written
        .lines()
        .find_map(|line| line.strip_suffix(":1"))
        .ok_or("no file was named")?;
    let plan = desk.path().join(plan);
    let text = std::fs::read_to_string(&plan)?;
    let edited = text.replacen("ADD COLUMN fax", "ADD COLUMN  fax", 1);
    if edited == text {
        return Err(text.into());
    }
    std::fs::write(&plan, edited)?;
    let (_, said) = desk.command(Path::new(env!("CARGO_BIN_EXE_reconcile")), &["check"])?;
    desk.reconcile(&["twins"])?;
    desk.alembic(&["upgrade", "head"])?;
    desk.agree()?;
    Ok((desk.reconcile(&["check"])?, said))
}

/// A revision that somebody writes with Alembic alone is refused with the command to run, or run in between.
fn by_hand(desk: &Desk) -> Result<(), Failed> {
    desk.alembic(&["revision", "-m", "by hand"])?;
    let place = desk.reconcile(&["heads", "-v"])?;
    if !place.contains("by hand") {
        return Err(place.into());
    }
    desk.refused(&["apply", "--yes"], &["is Alembic's", "alembic -c", "upgrade"])?;
    let settings = desk.path().join("reconcile.kdl");
    let text = std::fs::read_to_string(&settings)?;
    let command = format!(
        "chain \"alembic\" {{ command \"'{}'\"; }}",
        desk.alembic.display()
    );
    std::fs::write(&settings, text.replace("chain \"alembic\"", &command))?;
    desk.reconcile(&["apply", "--yes"])?;
    desk.agree()?;
    desk.reconcile(&["downgrade", "-1", "--yes"])?;
    desk.reconcile(&["upgrade", "head", "--yes"])?;
    desk.agree()
}
