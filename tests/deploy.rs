//! Deploying: the files in `deploy/` say commands that work, and `apply --frozen --wait` does what a container or a job
//! before a rollout needs: it waits for the database, and of several at once each revision is applied by one.

#[path = "support/server.rs"]
mod server;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use saphyr::{LoadableYamlNode as _, YamlOwned};
use server::Database;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const APPLY: &str = "apply --frozen --wait 60s";

fn main() {
    let arguments = Arguments::from_args();
    let server = std::env::var("RECONCILE_TEST_POSTGRES").ok();
    let on_postgres = |name: &str, test: fn(&Database) -> Result<(), Failed>| {
        let server = server.clone();
        let ignored = server.is_none();
        Trial::test(format!("deploy::{name}::postgres"), move || {
            server.map_or(Ok(()), |server| test(&Database::new(&server)?))
        })
        .with_ignored_flag(ignored)
    };
    let trials = vec![
        Trial::test("deploy::the_commands_of_the_files", the_commands_of_the_files),
        Trial::test("deploy::the_image_runs_the_command", the_image_runs_the_command),
        Trial::test("deploy::gives_up_in_time", gives_up_in_time),
        Trial::test(
            "deploy::a_wrong_time_to_wait_is_refused",
            a_wrong_time_to_wait_is_refused,
        ),
        Trial::test("deploy::writes_no_file", writes_no_file),
        Trial::test("deploy::replicas::sqlite", || replicas("sqlite:chat.db")),
        on_postgres("replicas", |database| {
            database.create()?;
            replicas(&database.url)
        }),
        on_postgres("waits_for_the_database", waits_for_the_database),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

/// A copy of what an image has: the settings, the declarations, the chain.
fn project() -> Result<tempfile::TempDir, Failed> {
    let folder = tempfile::tempdir()?;
    for name in ["schema", "plans"] {
        std::fs::create_dir(folder.path().join(name))?;
        for entry in std::fs::read_dir(Path::new(ROOT).join(name))? {
            let entry = entry?;
            std::fs::copy(entry.path(), folder.path().join(name).join(entry.file_name()))?;
        }
    }
    std::fs::copy(
        Path::new(ROOT).join("reconcile.kdl"),
        folder.path().join("reconcile.kdl"),
    )?;
    Ok(folder)
}

fn start(folder: &Path, url: &str, line: &str) -> Result<Child, Failed> {
    let child = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .args(line.split_whitespace())
        .current_dir(folder)
        .env_clear()
        .env("HOME", folder)
        .env("DATABASE_URL", url)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    Ok(child)
}

/// The status and everything said.
fn end(child: Child) -> Result<(Option<i32>, String), Failed> {
    let output = child.wait_with_output()?;
    let said = [output.stdout, output.stderr].concat();
    Ok((output.status.code(), String::from_utf8_lossy(&said).into_owned()))
}

fn succeeds(folder: &Path, url: &str, line: &str) -> Result<String, Failed> {
    match end(start(folder, url, line)?)? {
        (Some(0), said) => Ok(said),
        (status, said) => Err(format!("`reconcile {line}` ended with {status:?}\n{said}").into()),
    }
}

fn the_commands_of_the_files() -> Result<(), Failed> {
    for name in ["compose.yaml", "job.yaml", "github-actions.yml"] {
        let text = std::fs::read_to_string(Path::new(ROOT).join("deploy").join(name))?;
        let documents = YamlOwned::load_from_str(&text)?;
        let mut lines = Vec::new();
        for document in &documents {
            commands(document, &mut lines);
        }
        if lines.is_empty() {
            return Err(format!("{name} runs no command of ours").into());
        }
        let folder = project()?;
        for line in lines {
            succeeds(folder.path(), "sqlite:chat.db", &line).map_err(|failed| {
                Failed::from(format!("{name}: {}", failed.message().unwrap_or_default()))
            })?;
        }
    }
    Ok(())
}

/// What follows `reconcile` in every `run:` and `command:`.
fn commands(node: &YamlOwned, out: &mut Vec<String>) {
    if let Some(items) = node.as_sequence() {
        let words: Option<Vec<&str>> = items.iter().map(YamlOwned::as_str).collect();
        match words.as_deref() {
            Some(["reconcile", rest @ ..]) => out.push(rest.join(" ")),
            _ => {
                for item in items {
                    commands(item, out);
                }
            }
        }
    } else if let Some(pairs) = node.as_mapping() {
        for (key, value) in pairs {
            match (key.as_str(), value.as_str()) {
                (Some("run"), Some(script)) => {
                    out.extend(
                        script
                            .lines()
                            .filter_map(|line| line.trim().strip_prefix("reconcile "))
                            .map(str::to_owned),
                    );
                }
                _ => commands(value, out),
            }
        }
    }
}

fn the_image_runs_the_command() -> Result<(), Failed> {
    let text = std::fs::read_to_string(Path::new(ROOT).join("deploy/Dockerfile"))?;
    let command = text
        .lines()
        .find_map(|line| line.strip_prefix("CMD "))
        .ok_or("no CMD")?;
    let words: Vec<String> = serde_json::from_str(command)?;
    let folder = project()?;
    succeeds(folder.path(), "sqlite:chat.db", &words[1..].join(" "))?;
    // Each file that is copied into the image is there to be copied.
    for line in text
        .lines()
        .filter(|line| line.starts_with("COPY ") && !line.contains("--from"))
    {
        let source: PathBuf = line.split_whitespace().nth(1).unwrap_or_default().into();
        if !Path::new(ROOT).join(&source).exists() {
            return Err(format!("{line}: there is no {}", source.display()).into());
        }
    }
    Ok(())
}

fn gives_up_in_time() -> Result<(), Failed> {
    let folder = project()?;
    // Port 9 is the discard service, which nobody runs.
    let (status, said) = end(start(
        folder.path(),
        "postgres://chat@127.0.0.1:9/chat",
        "apply --frozen --wait 300ms",
    )?)?;
    if status == Some(2) && said.contains("cannot connect to PostgreSQL at 127.0.0.1:9") {
        return Ok(());
    }
    Err(format!("ended with {status:?}\n{said}").into())
}

fn a_wrong_time_to_wait_is_refused() -> Result<(), Failed> {
    let folder = project()?;
    for line in ["apply --frozen --wait soon", "apply --frozen --wait=-3s"] {
        let (status, said) = end(start(folder.path(), "sqlite:chat.db", line)?)?;
        if status != Some(2) || !said.contains("--wait") {
            return Err(format!("`{line}` ended with {status:?}\n{said}").into());
        }
    }
    Ok(())
}

fn writes_no_file() -> Result<(), Failed> {
    let folder = project()?;
    let declared = folder.path().join("schema").join("new.kdl");
    std::fs::write(
        declared,
        "table not_planned_yet {\n    column id bigint\n    primary-key id\n}\n",
    )?;
    let plans = || std::fs::read_dir(folder.path().join("plans")).map(Iterator::count);
    let before = plans()?;
    succeeds(folder.path(), "sqlite:chat.db", APPLY)?;
    let again = succeeds(folder.path(), "sqlite:chat.db", APPLY)?;
    if plans()? == before && again.contains("Nothing to do") {
        return Ok(());
    }
    Err(format!("a file was written, or something done\n{again}").into())
}

/// Four at once: all succeed, and each revision is applied by one of them, which says so in a line.
fn replicas(url: &str) -> Result<(), Failed> {
    let folder = project()?;
    let started: Result<Vec<Child>, Failed> = (0..4).map(|_| start(folder.path(), url, APPLY)).collect();
    let mut applied = Vec::new();
    for child in started? {
        let (status, said) = end(child)?;
        if status != Some(0) {
            return Err(format!("one of them ended with {status:?}\n{said}").into());
        }
        let lines = said.lines().filter_map(|line| line.strip_prefix("✓ applied "));
        applied.extend(lines.filter_map(|line| Some(line.split_once(' ')?.0.to_owned())));
    }
    let revisions = std::fs::read_dir(folder.path().join("plans"))?.count();
    let said = applied.len();
    applied.sort();
    applied.dedup();
    if said == revisions && applied.len() == revisions {
        return Ok(());
    }
    Err(format!(
        "{revisions} revisions, {said} lines about {} of them",
        applied.len()
    )
    .into())
}

fn waits_for_the_database(database: &Database) -> Result<(), Failed> {
    let folder = project()?;
    let mut child = start(folder.path(), &database.url, APPLY)?;
    std::thread::sleep(Duration::from_millis(300));
    if let Some(status) = child.try_wait()? {
        return Err(format!("did not wait for the database: {status}").into());
    }
    database.create()?;
    match end(child)? {
        (Some(0), said) if said.contains("is up to date") => Ok(()),
        (status, said) => Err(format!("ended with {status:?}\n{said}").into()),
    }
}
