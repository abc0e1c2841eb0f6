//! The project's own Alembic, as a program that is run: on the project's database, or on another one.
//!
//! In: a command line. Out: what it said, or why it failed. Where it is to run on another database, env.py has to be told
//! so by what it reads: `sqlalchemy.url` of the ini, and the variables that hold URLs. Whether it follows is asked before
//! anything is run, since nobody knows what env.py does. Must not: run on the project's database in the place of another.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::config::alembic::AlembicProject;
use crate::config::{Beside, Chain};
use crate::diagnostic::Diagnostic;
use crate::dialect::DatabaseUrl;

use super::{Failure, Project, chain};

/// The variable that names the database to a project whose env.py takes it from nowhere else.
const VARIABLE: &str = "RECONCILE_ALEMBIC_URL";

/// Alembic, and where it is told to run.
pub(super) struct Program<'a> {
    project: &'a Project,
    side: AlembicProject,
    command: String,
    /// The file that it is given as its configuration.
    file: PathBuf,
    variables: Vec<(String, String)>,
    /// A copy of the configuration, which goes with this.
    copy: Option<PathBuf>,
}

impl<'a> Program<'a> {
    /// Alembic as it was said, or as it is found beside its configuration.
    pub(super) fn find(project: &'a Project) -> Result<Option<Self>, Failure> {
        let Some(side) = chain::alembic(project)? else {
            return Ok(None);
        };
        let Some(command) = command(project, &side) else {
            return Ok(None);
        };
        Ok(Some(Self {
            project,
            file: std::path::absolute(&side.file).unwrap_or_else(|_| side.file.clone()),
            side,
            command,
            variables: Vec::new(),
            copy: None,
        }))
    }

    /// The same on another database, if env.py follows there.
    pub(super) fn on(project: &'a Project, url: &DatabaseUrl) -> Result<Option<Self>, Failure> {
        let Some(mut program) = Self::find(project)? else {
            return Ok(None);
        };
        let url = DatabaseUrl {
            location: absolute(url),
            ..url.clone()
        };
        let like = program.side.url.clone().unwrap_or_default();
        program.variables = variables(project, &url, &like);
        if let Some(text) = program.side.ini_with_url(&url.in_the_manner_of(&like)) {
            let file = copy(&text)?;
            program.file.clone_from(&file);
            program.copy = Some(file);
        }
        program.asked(&url)?;
        Ok(Some(program))
    }

    /// Nothing is run on a database that is not the one that is meant.
    fn asked(&self, url: &DatabaseUrl) -> Result<(), Failure> {
        let said = self.run("current -v")?;
        let name = url
            .location
            .rsplit('/')
            .find(|part| part.starts_with("reconcile_scratch_"));
        // The name of a database ends where its options begin.
        let name = name
            .and_then(|name| name.split('?').next())
            .unwrap_or(&url.location);
        if said.contains(name) {
            return Ok(());
        }
        let message = format!(
            "Alembic does not go to the scratch database: {} takes its URL from somewhere else",
            self.side.script_location.join("env.py").display()
        );
        Err(Diagnostic::error("RC0587", message)
            .help(format!(
                "nothing was run; have env.py take `sqlalchemy.url` of its configuration, or the variable {VARIABLE} where it is set"
            ))
            .into())
    }

    /// Runs a command line, and returns what it said on stdout.
    pub(super) fn run(&self, arguments: &str) -> Result<String, Failure> {
        let root = if self.project.config.root.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.project.config.root
        };
        let file = quoted(&self.file.display().to_string());
        let line = format!("{} -c {file}{} {arguments}", self.command, section(&self.side));
        let ran = Command::new("sh")
            .args(["-c", &line])
            .current_dir(root)
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Failure::Io {
                path: PathBuf::from("sh"),
                error,
            })?;
        let out = String::from_utf8_lossy(&ran.stdout).into_owned();
        if ran.status.success() {
            return Ok(out);
        }
        let said = format!("{out}{}", String::from_utf8_lossy(&ran.stderr));
        let last: Vec<&str> = said.lines().rev().take(5).collect();
        let last: Vec<&str> = last.into_iter().rev().collect();
        let message = format!("`alembic {arguments}` failed:\n{}", last.join("\n"));
        Err(Diagnostic::error("RC0599", message)
            .help(format!("the command was: {line}"))
            .into())
    }
}

impl Drop for Program<'_> {
    fn drop(&mut self) {
        if let Some(copy) = &self.copy {
            std::fs::remove_file(copy).ok();
        }
    }
}

/// What to do where there is no command.
pub(super) fn by_hand(side: &AlembicProject, arguments: &str) -> String {
    format!(
        "run `alembic -c {}{} {arguments}`, then the same command again; or write `chain \"alembic\" {{ command \"alembic\"; }}` \
         to have it run in between",
        side.file.display(),
        section(side)
    )
}

fn command(project: &Project, side: &AlembicProject) -> Option<String> {
    if let Chain::Alembic(Beside {
        command: Some(command),
        ..
    }) = &project.config.chain
    {
        return Some(command.clone());
    }
    let folder = side.file.parent().unwrap_or(Path::new("."));
    let places = [".venv/bin/alembic", "venv/bin/alembic"];
    let found = places
        .iter()
        .map(|place| folder.join(place))
        .find(|file| file.is_file())?;
    let absolute: PathBuf = std::fs::canonicalize(found).ok()?;
    Some(quoted(&absolute.display().to_string()))
}

/// How `alembic` is told the section of its ini.
fn section(side: &AlembicProject) -> String {
    let section = side.section.as_ref();
    section.map_or_else(String::new, |section| format!(" -n {}", quoted(section)))
}

fn absolute(url: &DatabaseUrl) -> String {
    match std::path::absolute(&url.location) {
        Ok(path) if url.is_file() => path.display().to_string(),
        _ => url.location.clone(),
    }
}

/// Every variable that may name the database to env.py, with the other one in its place, each in its own manner.
fn variables(project: &Project, url: &DatabaseUrl, like: &str) -> Vec<(String, String)> {
    let mut out = vec![(VARIABLE.to_owned(), url.in_the_manner_of(like))];
    for name in named_in_settings(project) {
        out.push((name, url.in_the_manner_of(like)));
    }
    for (name, value) in &project.url_variables {
        out.retain(|(known, _)| known != name);
        out.push((name.clone(), url.in_the_manner_of(value)));
    }
    out
}

/// The variables that stand for a whole URL in reconcile.kdl.
fn named_in_settings(project: &Project) -> Vec<String> {
    let urls = project
        .config
        .environments
        .iter()
        .filter_map(|environment| environment.url.as_ref());
    let names = urls.filter_map(|url| {
        let name = url.strip_prefix('$')?;
        let name = name
            .strip_prefix('{')
            .and_then(|name| name.strip_suffix('}'))
            .unwrap_or(name);
        let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        is_name.then(|| name.to_owned())
    });
    names.collect()
}

/// A file that only its owner reads: it may hold a password.
fn copy(text: &str) -> Result<PathBuf, Failure> {
    use std::io::Write as _;
    let random = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), std::process::id());
    let path = std::env::temp_dir().join(format!("reconcile_alembic_{random:016x}.ini"));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&path)
        .and_then(|mut file| file.write_all(text.as_bytes()));
    match written {
        Ok(()) => Ok(path),
        Err(error) => Err(Failure::Io { path, error }),
    }
}

/// One word of a shell command.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
