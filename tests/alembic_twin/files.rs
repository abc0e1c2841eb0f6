//! The files themselves: both are written or none, under the names that the project wants, and an edit of either is told.

use std::path::{Path, PathBuf};
use std::time::Duration;

use libtest_mimic::Failed;
use reconcile::config::{Beside, Chain, Config};
use reconcile::workflow::unmanaged::Unmanaged;
use reconcile::workflow::{Notes, Project as Settings, twin};

use super::project::{Project, USUAL};
use crate::support::engine::{Database, Engine};
use crate::support::observe;
use crate::support::program::{Ran, reconcile};

const FIRST: &str = "table t {\n    column id bigint\n    primary-key id\n}\n";
const SECOND: &str = "table t {\n    column id bigint\n    column a text nullable\n    primary-key id\n}\n";

/// A project that both tools work in.
struct Shared {
    folder: tempfile::TempDir,
    alembic: Project,
}

impl Shared {
    fn new(ini: &str) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let alembic = Project::new(folder.path().join("db"))?;
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text);
        write(
            "alembic.ini",
            &format!("[alembic]\nscript_location = %(here)s/db\n{ini}"),
        )?;
        write(
            "reconcile.kdl",
            "chain \"alembic\"\nenvironment dev { url \"sqlite:dev.db\"; }\n",
        )?;
        std::fs::create_dir(folder.path().join("schema"))?;
        Ok(Self { folder, alembic })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Result<Ran, Failed> {
        reconcile(self.folder.path(), arguments)
    }

    fn apply(&self, schema: &str) -> Result<(), Failed> {
        std::fs::write(self.path("schema/t.kdl"), schema)?;
        self.run(&["apply", "--yes", "--allow-destructive"])?
            .exits(0, "apply")
            .map(drop)
    }

    /// What the use cases work on.
    fn settings(&self) -> Settings {
        let config = Config {
            root: self.folder.path().to_owned(),
            schema: self.path("schema"),
            plans: self.path("plans"),
            chain: Chain::Alembic(Beside::default()),
            ..Config::default()
        };
        Settings {
            phase: None,
            config,
            url: None,
            listed: Vec::new(),
            url_variables: Vec::new(),
            scratch_urls: Vec::new(),
            engine: None,
            cache: None,
            allow_destructive: false,
            accept_existing: false,
            announce: reconcile::workflow::Announce::default(),
            preflight: reconcile::workflow::preflight::Preflight::default(),
            lock_wait: Duration::from_secs(1),
            patience: Duration::from_secs(1),
            told_apart: Vec::new(),
            allow_rewrite: true,
            unmanaged: Unmanaged::Named,
            now: "2026-11-21T09:30:00Z".to_owned(),
            new_id: reconcile::revision::new_id,
            notes: Notes::default(),
        }
    }

    fn codes(&self) -> Result<Vec<&'static str>, Failed> {
        let problems = twin::check(&self.settings()).map_err(|failure| format!("{failure:?}"))?;
        Ok(problems.into_iter().map(|problem| problem.code).collect())
    }

    fn written(&self) -> Result<usize, Failed> {
        let files = twin::write(&self.settings()).map_err(|failure| format!("{failure:?}"))?;
        Ok(files.len())
    }
}

/// The names in a folder, sorted.
fn names(folder: &Path) -> Result<Vec<String>, Failed> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

fn equal<T: PartialEq + std::fmt::Debug>(what: &str, found: &T, expected: &T) -> Result<(), Failed> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{what}: {found:?}, not {expected:?}").into())
}

/// What `apply` writes is what Alembic runs, and the two name their files alike where the project has a template.
pub(super) fn both_are_written(engine: &Engine) -> Result<(), Failed> {
    let shared = Shared::new("file_template = %%(year)d-%%(rev)s-%%(slug)s\n")?;
    shared.apply(FIRST)?;
    shared.apply(SECOND)?;
    let stems = |folder: &str, extension: &str| -> Result<Vec<String>, Failed> {
        let names = names(&shared.path(folder))?;
        let stems = names.iter().filter_map(|name| name.strip_suffix(extension));
        Ok(stems.map(str::to_owned).collect())
    };
    let (own, twins) = (stems("plans", ".kdl")?, stems("db/versions", ".py")?);
    equal("the names", &twins, &own)?;
    equal("files", &names(&shared.path("plans"))?.len(), &2)?;
    if !own[0].contains(|c: char| c.is_ascii_digit()) || own[0].matches('-').count() < 2 {
        return Err(format!("{own:?} are not named by the template").into());
    }
    let database = Database::new(engine, shared.folder.path(), "alembic")?;
    shared
        .alembic
        .run(&database, "upgrade", "head", USUAL)?
        .succeeds("upgrade head")?;
    let facts = observe::observe(&database)?;
    let has_column = facts.iter().any(|fact| fact.contains("column a | TEXT"));
    equal("the column is there", &has_column, &true)
}

/// A twin that cannot be written leaves no revision behind.
pub(super) fn none_is_written_alone(_engine: &Engine) -> Result<(), Failed> {
    let shared = Shared::new("")?;
    std::fs::remove_dir(shared.path("db/versions"))?;
    std::fs::write(shared.path("db/versions"), "a file where the folder should be")?;
    std::fs::write(shared.path("schema/t.kdl"), FIRST)?;
    shared.run(&["apply", "--yes"])?.exits(2, "apply")?;
    let plans = names(&shared.path("plans")).unwrap_or_default();
    equal("files", &plans, &Vec::<String>::new())
}

/// Revisions that are made one leave one twin.
pub(super) fn a_squash_takes_the_twins_along(engine: &Engine) -> Result<(), Failed> {
    let shared = Shared::new("")?;
    for schema in [FIRST, SECOND, FIRST] {
        shared.apply(schema)?;
    }
    equal("twins", &names(&shared.path("db/versions"))?.len(), &3)?;
    shared
        .run(&["squash", "base:head", "-m", "all in one"])?
        .exits(0, "squash")?;
    let left = names(&shared.path("db/versions"))?;
    equal("twins", &left.len(), &1)?;
    equal("the name", &left[0].ends_with("_all_in_one.py"), &true)?;
    equal("problems", &shared.codes()?, &Vec::new())?;
    let database = Database::new(engine, shared.folder.path(), "alembic")?;
    shared
        .alembic
        .run(&database, "upgrade", "head", USUAL)?
        .succeeds("upgrade head")
        .map(drop)
}

/// An edit of either file, and a twin that is missing, are told; the twin is written again.
pub(super) fn edits_are_told(_engine: &Engine) -> Result<(), Failed> {
    let shared = Shared::new("")?;
    shared.apply(FIRST)?;
    equal("problems", &shared.codes()?, &Vec::new())?;
    equal("written", &shared.written()?, &0)?;
    let only = |folder: &str| -> Result<PathBuf, Failed> {
        let names = names(&shared.path(folder))?;
        Ok(shared.path(folder).join(&names[0]))
    };
    let (own, twin) = (only("plans")?, only("db/versions")?);
    let edit = |path: &Path, from: &str, to: &str| -> Result<(), Failed> {
        let text = std::fs::read_to_string(path)?;
        if !text.contains(from) {
            return Err(format!("no {from} in {text}").into());
        }
        std::fs::write(path, text.replacen(from, to, 1))?;
        Ok(())
    };
    edit(&twin, "op.create_table(", "op.create_table( ")?;
    equal("after an edit of the twin", &shared.codes()?, &vec!["RC0325"])?;
    equal("written", &shared.written()?, &1)?;
    equal("problems", &shared.codes()?, &Vec::new())?;
    // Now it is written from the file, which holds statements alone.
    edit(&twin, "op.execute(sa.DDL(", "op.execute(sa.DDL( ")?;
    equal("after another edit of it", &shared.codes()?, &vec!["RC0325"])?;
    equal("written", &shared.written()?, &1)?;
    edit(&own, "CREATE TABLE t", "CREATE TABLE  t")?;
    equal("after an edit of the revision", &shared.codes()?, &vec!["RC0326"])?;
    equal("written", &shared.written()?, &1)?;
    equal("problems", &shared.codes()?, &Vec::new())?;
    std::fs::remove_file(&twin)?;
    equal("without the twin", &shared.codes()?, &vec!["RC0329"])?;
    equal("written", &shared.written()?, &1)?;
    equal("the name", &only("db/versions")?, &twin)
}
