//! The data is asked before a plan is written, and its answer is the truth: on random rows `plan` refuses exactly where
//! the statements themselves would fail, on every engine.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::Value;

use support::engine::{Database, Engine, engines_of_the_day};
use support::program::reconcile;

const BEFORE: &str = "
table parents {
    column id bigint
    primary-key id
}
table t {
    column id bigint
    column a integer nullable
    column b text nullable
    column p bigint nullable
    primary-key id
}
";

/// A change of the table `t`: its name, the engine it is of, the lines that replace those of the same column, the
/// lines that are added, and what stands beside the table on both sides.
struct Shape {
    name: &'static str,
    engine: Option<&'static str>,
    column: Option<(&'static str, &'static str)>,
    added: &'static str,
    beside: &'static str,
}

impl Shape {
    const fn only(self, engine: &'static str) -> Self {
        Self {
            engine: Some(engine),
            ..self
        }
    }

    const fn beside(self, beside: &'static str) -> Self {
        Self { beside, ..self }
    }
}

const fn shape(name: &'static str, added: &'static str) -> Shape {
    Shape {
        name,
        engine: None,
        column: None,
        added,
        beside: "",
    }
}

const fn column(name: &'static str, of: &'static str, line: &'static str, added: &'static str) -> Shape {
    Shape {
        name,
        engine: None,
        column: Some((of, line)),
        added,
        beside: "",
    }
}

const fn postgres(name: &'static str, of: &'static str, line: &'static str, added: &'static str) -> Shape {
    Shape {
        engine: Some("postgres"),
        ..column(name, of, line, added)
    }
}

const SHAPES: &[Shape] = &[
    column("required", "a", "column a integer", ""),
    shape("required-and-new", "column c text"),
    shape("unique", "unique b"),
    shape("unique-pair", "unique a b"),
    shape(
        "unique-expression",
        "index (sql)\"lower(b)\" unique name=t_b_lower",
    ),
    shape("unique-some", "index b unique where=\"a > 2\" name=t_b_some"),
    shape("check", "check \"a > 1\" name=t_a_large"),
    shape("foreign-key", "foreign-key p references=parents"),
    postgres("short", "b", "column b \"varchar(3)\" nullable", ""),
    postgres(
        "short-and-unique",
        "b",
        "column b \"varchar(3)\" nullable",
        "unique b",
    ),
    postgres("small", "a", "column a smallint nullable", ""),
    postgres(
        "number",
        "b",
        "column b integer nullable using=\"b::integer\"",
        "",
    ),
    postgres(
        "number-and-unique",
        "b",
        "column b integer nullable using=\"b::integer\"",
        "unique b",
    ),
    shape("filled-and-unique", "column c text backfill=\"x\"; unique c"),
    shape("default-and-unique", "column c integer default=7; unique c"),
    shape(
        "optional-and-check",
        "column c integer nullable default=9 backfill=(sql)\"a\"; check \"c > 1\" name=t_c_large",
    ),
    shape(
        "filled-from-another-and-unique",
        "column c text backfill=(sql)\"coalesce(b, 'none')\"; unique c",
    ),
    shape("filled-from-another", "column c text backfill=(sql)\"b\""),
    shape(
        "filled-pair",
        "column c text backfill=\"x\"; unique a c; index c a unique name=t_c_a where=\"b IS NOT NULL\"",
    ),
    shape(
        "filled-and-check",
        "column c integer backfill=(sql)\"coalesce(a, 5)\"; check \"c > 1\" name=t_c_large",
    ),
    shape(
        "empty-and-check",
        "column c integer nullable; check \"c IS NOT NULL OR a > 1\" name=t_c_or_a",
    ),
    shape(
        "filled-and-foreign-key",
        "column c bigint backfill=(sql)\"coalesce(p, 2)\"; foreign-key c references=parents",
    ),
    column(
        "required-and-unique",
        "a",
        "column a integer backfill=3",
        "unique a; check \"a <> 3 OR b IS NULL\" name=t_a_b",
    ),
    shape(
        "computed-and-unique",
        "column c integer nullable generated-virtual=\"a + 1\"; unique c",
    )
    .only("sqlite"),
    shape(
        "stored-and-unique",
        "column c integer nullable generated=\"a + 1\"; unique c",
    )
    .only("postgres"),
    shape("filled-domain", "column c small_amount backfill=(sql)\"a\"")
        .only("postgres")
        .beside("domain small_amount integer { check \"VALUE < 1000\" name=small }"),
    shape("filled-domain-not-null", "column c amount backfill=(sql)\"1\"")
        .only("postgres")
        .beside("domain amount integer not-null"),
    shape(
        "filled-short",
        "column c \"varchar(3)\" nullable backfill=(sql)\"b\"",
    )
    .only("postgres"),
    shape("computed", "column c integer nullable generated=\"100 / a\"").only("postgres"),
    column(
        "required-from-another",
        "a",
        "column a integer backfill=(sql)\"b::integer\"",
        "",
    )
    .only("postgres"),
    postgres(
        "number-and-check",
        "b",
        "column b integer nullable using=\"b::integer\"",
        "check \"b > 10\" name=t_b_large",
    ),
    postgres("day", "b", "column b date nullable using=\"b::date\"", ""),
];

/// How often each shape is filled with other rows.
const FILLS: u64 = 8;

fn main() {
    let arguments = Arguments::from_args();
    let (running, missing) = engines_of_the_day();
    let mut trials = Vec::new();
    for engine in &running {
        for shape in SHAPES {
            if shape.engine.is_some_and(|only| only != engine.kind()) {
                continue;
            }
            let engine = engine.clone();
            let title = format!("{}::{}", shape.name, engine.name);
            trials.push(Trial::test(title, move || truthful(shape, &engine)));
        }
        let engine = engine.clone();
        let title = format!("switched-off::{}", engine.name);
        let also = engine.clone();
        trials.push(Trial::test(title, move || switched_off(&engine)));
        if !also.is_sqlite() {
            let (one, other) = (also.clone(), also);
            let title = format!("rounded::{}", one.name);
            trials.push(Trial::test(title, move || rounded(&one)));
            let title = format!("long::{}", other.name);
            trials.push(Trial::test(title, move || long(&other)));
        }
    }
    for (engine, reason) in missing {
        let trial = Trial::test(engine, || Ok(())).with_kind(reason.to_owned());
        trials.push(trial.with_ignored_flag(true));
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// A database in the state `BEFORE`, with the declarations of the shape beside it.
fn made<'e>(shape: &Shape, engine: &'e Engine, folder: &Path) -> Result<Database<'e>, Failed> {
    let database = Database::new(engine, folder, "preflight")?;
    let beside = shape.beside;
    std::fs::write(folder.join("before.kdl"), format!("{BEFORE}{beside}\n"))?;
    let mut after = String::new();
    for line in BEFORE.lines() {
        let replaced = shape
            .column
            .filter(|(of, _)| line.trim_start().starts_with(&format!("column {of} ")))
            .map_or(line, |(_, line)| line);
        writeln!(after, "{replaced}")?;
    }
    let end = after.trim_end().len() - 1;
    after.insert_str(end, &format!("    {}\n", shape.added));
    writeln!(after, "{beside}")?;
    std::fs::write(folder.join("after.kdl"), after)?;
    let url = &database.url;
    reconcile(
        folder,
        &[
            "apply",
            "--url",
            url,
            "--schema",
            "before.kdl",
            "--plans",
            "plans",
            "--yes",
        ],
    )?
    .exits(0, "apply before.kdl")?;
    Ok(database)
}

fn truthful(shape: &Shape, engine: &Engine) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let database = made(shape, engine, folder.path())?;
    let url = &database.url;
    let mut random = Random(shape.name.len() as u64 * 7919 + 17);
    let (mut clear, mut refused) = (0, 0);
    for turn in 0..FILLS {
        let rows = fill(turn, &mut random);
        database.execute(&rows)?;
        let arguments = ["--url", url, "--schema", "after.kdl", "--plans", "plans"];
        let planned = reconcile(folder.path(), &[&["plan", "-m", "x"], &arguments[..]].concat())?;
        let says_ok = planned.status == Some(0);
        if says_ok {
            clear += 1;
        } else {
            let all = format!("{}{}", planned.stdout, planned.stderr);
            if !all.contains("RC0540") {
                return Err(format!("refused for another reason\n{rows}\n{all}").into());
            }
            refused += 1;
        }
        for file in std::fs::read_dir(folder.path().join("plans"))? {
            let path = file?.path();
            if path.to_string_lossy().ends_with("_x.kdl") {
                std::fs::remove_file(path)?;
            }
        }
        let fails = failure(&database, folder.path())?;
        match (says_ok, &fails) {
            (true, Some(error)) => return Err(format!("planned, and then: {error}\n{rows}").into()),
            (false, None) => {
                return Err(format!("refused for nothing\n{rows}\n{}", planned.stderr).into());
            }
            _ => {}
        }
    }
    if clear == 0 || refused == 0 {
        return Err(format!("{clear} clear and {refused} refused: the rows do not try it").into());
    }
    Ok(())
}

/// What the statements themselves say of these rows; nothing is changed.
fn failure(database: &Database<'_>, folder: &Path) -> Result<Option<String>, Failed> {
    let diff = reconcile(
        folder,
        &[
            "diff",
            "--from",
            &database.url,
            "--to",
            "after.kdl",
            "--format",
            "json",
        ],
    )?
    .exits(0, "diff")?;
    let plan: Value = serde_json::from_str(&diff.stdout)?;
    let mut script = String::new();
    for step in plan["upgrade"]["steps"].as_array().into_iter().flatten() {
        for statement in step["statements"].as_array().into_iter().flatten() {
            if let (true, Some(sql)) = (statement["expect"].is_null(), statement["sql"].as_str()) {
                script.push_str(&format!("{};\n", sql.replace(" CONCURRENTLY", "")));
            }
        }
    }
    let text = |failed: Failed| failed.message().unwrap_or("failed").to_owned();
    if database.engine.is_sqlite() {
        // On a copy, so that the rows stay; foreign keys are checked as a whole.
        let copy = folder.join("copy.db");
        std::fs::copy(database.url.trim_start_matches("sqlite:"), &copy)?;
        let program = "import sqlite3, sys\n\
            c = sqlite3.connect(sys.argv[1], isolation_level=None)\n\
            c.execute('PRAGMA foreign_keys = OFF')\n\
            try:\n    c.executescript('BEGIN;' + sys.stdin.read())\n\
            except sqlite3.Error as error:\n    print(error); sys.exit(0)\n\
            bad = c.execute('PRAGMA foreign_key_check').fetchall()\n\
            print('foreign keys' if bad else '', end='')";
        let mut child = Command::new("python3")
            .args(["-c", program])
            .arg(&copy)
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::piped())
            .spawn()?;
        child
            .stdin
            .take()
            .ok_or("no stdin")?
            .write_all(script.as_bytes())?;
        let output = child.wait_with_output()?;
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        return Ok((!said.is_empty()).then_some(said));
    }
    let whole = format!("SET search_path = public; SET TimeZone = 'UTC'; BEGIN;\n{script}\nROLLBACK");
    Ok(database.execute(&whole).err().map(text))
}

/// Without the questions the plan is written, and says that nothing was asked.
fn switched_off(engine: &Engine) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let database = made(&shape("unique", "unique b"), engine, folder.path())?;
    database.execute("INSERT INTO t (id, b) VALUES (1, 'x'), (22, 'x'), (3, 'y')")?;
    let arguments = plan(&database);
    let words = ["RC0540", "1; 22"].map(str::to_owned);
    reconcile(folder.path(), &arguments)?
        .exits(2, "duplicates are in the way")?
        .says(&words, "the keys of the rows")?;
    let words = ["RC0542", "--no-preflight"].map(str::to_owned);
    reconcile(folder.path(), &[&arguments[..], &["--no-preflight"]].concat())?
        .exits(0, "nobody asks")?
        .says(&words, "that nobody asked")?;
    let mut files = std::fs::read_dir(folder.path().join("plans"))?;
    let noted = files.any(|file| {
        file.and_then(|file| std::fs::read_to_string(file.path()))
            .is_ok_and(|text| text.contains("--no-preflight"))
    });
    if noted {
        Ok(())
    } else {
        Err("the revision does not say that nobody asked".into())
    }
}

/// Values that change on the way without an error are counted, and are no refusal.
fn rounded(engine: &Engine) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let shape = postgres("real", "a", "column a real nullable", "");
    let database = made(&shape, engine, folder.path())?;
    database.execute("INSERT INTO t (id, a) VALUES (1, 16777216), (2, 16777217), (3, 33554435)")?;
    let words = ["RC0545", "2 value(s) of t.a change", "real"].map(str::to_owned);
    reconcile(folder.path(), &plan(&database))?
        .exits(0, "the engine converts them")?
        .says(&words, "what changes")?;
    Ok(())
}

/// A large table is announced before it is read; what is not answered in time is told, and no revision is written.
fn long(engine: &Engine) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let database = made(
        &shape("check", "check \"a > 1\" name=t_a_large"),
        engine,
        folder.path(),
    )?;
    database.execute("INSERT INTO t (id, a) SELECT n, n + 1 FROM generate_series(1, 1200000) AS n")?;
    database.execute("ANALYZE t")?;
    let announced = ["rows: ", "--preflight-timeout"].map(str::to_owned);
    let words = ["RC0543", "t_a_large", "--preflight-timeout 10m"].map(str::to_owned);
    let short = [&plan(&database)[..], &["--preflight-timeout", "1ms"]].concat();
    reconcile(folder.path(), &short)?
        .exits(2, "nobody reads a million rows in a millisecond")?
        .says(&announced, "what takes long")?
        .says(&words, "what was not answered")?;
    if std::fs::read_dir(folder.path().join("plans"))?.count() != 1 {
        return Err("a revision was written although the data did not answer".into());
    }
    let patient = [&plan(&database)[..], &["--preflight-timeout", "10m"]].concat();
    reconcile(folder.path(), &patient)?
        .exits(0, "with time it is answered")?
        .says(&announced, "what takes long")?;
    Ok(())
}

fn plan<'d>(database: &'d Database<'_>) -> [&'d str; 9] {
    [
        "plan",
        "-m",
        "x",
        "--url",
        &database.url,
        "--schema",
        "after.kdl",
        "--plans",
        "plans",
    ]
}

/// Numbers that are the same in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % end
    }

    fn one(&mut self, of: &[&'static str]) -> &'static str {
        of[self.below(of.len())]
    }
}

/// No row at first, then two that are the same in all but their keys, then one of NULLs, then what comes.
fn fill(turn: u64, random: &mut Random) -> String {
    // Some fills have nothing that anybody could mind.
    let tame = random.below(2) == 0;
    let mut out = "DELETE FROM t; DELETE FROM parents; INSERT INTO parents (id) VALUES (1), (2);".to_owned();
    if turn == 0 {
        return out;
    }
    if turn == 1 {
        out.push_str(" INSERT INTO t (id, a, b, p) VALUES (1, 3, 'same', 1), (2, 3, 'same', 9);");
        return out;
    }
    if turn == 2 {
        out.push_str(" INSERT INTO t (id) VALUES (1);");
        return out;
    }
    let days = ["'2026-01-01'", "'2026-01-02'", "'2026-01-03'", "'2026-01-04'"];
    let few = ["'1'", "'2'", "'3'", "'4'"];
    let kind = random.below(2);
    let count = if random.below(4) == 0 {
        0
    } else {
        1 + random.below(4)
    };
    for id in 1..=count {
        let (a, b, p) = if tame {
            let b = if kind == 0 { days[id - 1] } else { few[id - 1] };
            (["2", "3", "4", "5"][id - 1], b, random.one(&["1", "2"]))
        } else {
            (
                random.one(&["NULL", "0", "2", "3", "3", "70000"]),
                random.one(&[
                    "NULL",
                    "'x'",
                    "'X'",
                    "'abcd'",
                    "'12'",
                    "'012'",
                    "'2026-01-01'",
                    "'7  '",
                ]),
                random.one(&["NULL", "1", "2", "9"]),
            )
        };
        out.push_str(&format!(
            " INSERT INTO t (id, a, b, p) VALUES ({id}, {a}, {b}, {p});"
        ));
    }
    out
}
