//! What a twin says, and what tells it from its revision. That Python and Alembic take it is shown in
//! `tests/alembic_twin.rs`.

use super::*;
use crate::op::Txn;
use crate::revision::EngineScript;
use crate::script::{Item, Script, Step};
use crate::statements;

fn script(engine: &str, upgrade: Script) -> EngineScript {
    EngineScript {
        engine: engine.to_owned(),
        version: "15.4".to_owned(),
        from: Fingerprint::from_text("00"),
        or_from: None,
        to: Fingerprint::from_text("11"),
        was: None,
        proof: None,
        upgrade,
        downgrade: of_steps(vec![step("go back", Txn::Inside, "DROP TABLE t")]),
    }
}

fn of_steps(steps: Vec<Step>) -> Script {
    Script {
        foreign_keys_off: false,
        steps,
    }
}

fn step(title: &str, txn: Txn, sql: &str) -> Step {
    Step {
        title: title.to_owned(),
        items: vec![Item::Sql(sql.to_owned())],
        txn,
        ..Step::default()
    }
}

fn revision(id: &str, down: &[&str], scripts: Vec<EngineScript>) -> Revision {
    Revision {
        origin: Origin::Native,
        id: id.to_owned(),
        message: "require a \"phone\"\nfor everybody".to_owned(),
        down_revisions: down.iter().map(ToString::to_string).collect(),
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        created: "2026-11-21T09:30:00Z".to_owned(),
        phase: None,
        replaces: Vec::new(),
        notes: Vec::new(),
        scripts,
        path: std::path::PathBuf::from("plans/x.kdl"),
    }
}

fn printed(revision: &Revision) -> String {
    print(revision, &RevisionMap::default(), Style::Ops).unwrap()
}

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source {
        name: "versions/x.py".to_owned(),
        text: text.to_owned(),
    })
}

/// The functions alone, without those that every twin has.
fn own(text: &str) -> &str {
    &text[text.find("\n\ndef upgrade").unwrap()..]
}

fn postgres(steps: Vec<Step>) -> String {
    own(&printed(&revision(
        "aaaaaaaaaaaa",
        &[],
        vec![script("postgres", of_steps(steps))],
    )))
    .to_owned()
}

#[test]
fn a_whole_file() {
    let expected = Item::Expect {
        label: "no NULL in\nusers.phone".to_owned(),
        sql: "SELECT count(*)\nFROM users WHERE phone LIKE '5%'".to_owned(),
        value: "0".to_owned(),
    };
    let mut first = step(
        "backfill users.phone",
        Txn::Inside,
        "UPDATE users SET phone = '50%'",
    );
    first.items.insert(0, expected);
    first.loses.push("what was there".to_owned());
    let postgres = script(
        "postgres",
        of_steps(vec![
            first,
            step("index", Txn::Outside, "CREATE INDEX CONCURRENTLY i ON t (a)"),
        ]),
    );
    let mut sqlite = script(
        "sqlite",
        of_steps(vec![step("rebuild", Txn::Inside, "DROP TABLE t")]),
    );
    sqlite.upgrade.foreign_keys_off = true;
    insta::assert_snapshot!(printed(&revision("3f2a9c1b7d4e", &[], vec![postgres, sqlite])));
}

#[test]
fn transactions_end_where_those_of_the_runner_end() {
    let text = postgres(vec![
        step("one", Txn::Inside, "A"),
        step("two", Txn::CommitAfter, "B"),
        step("three", Txn::Inside, "C"),
        step("four", Txn::Outside, "D"),
        step("five", Txn::Outside, "E"),
    ]);
    insta::assert_snapshot!(text);
}

#[test]
fn a_text_of_several_statements_is_cut() {
    let text = postgres(vec![step(
        "one",
        Txn::Inside,
        "INSERT INTO t VALUES ('a;b', $q$;$q$, E'\\';'); -- one; two\n UPDATE t SET \"a;\" = 1; /* ; /* ; */ */",
    )]);
    assert!(text.contains("op.execute(sa.DDL(\"INSERT INTO t VALUES ('a;b', $q$;$q$, E'\\\\';')\"))\n"));
    assert!(
        text.contains("        \"-- one; two\\n\"\n        ' UPDATE t SET \"a;\" = 1'\n"),
        "{text}"
    );
    assert_eq!(text.matches("op.execute").count(), 3);
}

#[test]
fn bodies_are_not_cut() {
    let trigger =
        "CREATE TEMP TRIGGER g AFTER INSERT ON t BEGIN SELECT CASE WHEN 1 THEN 2 END; DELETE FROM [a;b]; END";
    let sqlite = manner::of("sqlite").unwrap();
    assert_eq!(statements::split(&format!("{trigger};"), sqlite.lexis), [trigger]);
    let function =
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
    let postgres = manner::of("postgres").unwrap();
    assert_eq!(
        statements::split(&format!("{function}; SELECT 1;;\n-- end"), postgres.lexis),
        [function, "SELECT 1"]
    );
    assert_eq!(
        statements::split("BEGIN; END; SELECT a[1;2]", postgres.lexis),
        ["BEGIN", "END", "SELECT a[1", "2]"]
    );
}

#[test]
fn white_space_survives_offline() {
    let text = postgres(vec![
        step("one", Txn::Inside, "SELECT '\t%'"),
        step("two", Txn::Inside, "SELECT 1 -- a"),
    ]);
    assert!(text.contains("_verbatim(\"SELECT '\\t%'\")"));
    assert!(text.contains("_verbatim(\"SELECT 1 -- a\")"));
}

#[test]
fn bodies_of_functions_are_not_looked_into() {
    let text = postgres(vec![step(
        "one",
        Txn::Inside,
        "create or replace function f() returns int language sql as 'select 1'",
    )]);
    let places: Vec<usize> = [
        "SET check_function_bodies = off",
        "create or",
        "RESET check_function_bodies",
    ]
    .iter()
    .map(|word| text.find(word).unwrap())
    .collect();
    assert!(places.is_sorted());
    assert!(!postgres(vec![step("one", Txn::Inside, "DROP FUNCTION f()")]).contains("check_function"));
}

#[test]
fn a_revision_without_scripts_moves_the_version_alone() {
    let text = printed(&revision("cccccccccccc", &[], Vec::new()));
    assert!(text.ends_with(
        "\n\ndef upgrade() -> None:\n    \"\"\"Upgrade schema.\"\"\"\n    pass\n\n\ndef downgrade() -> None:\n    \"\"\"Downgrade schema.\"\"\"\n    pass\n"
    ));
    assert!(!text.contains("_dialect"));
}

#[test]
fn no_parent_stands_on_another() {
    let on = |id: &str, down: &[&str]| revision(id, down, Vec::new());
    let mut labelled = on("aaaa", &[]);
    labelled.branch_labels = vec!["first".to_owned()];
    let map = RevisionMap::new(vec![labelled, on("bbbb", &["aaaa"]), on("zzzz", &[])]).unwrap();
    let lines = |revision: &Revision| -> Vec<String> {
        let text = print(revision, &map, Style::Ops).unwrap();
        let starts = ["Revises: ", "down_revision", "depends_on"];
        text.lines()
            .filter(|line| starts.iter().any(|start| line.starts_with(start)))
            .map(|line| {
                line.rsplit(['=', ':'])
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_owned()
            })
            .collect()
    };
    assert_eq!(
        lines(&on("cccc", &["bbbb", "aaaa", "zzzz"])),
        ["bbbb, zzzz", "('bbbb', 'zzzz')", "None"]
    );
    let mut dependent = on("cccc", &["zzzz"]);
    dependent.depends_on = vec!["first".to_owned(), "bbbb".to_owned(), "zzzz".to_owned()];
    assert_eq!(lines(&dependent), ["zzzz", "'zzzz'", "'bbbb'"]);
    dependent.depends_on = vec!["first".to_owned()];
    assert_eq!(lines(&dependent), ["zzzz", "'zzzz'", "'aaaa'"]);
    let mut wrong = on("cccc", &["aaaa"]);
    wrong.depends_on = vec!["bbbb".to_owned(), "nobody".to_owned()];
    let codes: Vec<&str> = print(&wrong, &map, Style::Ops)
        .unwrap_err()
        .iter()
        .map(|found| found.code)
        .collect();
    assert_eq!(codes, ["RC0321", "RC0322"]);
}

#[test]
fn an_edit_of_either_file_is_noticed() {
    let revision = revision(
        "3f2a9c1b7d4e",
        &[],
        vec![script(
            "postgres",
            of_steps(vec![step("one", Txn::Inside, "SELECT 1")]),
        )],
    );
    let text = printed(&revision);
    let codes = |revision: &Revision, text: &str| -> Vec<&'static str> {
        check(revision, &source(text))
            .into_iter()
            .map(|found| {
                assert!(found.span.is_some() && found.help.is_some());
                found.code
            })
            .collect()
    };
    assert_eq!(codes(&revision, &text), [""; 0]);
    assert_eq!(codes(&revision, &text.replace('\n', "\r\n")), [""; 0]);
    assert_eq!(
        codes(&revision, &text.replace("SELECT 1", "SELECT 2")),
        ["RC0325"]
    );
    let mut edited = revision.clone();
    edited.scripts[0].upgrade.steps[0].items = vec![Item::Sql("SELECT 2".to_owned())];
    assert_eq!(codes(&edited, &text), ["RC0326"]);
    let mut commented = revision.clone();
    commented.message = "another".to_owned();
    assert_eq!(codes(&commented, &text), [""; 0]);
    let other = Revision {
        id: "aaaaaaaaaaaa".to_owned(),
        ..revision.clone()
    };
    assert_eq!(codes(&other, &text), ["RC0324"]);
    assert_eq!(codes(&revision, "revision = '3f2a9c1b7d4e'\n"), ["RC0324"]);
}

#[test]
fn what_has_no_twin_is_told() {
    let mut foreign = revision("aaaa", &[], Vec::new());
    foreign.origin = Origin::Alembic;
    let code =
        |revision: &Revision| print(revision, &RevisionMap::default(), Style::Ops).unwrap_err()[0].code;
    assert_eq!(code(&foreign), "RC0323");
    let unknown = revision("aaaa", &[], vec![script("oracle", Script::default())]);
    assert_eq!(code(&unknown), "RC0320");
}

#[test]
fn files_are_named_as_alembic_names_them() {
    let mut named = revision("3f2a9c1b7d4e", &[], Vec::new());
    named.message = "Ünïcode слово: X,y!".to_owned();
    let stem = |template: &str, revision: &Revision| file_stem(template, revision, SLUG).unwrap();
    assert_eq!(stem(TEMPLATE, &named), "3f2a9c1b7d4e_ünïcode_слово_x_y");
    let dated = "%(year)d_%(month).2d_%(day)02d/%(hour)s%(minute)3d%(second)-3d|%(epoch)+d%%%(slug).3s";
    assert_eq!(stem(dated, &named), "2026_11_21/9 300  |+1795253400%ünï");
    named.message = String::new();
    assert_eq!(stem(TEMPLATE, &named), "3f2a9c1b7d4e_");
    named.message = "a".repeat(60);
    assert_eq!(stem("%(slug)s", &named), format!("{}_", "a".repeat(40)));
    named.message = format!("{} {}", "a".repeat(38), "b".repeat(9));
    assert_eq!(stem("%(slug)s", &named), format!("{}_", "a".repeat(38)));
}

#[test]
fn a_template_that_cannot_be_read_is_told() {
    let named = revision("3f2a9c1b7d4e", &[], Vec::new());
    for template in [
        "%(rev",
        "%s",
        "100%",
        "%(year)",
        "%(nobody)s",
        "%(rev)d",
        "%(year)x",
        "%(year)9999d",
    ] {
        let problem = file_stem(template, &named, SLUG).unwrap_err();
        assert_eq!(problem.code, "RC0327", "{template}");
        assert!(problem.message.contains(template) && problem.help.is_some());
    }
}
