//! Several heads: seen at once, merged after both orders were tried, refused where the branches are in each other's way.
//! Whatever a database had before the merge, it ends at the declarations.

#[path = "support/server.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};

use server::Database;

const BASE: &str =
    "table users {\n    column id bigint\n    column name \"varchar(20)\"\n    primary-key id\n}\n";

fn main() {
    let arguments = Arguments::from_args();
    let server = std::env::var("RECONCILE_TEST_POSTGRES").ok();
    let mut trials = Vec::new();
    for (name, test) in [
        (
            "two_columns_merge_by_themselves",
            two_columns as fn(&Place) -> Result<(), Failed>,
        ),
        ("one_column_changed_twice_is_a_conflict", one_column),
        ("one_after_the_other_is_nothing_to_merge", one_line),
        ("a_branch_that_nobody_has_is_rebased", rebased),
        ("many_become_one", squashed),
    ] {
        trials.push(Trial::test(format!("branches::{name}::sqlite"), move || {
            test(&Place { server: None })
        }));
        let server = server.clone();
        let ignored = server.is_none();
        let on_postgres = move || server.map_or(Ok(()), |server| test(&Place { server: Some(server) }));
        trials
            .push(Trial::test(format!("branches::{name}::postgres"), on_postgres).with_ignored_flag(ignored));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Where databases are made.
struct Place {
    server: Option<String>,
}

/// A database of one of the people.
enum Desk {
    File(String),
    Server(Database),
}

impl Desk {
    fn url(&self) -> &str {
        match self {
            Self::File(url) => url,
            Self::Server(database) => &database.url,
        }
    }
}

impl Place {
    fn desk(&self, name: &str) -> Result<Desk, Failed> {
        let Some(server) = &self.server else {
            return Ok(Desk::File(format!("sqlite:{name}.db")));
        };
        let database = Database::new(server)?;
        database.create()?;
        Ok(Desk::Server(database))
    }
}

/// One working copy.
struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Result<Self, Failed> {
        let project = Self(tempfile::tempdir()?);
        std::fs::create_dir(project.path().join("schema"))?;
        Ok(project)
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn declare(&self, text: &str) -> Result<(), Failed> {
        Ok(std::fs::write(self.path().join("schema/all.kdl"), text)?)
    }

    /// Status and everything said.
    fn run(&self, desk: &Desk, line: &[&str]) -> Result<(Option<i32>, String), Failed> {
        let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
            .args(line)
            .args(["--url", desk.url()])
            .current_dir(self.path())
            .env_clear()
            .env("HOME", self.path())
            .stdin(Stdio::null())
            .output()?;
        let said = [output.stdout, output.stderr].concat();
        Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
    }

    fn succeeds(&self, desk: &Desk, line: &[&str]) -> Result<String, Failed> {
        match self.run(desk, line)? {
            (Some(0), said) => Ok(said),
            (status, said) => Err(format!("`{}` ended with {status:?}\n{said}", line.join(" ")).into()),
        }
    }

    fn fails(&self, desk: &Desk, line: &[&str], words: &[&str]) -> Result<(), Failed> {
        let (status, said) = self.run(desk, line)?;
        let missing = words.iter().find(|word| !said.contains(**word));
        match (status, missing) {
            (Some(2), None) => Ok(()),
            (status, missing) => {
                Err(format!("`{}`: {status:?}, not said: {missing:?}\n{said}", line.join(" ")).into())
            }
        }
    }

    fn files(&self) -> Result<Vec<PathBuf>, Failed> {
        let folder = self.path().join("plans");
        let entries = std::fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
        let mut files = entries.collect::<Result<Vec<_>, _>>()?;
        files.sort();
        Ok(files)
    }

    /// Plans and applies on one desk, out of sight of the other branch.
    fn branch(&self, desk: &Desk, text: &str, message: &str) -> Result<PathBuf, Failed> {
        let before = self.files()?;
        self.declare(text)?;
        self.succeeds(desk, &["plan", "-m", message])?;
        self.succeeds(desk, &["upgrade", "head", "--yes", "--allow-destructive"])?;
        let made = self.files()?.into_iter().find(|file| !before.contains(file));
        let made = made.ok_or("no revision was written")?;
        let aside = self.path().join(made.file_name().ok_or("no name")?);
        std::fs::rename(&made, &aside)?;
        Ok(aside)
    }

    /// Both branches come together, as after a merge of the working copies.
    fn meet(&self, files: &[PathBuf], text: &str) -> Result<(), Failed> {
        for file in files {
            let name = file.file_name().ok_or("no name")?;
            std::fs::rename(file, self.path().join("plans").join(name))?;
        }
        self.declare(text)
    }
}

/// Two desks at the base, each with a branch of its own.
fn apart(place: &Place, left: &str, right: &str, both: &str) -> Result<(Project, [Desk; 3]), Failed> {
    let project = Project::new()?;
    let desks = [place.desk("left")?, place.desk("right")?, place.desk("fresh")?];
    project.declare(BASE)?;
    project.succeeds(&desks[0], &["apply", "--yes", "-m", "base"])?;
    project.succeeds(&desks[1], &["apply", "--yes"])?;
    let first = project.branch(&desks[0], left, "left")?;
    let second = project.branch(&desks[1], right, "right")?;
    project.meet(&[first, second], both)?;
    Ok((project, desks))
}

/// Every desk arrives at the declarations, and all are equal.
fn all_arrive(project: &Project, desks: &[Desk]) -> Result<(), Failed> {
    let mut seen = Vec::new();
    for desk in desks {
        project.succeeds(desk, &["apply", "--yes", "--frozen", "--allow-destructive"])?;
        project.succeeds(desk, &["status", "--exit-code"])?;
        project.succeeds(
            desk,
            &["diff", "--from", desk.url(), "--to", "schema", "--exit-code"],
        )?;
        seen.push(project.succeeds(desk, &["current"])?);
    }
    if seen.iter().all(|current| *current == seen[0]) {
        return Ok(());
    }
    Err(format!("they stand at different revisions: {seen:?}").into())
}

fn with(line: &str) -> String {
    BASE.replace("    primary-key", &format!("    {line}\n    primary-key"))
}

fn two_columns(place: &Place) -> Result<(), Failed> {
    let both = with("column phone text nullable\n    column points integer default=0");
    let (project, desks) = apart(
        place,
        &with("column phone text nullable"),
        &with("column points integer default=0"),
        &both,
    )?;
    for line in [
        &["plan", "-m", "more"][..],
        &["apply", "--yes"],
        &["apply", "--yes", "--frozen"],
    ] {
        project.fails(
            &desks[0],
            line,
            &["2 heads", "(left)", "(right)", "reconcile merge heads"],
        )?;
    }
    // Where a database is can be told all the same.
    for (desk, stands, pending) in [
        (0, "(left).", "right"),
        (1, "(right).", "left"),
        (2, "no revision.", "base"),
    ] {
        let said = project.succeeds(&desks[desk], &["status"])?;
        let told = [
            stands,
            "2 heads",
            "reconcile merge heads",
            &format!("{pending}\n"),
        ];
        if let Some(missing) = told.iter().find(|word| !said.contains(**word)) {
            return Err(format!("not said: {missing}\n{said}").into());
        }
        let (status, _) = project.run(&desks[desk], &["status", "--exit-code"])?;
        if status != Some(1) {
            return Err(format!("--exit-code ended with {status:?}").into());
        }
    }
    let said = project.succeeds(&desks[2], &["merge", "heads", "-m", "join"])?;
    if !said.contains("commute, and touch nothing in common") {
        return Err(said.into());
    }
    all_arrive(&project, &desks)?;
    let again = project.succeeds(&desks[0], &["apply", "--yes"])?;
    if again.contains("Nothing to do") {
        return Ok(());
    }
    Err(again.into())
}

fn one_column(place: &Place) -> Result<(), Failed> {
    let (project, desks) = apart(
        place,
        &BASE.replace("varchar(20)", "varchar(40)"),
        &BASE.replace("varchar(20)", "varchar(60)"),
        &BASE.replace("varchar(20)", "varchar(60)"),
    )?;
    let files = project.files()?;
    project.fails(
        &desks[2],
        &["merge", "heads", "-m", "join"],
        &["in each other's way", "users.name", "rebase", "--allow-conflict"],
    )?;
    if project.files()? != files {
        return Err("a refused merge wrote a file".into());
    }
    let said = project.succeeds(&desks[2], &["merge", "heads", "-m", "join", "--allow-conflict"])?;
    if !said.contains("the order decides") {
        return Err(said.into());
    }
    all_arrive(&project, &desks)
}

fn one_line(place: &Place) -> Result<(), Failed> {
    let project = Project::new()?;
    let desk = place.desk("one")?;
    project.declare(BASE)?;
    project.succeeds(&desk, &["apply", "--yes"])?;
    project.fails(&desk, &["merge", "heads", "-m", "join"], &["nothing to merge"])
}

fn rebased(place: &Place) -> Result<(), Failed> {
    let both = with("column phone text nullable\n    column points integer default=0");
    let (project, desks) = apart(
        place,
        &with("column phone text nullable"),
        &with("column points integer default=0"),
        &both,
    )?;
    let [_, right, fresh] = &desks;
    let settings = format!(
        "environment dev {{ url \"{}\" }}\nenvironment mine {{ url \"{}\" }}\n",
        fresh.url(),
        right.url()
    );
    std::fs::write(project.path().join("reconcile.kdl"), settings)?;
    let id = project
        .succeeds(fresh, &["heads"])?
        .lines()
        .find(|line| line.ends_with("right"))
        .and_then(|line| Some(line.split_once(' ')?.0.to_owned()))
        .ok_or("no head of the right branch")?;
    let files = project.files()?;
    project.fails(
        fresh,
        &["rebase", &id],
        &["has revision", "of the branch", "reconcile downgrade"],
    )?;
    if project.files()? != files {
        return Err("a refused rebase changed a file".into());
    }
    project.succeeds(right, &["downgrade", "-1", "--yes", "--allow-destructive"])?;
    project.succeeds(fresh, &["rebase", &id])?;
    project.fails(fresh, &["rebase", "head"], &["nothing to stand on"])?;
    all_arrive(&project, &desks)
}

fn squashed(place: &Place) -> Result<(), Failed> {
    let project = Project::new()?;
    let [end, middle, fresh] = [place.desk("end")?, place.desk("middle")?, place.desk("fresh")?];
    project.declare(BASE)?;
    project.succeeds(&end, &["apply", "--yes", "-m", "one"])?;
    project.succeeds(&middle, &["apply", "--yes"])?;
    let phone = with("column phone text nullable");
    project.declare(&phone)?;
    project.succeeds(&end, &["apply", "--yes", "-m", "two"])?;
    project.declare(
        &phone
            .replace("column name", "column full_name")
            .replace("\"varchar(20)\"", "\"varchar(20)\" was=name"),
    )?;
    project.succeeds(&end, &["apply", "--yes", "-m", "three"])?;
    let said = project.succeeds(&end, &["squash", "base:head", "-m", "everything"])?;
    if project.files()?.len() != 1 || !said.contains("Proven equal") {
        return Err(said.into());
    }
    let said = project.succeeds(&end, &["apply", "--yes"])?;
    if !said.contains("Nothing to do") {
        return Err(said.into());
    }
    project.succeeds(&end, &["status", "--exit-code"])?;
    project.fails(
        &middle,
        &["apply", "--yes"],
        &["in the middle of what became", "everything", "version control"],
    )?;
    project.succeeds(&fresh, &["apply", "--yes"])?;
    for desk in [&fresh, &end] {
        project.succeeds(desk, &["status", "--exit-code"])?;
        project.succeeds(desk, &["downgrade", "base", "--yes", "--allow-destructive"])?;
        project.succeeds(desk, &["upgrade", "head", "--yes"])?;
        project.succeeds(desk, &["status", "--exit-code"])?;
    }
    Ok(())
}
