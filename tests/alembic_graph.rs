//! The graph against the real Alembic: random graphs, random rows, random commands. For each, Alembic says whether the
//! command succeeds, which revisions run in which order, and which rows are left; the same is asked of [`RevisionMap`].
//!
//! `RECONCILE_TEST_PYTHON` names a Python that has Alembic; without it the test is shown as ignored.
//! `RECONCILE_ALEMBIC_GRAPHS=10000` makes more graphs than 100, `RECONCILE_ALEMBIC_SEED=7` other ones.
//!
//! Alembic keeps several `depends_on` in a set, so the order of independent branches can depend on how Python hashes:
//! where an answer differs, the case is run again under other hash seeds, and one of them has to agree.
//!
//! Where Alembic ends with a traceback, an error is right, or what was asked for. Beyond that, these are different on purpose, and each is
//! named by [`deliberate`]:
//!
//! - `downgrade -1` with several rows is refused: Alembic takes the row that the database returns first.
//! - A branch that is not there is refused: Alembic takes `downgrade typo@base` for `downgrade base`.
//! - `downgrade branch@revision` is refused where the revision is not on the branch: Alembic ignores the branch unless
//!   the chain forks just there.
//! - `stamp` of two revisions that stand on each other is refused: Alembic writes rows that it cannot use any more.
//! - `stamp heads` leaves all heads and nothing else, `stamp branch@heads` all heads of the branch, and `stamp a b` what
//!   one after the other leaves: Alembic can lose a row.
//! - Walks with `stamp` are refused: Alembic takes them from the heads, and only where there are no rows.
//! - A walk below base is refused, or ends at base: Alembic goes on from the head.
//! - `history A:current` on an empty database lists nothing, or is refused: Alembic takes it for the heads.
//! - `history -N:` lists from base where that is as far down as base for one of the heads, and `-N:+M` walks up
//!   again: Alembic refuses.
//! - A walk from an id with a dot goes on from there: Alembic does not read it as a walk, and finds nothing.
//! - Where a revision names a parent that another parent of it stands on, Alembic crashes, or leaves rows that it cannot use
//!   any more: there the rows have to be those revisions that nothing else that is applied stands on. Which of two branches
//!   comes first may differ there, too.
//! - `stamp branch@beginning` needs a beginning that is unique on the branch: Alembic wants a unique one if there are
//!   rows, and not if there are none.

#[path = "alembic_graph/files.rs"]
mod files;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use libtest_mimic::{Arguments, Failed, Trial};
use reconcile::diagnostic::Diagnostic;
use reconcile::revision::{Direction, Origin, Revision, RevisionMap};
use serde_json::Value;

/// How many hash seeds are tried before an answer is wrong.
const HASH_SEEDS: usize = 40;

fn main() {
    let arguments = Arguments::from_args();
    let python = std::env::var("RECONCILE_TEST_PYTHON").ok();
    let ignored = python.is_none();
    let commands = move || python.map_or(Ok(()), |python| commands(&python));
    let trials = vec![
        Trial::test("alembic_graph::every_command_answers_as_alembic_does", commands)
            .with_ignored_flag(ignored),
        Trial::test("alembic_graph::a_wrong_answer_is_seen", wrong_answers),
    ];
    libtest_mimic::run(&arguments, trials).exit();
}

fn number(name: &str, default: usize) -> usize {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// What Alembic says, one case a line.
fn asked(python: &str, hash_seed: usize, arguments: &[usize]) -> Result<Vec<Value>, Failed> {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/alembic_graph/drive.py");
    let output = Command::new(python)
        .arg(script)
        .args(arguments.iter().map(usize::to_string))
        .env("PYTHONHASHSEED", hash_seed.to_string())
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

fn commands(python: &str) -> Result<(), Failed> {
    let graphs = number("RECONCILE_ALEMBIC_GRAPHS", 100);
    let seed = number("RECONCILE_ALEMBIC_SEED", 1);
    let half = graphs / 2;
    let cases = std::thread::scope(|scope| {
        let first = scope.spawn(|| asked(python, 0, &[seed, 0, half]));
        let mut second = asked(python, 0, &[seed, half, graphs])?;
        let mut cases = first
            .join()
            .map_err(|_| Failed::from("the driver's thread ended"))??;
        cases.append(&mut second);
        Ok::<_, Failed>(cases)
    })?;
    if cases.len() != graphs {
        return Err(format!("{} cases instead of {graphs}", cases.len()).into());
    }
    let redundant = cases.iter().filter(|case| case["redundant"] == true).count();
    let refused = cases.iter().filter(|case| case["refused"].is_string()).count();
    let with_dots = cases
        .iter()
        .filter(|case| case["graph"].to_string().contains('.'))
        .count();
    let ours = cases.iter().filter(|case| has_ours(case)).count();
    if graphs >= 100 && [redundant, refused, with_dots, ours].contains(&0) {
        let found = format!(
            "{redundant} with redundant parents, {refused} that Alembic refuses, {with_dots} with dots in ids"
        );
        return Err(format!("the graphs are too tame: {found}, {ours} with files of ours").into());
    }
    let mut open: BTreeMap<usize, Vec<Wrong>> = BTreeMap::new();
    for case in &cases {
        let wrong = differences(case);
        if !wrong.is_empty() {
            open.insert(at(case), wrong);
        }
    }
    for hash_seed in 1..HASH_SEEDS {
        let left: Vec<usize> = open
            .keys()
            .copied()
            .filter(|case| hashes_matter(&open[case]))
            .collect();
        if left.is_empty() {
            break;
        }
        for case in asked(python, hash_seed, &[&[seed, 0, 0], left.as_slice()].concat())? {
            let wrong: Vec<usize> = differences(&case).iter().map(|wrong| wrong.step).collect();
            let found = open.entry(at(&case)).or_default();
            found.retain(|one| wrong.contains(&one.step));
        }
        open.retain(|_, wrong| !wrong.is_empty());
    }
    if open.is_empty() {
        return Ok(());
    }
    let mut said = format!(
        "{} of {graphs} graphs differ, RECONCILE_ALEMBIC_SEED={seed}\n",
        open.len()
    );
    for case in cases.iter().filter(|case| open.contains_key(&at(case))).take(5) {
        said.push_str(&format!("case {}\n{}", at(case), in_lines(&case["graph"])));
        for wrong in &open[&at(case)] {
            said.push_str(&format!("{}\n", wrong.text));
        }
    }
    Err(said.into())
}

fn has_ours(case: &Value) -> bool {
    let map = files::loaded(at(case), &case["graph"]);
    map.is_ok_and(|map| map.in_order().iter().any(|one| one.origin == Origin::Native))
}

fn at(case: &Value) -> usize {
    case["case"]
        .as_u64()
        .and_then(|at| usize::try_from(at).ok())
        .unwrap_or(usize::MAX)
}

fn in_lines(graph: &Value) -> String {
    let revisions = graph.as_array().into_iter().flatten();
    revisions.map(|revision| format!("  {revision}\n")).collect()
}

/// One answer that is not Alembic's.
#[derive(Debug)]
struct Wrong {
    step: usize,
    /// Whether the graph has several `depends_on` somewhere.
    hashes: bool,
    text: String,
}

fn hashes_matter(wrong: &[Wrong]) -> bool {
    wrong.iter().all(|wrong| wrong.hashes)
}

/// Where we answer something else than Alembic in a case.
fn differences(case: &Value) -> Vec<Wrong> {
    let mut out = Vec::new();
    let several = |revision: &Value| revision["needs"].as_array().is_some_and(|needs| needs.len() > 1);
    let hashes = case["graph"]
        .as_array()
        .is_some_and(|graph| graph.iter().any(several));
    let mut wrong = |step: usize, text: String| out.push(Wrong { step, hashes, text });
    let map = match (files::loaded(at(case), &case["graph"]), &case["refused"]) {
        (Ok(map), Value::Null) => map,
        (Err(_), Value::String(_)) => return out,
        (Ok(_), refused) => {
            wrong(0, format!("the graph is read, and Alembic says: {refused}"));
            return out;
        }
        (Err(problems), _) => {
            wrong(0, format!("the graph is refused: {problems}"));
            return out;
        }
    };
    let redundant = case["redundant"] == true;
    for revision in map.in_order() {
        let marks = map.marks(&revision.id);
        let ours = serde_json::json!({
            "head": marks.head,
            "effective_head": marks.effective_head,
            "branchpoint": marks.branchpoint,
            "mergepoint": marks.mergepoint,
            "labels": marks.labels,
        });
        let theirs = &case["marks"][&revision.id];
        if ours != *theirs {
            wrong(
                1000,
                format!("marks of {}: {ours} instead of {theirs}", revision.id),
            );
        }
    }
    if !redundant && !map.warnings().is_empty() {
        wrong(1001, format!("warnings: {:?}", map.warnings()));
    }
    for (at, step) in case["steps"].as_array().into_iter().flatten().enumerate() {
        let asked = Step::of(step);
        if let Err(text) = compare(&map, &asked)
            && !(redundant && by_the_rule(&map, &case["graph"], &asked))
        {
            wrong(at, format!("{step}\n  {text}"));
        }
    }
    out
}

fn texts(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten();
    texts
        .filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

fn revision(value: &Value) -> Revision {
    let id = value["id"].as_str().unwrap_or_default().to_owned();
    Revision {
        origin: Origin::Alembic,
        replaces: Vec::new(),
        path: PathBuf::from(format!("{id}.py")),
        id,
        message: String::new(),
        down_revisions: texts(&value["down"]),
        branch_labels: texts(&value["labels"]),
        depends_on: texts(&value["needs"]),
        created: String::new(),
        phase: None,
        notes: Vec::new(),
        scripts: Vec::new(),
    }
}

fn map(graph: &Value) -> Result<RevisionMap, Vec<Diagnostic>> {
    RevisionMap::new(graph.as_array().into_iter().flatten().map(revision).collect())
}

/// A command, and what Alembic made of it.
struct Step {
    rows: Vec<String>,
    command: String,
    targets: Vec<String>,
    outcome: String,
    answer: Answer,
    one_by_one: Option<Vec<String>>,
}

impl Step {
    fn of(value: &Value) -> Self {
        let text = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        Self {
            rows: texts(&value["rows"]),
            command: text("command"),
            targets: texts(&value["targets"]),
            outcome: text("outcome"),
            answer: Answer {
                ran: texts(&value["ran"]),
                after: texts(&value["after"]),
            },
            one_by_one: value["one_by_one"]
                .is_array()
                .then(|| texts(&value["one_by_one"])),
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Answer {
    ran: Vec<String>,
    /// Sorted.
    after: Vec<String>,
}

fn ours(map: &RevisionMap, step: &Step) -> Result<Answer, Diagnostic> {
    let targets: Vec<&str> = step.targets.iter().map(String::as_str).collect();
    let ids = |way: &[&Revision]| way.iter().map(|revision| revision.id.clone()).collect();
    let (way, direction) = match step.command.as_str() {
        "upgrade" => (map.upgrade(&step.rows, &targets)?, Direction::Upgrade),
        "downgrade" => (map.downgrade(&step.rows, targets[0])?, Direction::Downgrade),
        "stamp" => {
            return Ok(Answer {
                ran: Vec::new(),
                after: map.stamp(&step.rows, &targets)?,
            });
        }
        _ => {
            let mut after = step.rows.clone();
            after.sort();
            return Ok(Answer {
                ran: ids(&map.history(targets[0], &step.rows)?),
                after,
            });
        }
    };
    let stages = map.stages(&step.rows, &way, direction);
    assert_eq!(
        stages.len(),
        way.len(),
        "each revision can run after the one before: {:?}",
        step.targets
    );
    let mut rows = step.rows.clone();
    rows.sort();
    Ok(Answer {
        ran: ids(&way),
        after: stages.last().map_or(rows, |last| last.after.clone()),
    })
}

fn compare(map: &RevisionMap, step: &Step) -> Result<(), String> {
    let ours = ours(map, step);
    let agrees = match (&ours, step.outcome.as_str()) {
        (Err(_), "crash" | "refused") => true,
        (Ok(ours), "crash") => instead_of_a_traceback(step, ours),
        (Ok(ours), "ok") => *ours == step.answer,
        _ => false,
    };
    if agrees || deliberate(map, step, &ours) {
        return Ok(());
    }
    Err(match ours {
        Ok(ours) => format!("ours: {ours:?}"),
        Err(problem) => format!("ours: {} {}", problem.code, problem.message),
    })
}

/// Whether this is what the command asks for, though Alembic cannot do it: nothing, on the way up to a target that is
/// base; the same as one target after the other.
fn instead_of_a_traceback(step: &Step, ours: &Answer) -> bool {
    match step.command.as_str() {
        "upgrade" => ours.ran.is_empty(),
        "stamp" => step.one_by_one.as_ref() == Some(&ours.after),
        "history" => true,
        _ => false,
    }
}

/// Whether the same revisions run as with Alembic, where it can, and the rows are those that nothing else that is applied
/// stands on.
fn by_the_rule(map: &RevisionMap, graph: &Value, step: &Step) -> bool {
    let Ok(ours) = ours(map, step) else {
        return step.outcome != "ok";
    };
    let set = |ids: &[String]| -> BTreeSet<String> { ids.iter().cloned().collect() };
    let same = step.outcome != "ok" || set(&ours.ran) == set(&step.answer.ran);
    let mut applied = below(graph, &step.rows);
    match step.command.as_str() {
        "upgrade" => applied.extend(ours.ran.iter().cloned()),
        "downgrade" => applied.retain(|id| !ours.ran.contains(id)),
        "stamp" => applied = below(graph, &ours.after),
        // Newest first: nothing comes after what it stands on.
        _ => {
            let is_told_late = |(place, id): (usize, &String)| {
                let below = below(graph, &parents(graph, id));
                ours.ran[..place].iter().any(|earlier| below.contains(earlier))
            };
            return same && !ours.ran.iter().enumerate().any(is_told_late);
        }
    }
    let strictly_below: BTreeSet<String> = applied
        .iter()
        .flat_map(|id| below(graph, &parents(graph, id)))
        .collect();
    let rows: Vec<String> = applied.difference(&strictly_below).cloned().collect();
    same && rows == ours.after
}

/// What a revision stands on, labels replaced.
fn parents(graph: &Value, id: &str) -> Vec<String> {
    let revisions = || graph.as_array().into_iter().flatten();
    let own = |name: &str| texts(&revisions().find(|one| one["id"] == id).unwrap_or(&Value::Null)[name]);
    let named = |name: String| {
        let labelled = revisions().find(|one| texts(&one["labels"]).contains(&name));
        labelled
            .and_then(|one| Some(one["id"].as_str()?.to_owned()))
            .unwrap_or(name)
    };
    own("down").into_iter().chain(own("needs")).map(named).collect()
}

/// These revisions, and all that they stand on.
fn below(graph: &Value, ids: &[String]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut open = ids.to_vec();
    while let Some(id) = open.pop() {
        if found.insert(id.clone()) {
            open.extend(parents(graph, &id));
        }
    }
    found
}

/// Whether this difference is one of those that are listed above.
fn deliberate(map: &RevisionMap, step: &Step, ours: &Result<Answer, Diagnostic>) -> bool {
    let first = step.targets[0].as_str();
    let command = step.command.as_str();
    match ours {
        Err(problem) => match (command, problem.code) {
            // The rows, and no branch that says which.
            ("downgrade", "RC0416") => first.starts_with('-') && step.rows.len() > 1,
            (_, "RC0419") | ("stamp", "RC0421") => true,
            ("downgrade", "RC0420") => first.contains('@'),
            ("stamp", "RC0415") => step.rows.is_empty() && first.contains('-'),
            ("upgrade" | "downgrade", "RC0417") => first.contains("base-"),
            ("history", "RC0423") => step.rows.is_empty() && first.ends_with(":current"),
            _ => false,
        },
        Ok(_) if step.outcome == "refused" && walks_from_a_dot(first) => true,
        Ok(ours) => match command {
            "stamp" if step.targets == ["heads"] => {
                let mut heads: Vec<String> = map.real_heads().iter().map(|head| head.id.clone()).collect();
                heads.sort();
                ours.after == heads
            }
            "stamp" if first.ends_with("@heads") => keeps_every_head(map, step, ours),
            "stamp" if step.one_by_one.is_some() => step.one_by_one.as_ref() == Some(&ours.after),
            "stamp" => is_unique_on_the_branch(map, first),
            "history" => history_is_ours(map, step, ours),
            _ => false,
        },
    }
}

/// `v1.2+1`.
fn walks_from_a_dot(target: &str) -> bool {
    let word = target.trim_end_matches(|c: char| c.is_ascii_digit());
    word.len() < target.len() && word.ends_with(['+', '-']) && word.contains('.')
}

/// Whether only the branch says which revision is meant.
fn is_unique_on_the_branch(map: &RevisionMap, target: &str) -> bool {
    let alone = target.rsplit_once('@').map(|(_, word)| map.stamp(&[], &[word]));
    matches!(alone, Some(Err(problem)) if problem.code == "RC0414")
}

/// Whether the rows are the heads of the branch, and rows that were there.
fn keeps_every_head(map: &RevisionMap, step: &Step, ours: &Answer) -> bool {
    let heads = map.stamp(&[], &[step.targets[0].as_str()]).unwrap_or_default();
    let known = |row: &String| heads.contains(row) || step.rows.contains(row);
    heads.iter().all(|head| ours.after.contains(head)) && ours.after.iter().all(known)
}

fn history_is_ours(map: &RevisionMap, step: &Step, ours: &Answer) -> bool {
    let (lower, upper) = step.targets[0].split_once(':').unwrap_or_default();
    if upper == "current" && step.rows.is_empty() {
        return ours.ran.is_empty();
    }
    let from_base = map.history(&format!(":{upper}"), &step.rows).unwrap_or_default();
    let is_whole = from_base.iter().map(|revision| &revision.id).eq(&ours.ran);
    let goes_up_again = step.outcome == "refused" && upper.starts_with('+');
    let is_ambiguous = step.outcome == "refused" || upper == "current" && step.rows.len() > 1;
    lower.starts_with('-') && (goes_up_again || is_whole && is_ambiguous)
}

/// The comparison notices an answer that Alembic would not give.
fn wrong_answers() -> Result<(), Failed> {
    let graph = serde_json::json!([
        {"id": "aaaa", "down": [], "labels": [], "needs": []},
        {"id": "bbbb", "down": ["aaaa"], "labels": [], "needs": []},
    ]);
    let map = map(&graph).map_err(|problems| format!("{problems:?}"))?;
    let step = |outcome: &str, ran: &[&str], after: &[&str]| {
        Step::of(&serde_json::json!({
            "rows": [], "command": "upgrade", "targets": ["head"], "outcome": outcome, "ran": ran, "after": after,
        }))
    };
    for (step, is_right) in [
        (step("ok", &["aaaa", "bbbb"], &["bbbb"]), true),
        (step("ok", &["bbbb", "aaaa"], &["bbbb"]), false),
        (step("ok", &["aaaa", "bbbb"], &["aaaa", "bbbb"]), false),
        (step("ok", &["aaaa"], &["aaaa"]), false),
        (step("refused", &[], &[]), false),
    ] {
        if compare(&map, &step).is_ok() != is_right {
            return Err(format!("{} {:?} is taken for right or wrong", step.outcome, step.answer).into());
        }
    }
    Ok(())
}
