//! The reader of Alembic's files against the real Alembic: random files, each loaded by Alembic and read here without
//! running Python. What is read must be what Alembic reads; what only holds literals must be read; what Alembic cannot
//! load must be refused, with its place and what to do.
//!
//! `RECONCILE_TEST_PYTHON` names a Python that has Alembic; without it the test is shown as ignored.
//! `RECONCILE_ALEMBIC_FILES=20000` makes more files than 600, `RECONCILE_ALEMBIC_SEED=7` other ones.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use reconcile::diagnostic::Diagnostic;
use reconcile::revision::python::{self, Script};
use serde_json::Value;

fn main() {
    let arguments = Arguments::from_args();
    let python = std::env::var("RECONCILE_TEST_PYTHON").ok();
    let ignored = python.is_none();
    let files = move || python.map_or(Ok(()), |python| files(&python));
    let trials = vec![
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

fn files(python: &str) -> Result<(), Failed> {
    let count = number("RECONCILE_ALEMBIC_FILES", 600);
    let seed = number("RECONCILE_ALEMBIC_SEED", 1);
    let folder = tempfile::tempdir()?;
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/alembic_read/drive.py");
    let output = Command::new(python)
        .arg(script)
        .arg(folder.path())
        .args([seed.to_string(), count.to_string()])
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the driver ended with {}", output.status).into());
    }
    let (mut complaints, mut seen, mut read) = (Vec::new(), 0, 0);
    for line in String::from_utf8(output.stdout)?.lines() {
        let case: Value = serde_json::from_str(line)?;
        let path = case["path"].as_str().unwrap_or_default();
        let bytes = std::fs::read(path)?;
        let ours = python::parse(path, &bytes);
        read += usize::from(ours.is_ok());
        seen += 1;
        if let Some(complaint) = disagreement(&case, &ours) {
            complaints.push(format!(
                "{complaint}\n--- {path}\n{}\n--- {}",
                String::from_utf8_lossy(&bytes),
                case["alembic"]
            ));
        }
    }
    // A driver that makes nothing, or nothing that can be read, would prove nothing.
    if seen != count || read * 3 < count {
        return Err(format!("{seen} of {count} files were made, and {read} were read").into());
    }
    if complaints.is_empty() {
        return Ok(());
    }
    let shown: Vec<&str> = complaints.iter().take(5).map(String::as_str).collect();
    Err(format!("{} of {count} files:\n\n{}", complaints.len(), shown.join("\n\n")).into())
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
