//! A working copy of the adopted project and its database, as both tools see them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use libtest_mimic::Failed;

/// One database as each tool spells it.
#[derive(Clone)]
pub(crate) struct Urls {
    pub(crate) ours: String,
    pub(crate) theirs: String,
}

/// A working copy of the project, and its database.
pub(crate) struct Desk {
    folder: Arc<tempfile::TempDir>,
    pub(crate) alembic: PathBuf,
    pub(crate) url: Urls,
    /// Further variables.
    pub(crate) variables: Vec<(&'static str, &'static str)>,
}

impl Desk {
    pub(crate) fn new(python: &str, url: Urls) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        copy(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/adoption/project"),
            folder.path(),
        )?;
        let alembic = Path::new(python).with_file_name("alembic");
        Ok(Self {
            folder: Arc::new(folder),
            alembic,
            url,
            variables: Vec::new(),
        })
    }

    /// The same working copy with another database.
    pub(crate) fn with(&self, url: &Urls) -> Self {
        Self {
            folder: Arc::clone(&self.folder),
            alembic: self.alembic.clone(),
            url: url.clone(),
            variables: self.variables.clone(),
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(
        &self,
        program: &Path,
        arguments: &[&str],
    ) -> Result<(Option<i32>, String), Failed> {
        let output = Command::new(program)
            .args(arguments)
            .current_dir(self.path())
            .env("HOME", self.path())
            .env("DATABASE_URL", &self.url.ours)
            .env("CHAT_DATABASE_URL", &self.url.theirs)
            .envs(self.variables.iter().copied())
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

    pub(crate) fn reconcile(&self, arguments: &[&str]) -> Result<String, Failed> {
        self.succeeds(Path::new(env!("CARGO_BIN_EXE_reconcile")), arguments)
    }

    pub(crate) fn refused(&self, arguments: &[&str], words: &[&str]) -> Result<(), Failed> {
        let (status, said) = self.command(Path::new(env!("CARGO_BIN_EXE_reconcile")), arguments)?;
        let missing = words.iter().find(|word| !said.contains(**word));
        match (status, missing) {
            (Some(2), None) => Ok(()),
            (status, missing) => Err(format!("{status:?}, not said: {missing:?}\n{said}").into()),
        }
    }

    pub(crate) fn alembic(&self, arguments: &[&str]) -> Result<String, Failed> {
        self.succeeds(&self.alembic, arguments)
    }

    /// Puts a line behind the one that begins so.
    pub(crate) fn declare(&self, file: &str, after: &str, line: &str) -> Result<(), Failed> {
        let path = self.path().join("schema").join(file);
        let text = std::fs::read_to_string(&path)?;
        let at = text
            .find(&format!("    {after}"))
            .ok_or_else(|| Failed::from(format!("{file} has no `{after}`:\n{text}")))?;
        let end = text[at..].find('\n').map_or(text.len(), |end| at + end);
        std::fs::write(path, format!("{}\n    {line}{}", &text[..end], &text[end..]))?;
        Ok(())
    }

    pub(crate) fn read(&self, file: &str) -> Result<String, Failed> {
        std::fs::read_to_string(self.path().join(file)).map_err(|error| format!("{file}: {error}").into())
    }

    /// Puts files back where they were.
    pub(crate) fn put_back(&self, files: &[(String, String)]) -> Result<(), Failed> {
        files.iter().try_for_each(|(file, text)| self.write(file, text))
    }

    /// Writes a file.
    pub(crate) fn write(&self, file: &str, text: &str) -> Result<(), Failed> {
        Ok(std::fs::write(self.path().join(file), text)?)
    }

    /// The names in a folder, sorted.
    pub(crate) fn files(&self, folder: &str) -> Result<Vec<String>, Failed> {
        let entries = std::fs::read_dir(self.path().join(folder))?;
        let names = entries.map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()));
        let mut names = names.collect::<Result<Vec<_>, _>>()?;
        names.retain(|name| name != "__pycache__");
        names.sort();
        Ok(names)
    }

    /// Says in reconcile.kdl how Alembic is run.
    pub(crate) fn name_the_command(&self) -> Result<(), Failed> {
        let command = format!(
            "chain \"alembic\" {{ command \"'{}'\"; }}",
            self.alembic.display()
        );
        self.edit("reconcile.kdl", "chain \"alembic\"", &command)
    }

    /// Replaces a text in a file that has it.
    pub(crate) fn edit(&self, file: &str, from: &str, to: &str) -> Result<(), Failed> {
        let path = self.path().join(file);
        let text = std::fs::read_to_string(&path)?;
        if !text.contains(from) {
            return Err(format!("{file} has no `{from}`:\n{text}").into());
        }
        Ok(std::fs::write(path, text.replace(from, to))?)
    }

    /// The schema of the database as its own tool prints it.
    pub(crate) fn observe(&self) -> Result<String, Failed> {
        observe(&self.url.ours, self.path())
    }

    /// Both tools say that the database has everything, and it is as declared.
    pub(crate) fn agree(&self) -> Result<(), Failed> {
        let current = self.alembic(&["current"])?;
        if !current.contains("(head)") {
            return Err(format!("Alembic says:\n{current}").into());
        }
        self.reconcile(&["current", "--check-heads"])?;
        self.reconcile(&["status", "--exit-code"]).map(drop)
    }
}

/// The schema as `pg_dump` and `sqlite_schema` have it, but for our ledger and the name of the version table's rows.
fn observe(url: &str, folder: &Path) -> Result<String, Failed> {
    if let Some(file) = url.strip_prefix("sqlite:") {
        return on_sqlite(&folder.join(file));
    }
    let programs = std::env::var("RECONCILE_TEST_PG_DUMP").unwrap_or_default();
    let program = programs.split(':').next().filter(|program| !program.is_empty());
    let output = Command::new(program.unwrap_or("pg_dump"))
        .args([
            "--schema-only",
            "--no-owner",
            "--exclude-schema",
            "reconcile",
            url,
        ])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let text = String::from_utf8(output.stdout)?;
    // What tells one dump from the next: comments, and a key of each.
    let kept = text
        .lines()
        .filter(|line| !line.starts_with(['-', '\\']) && !line.is_empty());
    Ok(kept.collect::<Vec<_>>().join("\n"))
}

fn on_sqlite(file: &Path) -> Result<String, Failed> {
    use sqlx::{Connection as _, Row as _};
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let rows = runtime.block_on(async {
        let options = sqlx::sqlite::SqliteConnectOptions::new()
            .filename(file)
            .read_only(true);
        let mut connection = sqlx::SqliteConnection::connect_with(&options).await?;
        let sql = "SELECT type || ' ' || name || ': ' || coalesce(sql, '') FROM sqlite_schema \
                   WHERE tbl_name <> 'reconcile_ledger' ORDER BY 1";
        let rows = sqlx::query(sql).fetch_all(&mut connection).await?;
        connection.close().await?;
        Ok::<_, sqlx::Error>(rows)
    })?;
    let lines: Result<Vec<String>, sqlx::Error> = rows.iter().map(|row| row.try_get(0)).collect();
    Ok(lines?
        .iter()
        .map(|line| unspaced(line))
        .collect::<Vec<_>>()
        .join("\n"))
}

/// SQLite keeps a statement as it was written, and SQLAlchemy sets its spaces, and the default of a column, elsewhere.
fn unspaced(statement: &str) -> String {
    let words: Vec<&str> = statement.split_whitespace().collect();
    words
        .join(" ")
        .replace("KEY(", "KEY (")
        .replace(" DEFAULT 0 NOT NULL", " NOT NULL DEFAULT 0")
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
