//! The readers of Alembic's files against the real Alembic: random revisions and configurations, each loaded by Alembic
//! and read here without running Python. What is read must be what Alembic reads; what only holds literals must be read; what Alembic cannot
//! load must be refused, with its place and what to do.
//!
//! `RECONCILE_TEST_PYTHON` names a Python that has Alembic; without it the test is shown as ignored.
//! `RECONCILE_ALEMBIC_FILES=20000` makes more files than 600, `RECONCILE_ALEMBIC_SEED=7` other ones.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use reconcile::config::alembic::{self, AlembicProject};
use reconcile::diagnostic::Diagnostic;
use reconcile::revision::python::{self, Script};
use serde_json::Value;

fn main() {
    let arguments = Arguments::from_args();
    let python = std::env::var("RECONCILE_TEST_PYTHON").ok();
    let ignored = python.is_none();
    let other = python.clone();
    let files = move || python.map_or(Ok(()), |python| files(&python));
    let settings = move || other.map_or(Ok(()), |python| settings(&python));
    let trials = vec![
        Trial::test(
            "alembic_read::every_configuration_is_read_as_alembic_reads_it",
            settings,
        )
        .with_ignored_flag(ignored),
        Trial::test("alembic_read::every_file_is_read_as_alembic_reads_it", files).with_ignored_flag(ignored),
        Trial::test("alembic_read::a_wrong_answer_is_seen", wrong_answers),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// What a driver says, one case a line.
fn asked(python: &str, driver: &str, folder: &Path, count: usize) -> Result<Vec<Value>, Failed> {
    let seed = number("RECONCILE_ALEMBIC_SEED", 1);
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/alembic_read")
        .join(driver);
    let output = Command::new(python)
        .arg(script)
        .arg(folder)
        .args([seed.to_string(), count.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the driver ended with {}", output.status).into());
    }
    let lines = String::from_utf8(output.stdout)?;
    let cases: Result<Vec<Value>, serde_json::Error> = lines.lines().map(serde_json::from_str).collect();
    Ok(cases?)
}

/// Fails with the first few of what is wrong. A driver that makes too little that can be read would prove nothing.
fn judge(complaints: &[String], seen: usize, read: usize, count: usize) -> Result<(), Failed> {
    if seen != count || read * 3 < count {
        return Err(format!("{seen} of {count} cases were made, and {read} were read").into());
    }
    if complaints.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = complaints.iter().take(5).map(String::as_str).collect();
    Err(format!("{} of {count}:\n\n{}", complaints.len(), shown.join("\n\n")).into())
}

fn files(python: &str) -> Result<(), Failed> {
    let count = number("RECONCILE_ALEMBIC_FILES", 600);
    let folder = tempfile::tempdir()?;
    let cases = asked(python, "drive.py", folder.path(), count)?;
    let (mut complaints, mut read) = (Vec::new(), 0);
    for case in &cases {
        let path = case["path"].as_str().unwrap_or_default();
        let bytes = std::fs::read(path)?;
        let ours = python::parse(path, &bytes);
        read += usize::from(ours.is_ok());
        if let Some(complaint) = disagreement(case, &ours) {
            complaints.push(format!(
                "{complaint}\n--- {path}\n{}\n--- {}",
                String::from_utf8_lossy(&bytes),
                case["alembic"]
            ));
        }
    }
    judge(&complaints, cases.len(), read, count)
}

fn settings(python: &str) -> Result<(), Failed> {
    let count = number("RECONCILE_ALEMBIC_FILES", 600);
    let folder = tempfile::tempdir()?;
    let cases = asked(python, "configure.py", folder.path(), count)?;
    let (mut complaints, mut read) = (Vec::new(), 0);
    for case in &cases {
        let place = Path::new(case["path"].as_str().unwrap_or_default());
        let (named, section) = (case["named"].as_str(), case["section"].as_str());
        let ours = alembic::read(place, named.map(Path::new), section);
        read += usize::from(matches!(ours, Ok(Some(_))));
        if let Some(complaint) = misread(&case["alembic"], &ours) {
            let text = |name: &str| std::fs::read_to_string(place.join(name)).unwrap_or_default();
            complaints.push(format!(
                "{complaint}\n--- ini\n{}\n--- toml\n{}\n--- {}",
                text(named.unwrap_or("alembic.ini")),
                text("pyproject.toml"),
                case["alembic"]
            ));
        }
    }
    judge(&complaints, cases.len(), read, count)
}

/// What is wrong with our answer to a configuration.
fn misread(alembic: &Value, ours: &Result<Option<AlembicProject>, Vec<Diagnostic>>) -> Option<String> {
    let is = |name: &str| alembic.get(name).is_some();
    match ours {
        Err(problems) if is("error") => problems
            .iter()
            .find(|problem| problem.help.is_none())
            .map(|problem| format!("is told without a remedy: {problem:#?}")),
        Err(problems) => Some(format!("was refused: {problems:#?}")),
        Ok(_) if is("error") => Some("was read, and Alembic cannot read it".to_owned()),
        Ok(None) => (!is("none")).then(|| "was taken for no project".to_owned()),
        Ok(Some(_)) if is("none") => Some("was taken for a project".to_owned()),
        Ok(Some(found)) => {
            let path = |path: &Path| path.components().collect::<PathBuf>().display().to_string();
            let ours = serde_json::json!({
                "script_location": path(&found.script_location),
                "locations": found.locations.iter().map(|found| path(found)).collect::<Vec<_>>(),
                "recursive": found.recursive,
                "sourceless": found.sourceless,
                "file_template": found.file_template,
                "slug": found.longest_slug.unwrap_or(40),
                "url": found.url,
                "timezone": found.timezone,
            });
            (&ours != alembic).then(|| format!("was read as {ours}"))
        }
    }
}

/// What is wrong with our answer.
fn disagreement(case: &Value, ours: &Result<Script, Vec<Diagnostic>>) -> Option<String> {
    let (expected, alembic) = (case["expected"].as_str().unwrap_or_default(), &case["alembic"]);
    match ours {
        Err(problems) => {
            let bare = problems
                .iter()
                .find(|problem| problem.help.is_none() || !tells_where(problem, case));
            match (expected, bare) {
                ("read", _) => Some(format!("was refused: {problems:#?}")),
                (_, Some(problem)) => Some(format!("is told without a place or a remedy: {problem:#?}")),
                (_, None) => None,
            }
        }
        Ok(_) if alembic.get("error").is_some() => Some("was read, and Alembic cannot load it".to_owned()),
        Ok(script) if expected == "wrong" => Some(format!("holds a mistake, and was read as {script:#?}")),
        Ok(script) => differing(script, alembic),
    }
}

/// By a span, or by the name of the file in the message.
fn tells_where(problem: &Diagnostic, case: &Value) -> bool {
    problem.span.is_some()
        || problem
            .message
            .contains(case["path"].as_str().unwrap_or("no path"))
}

/// The first thing that was read otherwise.
fn differing(script: &Script, alembic: &Value) -> Option<String> {
    let found = &script.revision;
    for (name, one) in [("revision", &found.id), ("doc", &found.message)] {
        if alembic[name].as_str() != Some(one) {
            return Some(format!("{name} was read as {one:?}"));
        }
    }
    for (name, ours) in [
        ("down_revision", &found.down_revisions),
        ("branch_labels", &found.branch_labels),
        ("depends_on", &found.depends_on),
    ] {
        let mut ours: Vec<&str> = ours.iter().map(String::as_str).collect();
        let theirs = alembic[name].as_array().into_iter().flatten();
        let theirs: Vec<&str> = theirs.filter_map(Value::as_str).collect();
        let is_set = alembic["sets"]
            .as_array()
            .is_some_and(|sets| sets.iter().any(|set| set == name));
        if is_set {
            // The order of a set is Python's own affair.
            ours.sort_unstable();
        }
        if ours != theirs {
            return Some(format!("{name} was read as {ours:?}"));
        }
    }
    None
}

/// The comparison itself: an answer that is not Alembic's is told.
fn wrong_answers() -> Result<(), Failed> {
    let text = "revision = 'aa'\ndown_revision = ('bb', 'cc')\ndef upgrade(): pass\ndef downgrade(): pass\n";
    let path = Path::new("aa.py").display().to_string();
    let ours = python::parse(&path, text.as_bytes());
    let case = |expected: &str, revision: &str, parents: &[&str]| {
        serde_json::json!({
            "path": path,
            "expected": expected,
            "alembic": {
                "revision": revision, "down_revision": parents, "branch_labels": [], "depends_on": [], "doc": "", "sets": [],
            },
        })
    };
    let refused = python::parse(&path, b"revision = f()\n");
    let failed = serde_json::json!({ "path": path, "expected": "opaque", "alembic": { "error": "no" } });
    let answers = [
        (case("read", "aa", &["bb", "cc"]), &ours, false),
        (case("read", "ab", &["bb", "cc"]), &ours, true),
        (case("read", "aa", &["cc", "bb"]), &ours, true),
        (case("opaque", "aa", &["bb"]), &ours, true),
        (case("wrong", "aa", &["bb", "cc"]), &ours, true),
        (failed, &ours, true),
        (case("opaque", "aa", &[]), &refused, false),
        (case("read", "aa", &[]), &refused, true),
    ];
    for (case, ours, is_wrong) in answers {
        let said = disagreement(&case, ours);
        if said.is_some() != is_wrong {
            return Err(format!("{case}\n{said:?}").into());
        }
    }
    Ok(())
}
