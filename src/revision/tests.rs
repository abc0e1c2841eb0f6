//! Files are read back as they were printed; the graph answers as its truth tables say.

use std::path::PathBuf;
use std::sync::Arc;

use proptest::prelude::*;

mod alembic;
mod graph;

use super::*;
use crate::diagnostic::{Diagnostic, Source};
use crate::script::{Batched, Consent, Cost, Step};

fn source(text: &str) -> Arc<Source> {
    Arc::new(Source {
        name: "plans/x.kdl".to_owned(),
        text: text.to_owned(),
    })
}

fn sample() -> Revision {
    let step = Step {
        title: "add column users.phone".to_owned(),
        items: vec![
            Item::Sql("ALTER TABLE public.users ADD COLUMN phone text".to_owned()),
            Item::Sql(
                "CREATE VIEW v AS\n    SELECT \"a b\"\n      FROM t\n\n     WHERE x ~ '\\d'".to_owned(),
            ),
            Item::Expect {
                label: "no NULL in users.phone".to_owned(),
                sql: "SELECT count(*) FROM users WHERE phone IS NULL".to_owned(),
                value: "0".to_owned(),
            },
        ],
        txn: Txn::CommitAfter,
        lock: Some("access exclusive".to_owned()),
        cost: Cost::Brief,
        loses: vec!["column users.email and its values".to_owned()],
        rows: Some(1_204),
        ..Step::default()
    };
    let script = EngineScript {
        engine: "postgres".to_owned(),
        version: "15.4".to_owned(),
        from: Fingerprint::from_text("00"),
        or_from: None,
        was: None,
        to: Fingerprint::from_text("11"),
        proof: None,
        upgrade: Script {
            foreign_keys_off: false,
            steps: vec![step.clone()],
        },
        downgrade: Script {
            foreign_keys_off: false,
            steps: vec![Step {
                title: "drop column users.phone".to_owned(),
                items: vec![Item::Sql("ALTER TABLE users\n    DROP COLUMN phone".to_owned())],
                ..Step::default()
            }],
        },
    };
    Revision {
        origin: crate::revision::Origin::Native,
        id: "3f2a9c1b7d4e".to_owned(),
        message: "Require a phone number".to_owned(),
        down_revisions: vec!["a1b2c3d4e5f6".to_owned()],
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        created: "2026-11-21T09:30:00Z".to_owned(),
        phase: None,
        replaces: Vec::new(),
        notes: vec!["not proven".to_owned()],
        scripts: vec![script],
        path: PathBuf::from("plans/x.kdl"),
    }
}

fn both_engines() -> Revision {
    let mut revision = sample();
    let mut sqlite = revision.scripts[0].clone();
    sqlite.engine = "sqlite".to_owned();
    sqlite.upgrade.foreign_keys_off = true;
    sqlite.upgrade.steps[0].loses.push("a second thing".to_owned());
    revision.scripts.push(sqlite);
    revision
}

#[test]
fn one_engine_reads_as_in_the_design() {
    let text = print(&sample());
    assert_eq!(
        text,
        r##"revision "3f2a9c1b7d4e" {
    message "Require a phone number"
    down-revision "a1b2c3d4e5f6"
    created "2026-11-21T09:30:00Z"
    engine postgres version="15.4"
    from "00"
    to "11"
    note "not proven"
}

upgrade {
    step "add column users.phone" lock="access exclusive" cost=brief rows=1204 loses="column users.email and its values" transaction=commit-after {
        sql "ALTER TABLE public.users ADD COLUMN phone text"
        sql #"""
            CREATE VIEW v AS
                SELECT "a b"
                  FROM t

                 WHERE x ~ '\d'
            """#
        expect "no NULL in users.phone" { sql "SELECT count(*) FROM users WHERE phone IS NULL" value="0" }
    }
}

downgrade {
    step "drop column users.phone" {
        sql """
            ALTER TABLE users
                DROP COLUMN phone
            """
    }
}
"##
    );
    assert_eq!(parse(&source(&text)).unwrap(), sample());
}

#[test]
fn several_engines_stand_at_their_scripts() {
    let text = print(&both_engines());
    let heads: Vec<&str> = text
        .lines()
        .filter(|line| line.ends_with('{') && !line.starts_with(' '))
        .collect();
    assert_eq!(
        heads,
        [
            r#"revision "3f2a9c1b7d4e" {"#,
            r#"upgrade engine=postgres version="15.4" from="00" to="11" {"#,
            "downgrade engine=postgres {",
            r#"upgrade engine=sqlite version="15.4" from="00" to="11" foreign-keys=off {"#,
            "downgrade engine=sqlite {",
        ]
    );
    assert_eq!(parse(&source(&text)).unwrap(), both_engines());
}

#[test]
fn file_names_hold_time_id_and_slug() {
    let mut revision = sample();
    assert_eq!(
        file_name(&revision),
        "20261121T0930_3f2a9c1b7d4e_require-a-phone-number.kdl"
    );
    revision.message = "Zählt: the words/that fit in 40 characters, and no other".to_owned();
    assert_eq!(
        file_name(&revision),
        "20261121T0930_3f2a9c1b7d4e_zählt-the-words-that-fit-in-40.kdl"
    );
    revision.message = String::new();
    assert_eq!(file_name(&revision), "20261121T0930_3f2a9c1b7d4e.kdl");
}

#[test]
fn new_ids_are_valid_and_differ() {
    let (one, other) = (new_id(), new_id());
    assert!(id::is_valid(&one) && one.len() == 12, "{one}");
    assert_ne!(one, other);
}

/// A text of the kind that breaks quoting.
fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => "[a-z ]{1,6}",
        1 => Just("\n".to_owned()),
        1 => Just("\"".to_owned()),
        1 => Just("\"\"\"".to_owned()),
        1 => Just("\"\"\"#".to_owned()),
        1 => Just("\\".to_owned()),
        1 => Just("#".to_owned()),
        1 => Just("\t".to_owned()),
        1 => Just("  \n".to_owned()),
        1 => Just("\r\n".to_owned()),
        1 => Just("-- x // /* ".to_owned()),
        1 => any::<char>().prop_map(|c| c.to_string()),
        1 => prop::sample::select(vec![
            "\u{0}", "\u{7f}", "\u{85}", "\u{b}", "\u{2028}", "\u{202e}", "\u{feff}", "\u{a0}", "é", "🦀", "\u{3000}\n",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn item() -> impl Strategy<Value = Item> {
    prop_oneof![
        3 => text().prop_map(Item::Sql),
        1 => (text(), text(), text()).prop_map(|(label, sql, value)| Item::Expect { label, sql, value }),
        1 => (text(), text()).prop_map(|(sql, value)| Item::DoneWhen { sql, value }),
    ]
}

/// What a step holds: a statement for batches stands alone.
fn items() -> impl Strategy<Value = Vec<Item>> {
    let batched = (text(), text(), 1..u32::MAX);
    prop_oneof![
        4 => prop::collection::vec(item(), 1..4)
            .prop_filter("a step has a statement", |items| {
                items.iter().any(|item| !matches!(item, Item::DoneWhen { .. }))
            }),
        1 => batched.prop_map(|(sql, whole, size)| vec![Item::Batched(Batched { sql, whole, size })]),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let txn = prop::sample::select(vec![Txn::Inside, Txn::Outside, Txn::CommitAfter, Txn::Alone]);
    let cost = prop::sample::select(vec![Cost::Instant, Cost::Brief, Cost::Scan, Cost::Rewrite]);
    let parts = (
        text(),
        items(),
        txn,
        prop::option::of(text()),
        cost,
        prop::collection::vec(text(), 0..3),
        prop::sample::select(vec![Consent::Needed, Consent::Given]),
    );
    let size = (
        prop::option::of(any::<u64>()),
        prop::option::of(any::<u64>()),
        any::<bool>(),
        any::<bool>(),
    );
    (parts, size).prop_map(|((title, items, txn, lock, cost, loses, consent), size)| Step {
        title,
        items,
        txn,
        lock,
        cost,
        loses,
        consent,
        rows: size.0,
        bytes: size.1,
        rebuilds_indexes: size.2,
        one_way: size.3,
        ..Step::default()
    })
}

fn script() -> impl Strategy<Value = Script> {
    (any::<bool>(), prop::collection::vec(step(), 0..3)).prop_map(|(foreign_keys_off, steps)| Script {
        foreign_keys_off,
        steps,
    })
}

fn engine(name: &'static str) -> impl Strategy<Value = EngineScript> {
    let maybe = || proptest::option::of(text());
    let states = (text(), maybe(), text(), maybe(), maybe());
    (text(), states, script(), script()).prop_map(
        |(version, (from, or_from, to, was, proof), upgrade, downgrade)| EngineScript {
            engine: name.to_owned(),
            version,
            from: Fingerprint::from_text(from),
            or_from: or_from.map(Fingerprint::from_text),
            was: was.map(Fingerprint::from_text),
            to: Fingerprint::from_text(to),
            proof,
            upgrade,
            downgrade,
        },
    )
}

fn revision() -> impl Strategy<Value = Revision> {
    let texts = || prop::collection::vec(text(), 0..3);
    let engines = prop_oneof![
        engine("postgres").prop_map(|one| vec![one]),
        (engine("postgres"), engine("sqlite")).prop_map(|(one, two)| vec![one, two]),
        engine("true").prop_map(|one| vec![one]),
    ];
    (text(), texts(), texts(), texts(), texts(), engines).prop_map(
        |(message, down_revisions, branch_labels, depends_on, notes, scripts)| Revision {
            origin: crate::revision::Origin::Native,
            message,
            down_revisions,
            branch_labels,
            depends_on,
            replaces: Vec::new(),
            notes,
            scripts,
            ..sample()
        },
    )
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(revision in revision()) {
        let text = print(&revision);
        let read = parse(&source(&text));
        prop_assert_eq!(read.map_err(|e| format!("{e:?}\n{text}")), Ok(revision));
    }

    #[test]
    fn windows_line_ends_change_no_statement(revision in revision()) {
        // A checkout may turn every line end of the file into CR LF.
        let text = print(&revision).replace('\n', "\r\n");
        let read = parse(&source(&text));
        prop_assert_eq!(read.map_err(|e| format!("{e:?}\n{text}")), Ok(revision));
    }

    #[test]
    fn a_file_that_is_cut_off_is_never_read(at in 0usize..5000) {
        let text = print(&both_engines());
        let whole = text.trim_end().len();
        let at = at % whole;
        if text.is_char_boundary(at) {
            let cut = &text[..at];
            match parse(&source(cut)) {
                Err(problems) => prop_assert!(!problems.is_empty()),
                // The script of the first engine is whole; the other engine has none, and says so.
                Ok(read) => prop_assert_eq!(&read.scripts[..], &both_engines().scripts[..1]),
            }
        }
    }

    #[test]
    fn no_text_makes_the_reader_panic(text in text()) {
        drop(parse(&source(&text)));
    }
}

#[test]
fn the_checksum_sees_statements_and_nothing_else() {
    let revision = sample();
    let checksum = revision.checksum("postgres").unwrap();
    let with = |change: &dyn Fn(&mut Revision)| {
        let mut changed = sample();
        change(&mut changed);
        changed.checksum("postgres").unwrap()
    };
    assert_eq!(with(&|r| r.message.clear()), checksum);
    assert_eq!(with(&|r| r.notes.clear()), checksum);
    assert_eq!(with(&|r| r.scripts[0].upgrade.steps[0].title.clear()), checksum);
    assert_eq!(both_engines().checksum("postgres").unwrap(), checksum);
    assert_ne!(both_engines().checksum("sqlite").unwrap(), checksum);
    assert_ne!(with(&|r| r.down_revisions.clear()), checksum);
    assert_ne!(
        with(&|r| r.scripts[0].upgrade.steps[0].txn = Txn::Inside),
        checksum
    );
    assert_ne!(with(&|r| r.scripts[0].downgrade.steps.clear()), checksum);
    assert_ne!(
        with(&|r| r.scripts[0].upgrade.steps[0].items[0] = Item::Sql("SELECT 1".to_owned())),
        checksum
    );
    assert_eq!(revision.checksum("sqlite"), None);
}

/// Problems as `code line:column message (help)`.
fn problems(text: &str) -> Vec<String> {
    let say = |d: Diagnostic| {
        let (line, column) = d.span.as_ref().unwrap().line_column();
        format!(
            "{} {line}:{column} {} ({})",
            d.code,
            d.message,
            d.help.unwrap_or_default()
        )
    };
    parse(&source(text)).unwrap_err().into_iter().map(say).collect()
}

#[test]
fn every_problem_of_a_file_is_named_with_its_place() {
    let text = r#"revision "3f2a9c1b7d4e" {
    mesage "x"
    created "yesterday"
    engine sqlite version="3.45.1"
    from "00"
}
upgrade {
    step "a" cost=slow lok="x" {
        sql "SELECT 1"
    }
    step "b" {
    }
    step {
        expect "nothing" { sql "SELECT 1" }
        sql 1.5
    }
}
rollback {
}
"#;
    assert_eq!(
        problems(text).join("\n"),
        r#"RC0303 2:5 `mesage` is not known here (did you mean `message`?)
RC0305 3:5 `yesterday` is not a time (write it as `2026-11-21T09:30:00Z`)
RC0303 8:24 `step` has no property `lok` (did you mean `lock`?)
RC0305 8:5 `cost` is `instant`, `brief`, `scan` or `rewrite`, not `slow` ()
RC0308 11:5 step `b` has no statement (write `sql "…"` into it, or remove the step)
RC0304 13:5 `step` does not say what the step does ()
RC0304 14:28 the query of `expect` has no `value` (write the only right answer, as `value="0"`)
RC0305 15:13 this must be a text (put it between quotes)
RC0303 18:1 `rollback` is not known here (known here: revision, upgrade, downgrade)
RC0304 7:1 there is no `downgrade` for sqlite (every `upgrade` has one, an empty one if nothing is taken back; the file may be cut off)"#
    );
}

#[test]
fn damaged_files_say_what_they_are() {
    let cut = "plans/x.kdl ends in the middle of something (the file seems to be cut off: get it whole from version \
               control, or plan it again)";
    assert_eq!(
        problems(""),
        [
            "RC0304 1:1 this file has no `revision` (a revision file begins with `revision \"<id>\" { … }`; an empty \
          file is no revision: delete it)"
        ]
    );
    let head = "revision \"abcd\" {\n    created \"2026-11-21T09:30:00Z\"\n";
    assert_eq!(problems(head), [format!("RC0302 2:1 {cut}")]);
    assert_eq!(problems(&head[..30]), [format!("RC0302 2:1 {cut}")]);
    assert_eq!(
        problems(&format!("{head}}}\n")),
        [
            "RC0304 3:1 this file has no `upgrade` (the file seems to be cut off: get it whole from version control, \
          or plan it again)"
        ]
    );
    let text = print(&sample());
    let in_a_statement = text.find("FROM t").unwrap();
    assert_eq!(problems(&text[..in_a_statement]), [format!("RC0302 16:1 {cut}")]);
    let twice = format!("{head}}}\n{head}}}\nupgrade {{ }}\ndowngrade {{ }}\n");
    assert_eq!(
        problems(&twice),
        [
            "RC0306 4:1 `revision` stands twice (remove one of them)",
            "RC0304 7:1 this script does not say for which engine it is (write `upgrade engine=postgres … {`, or \
             `engine` in `revision`)",
            "RC0304 8:1 this `downgrade` has no `upgrade` (say for which engine it is, as its `upgrade` does, and \
             only once)",
        ]
    );
    assert!(problems("revision \"abcd\" x= {\n}\n")[0].starts_with("RC0301 1:"));
}

#[test]
fn deep_nesting_is_refused_and_statements_may_hold_braces() {
    for deep in ["a {".repeat(20_000), "/*".repeat(20_000)] {
        let found = problems(&deep);
        assert_eq!(found.len(), 1);
        assert!(found[0].contains("nested too deep"), "{found:?}");
    }
    let mut revision = sample();
    let braces = "{".repeat(200);
    let items = &mut revision.scripts[0].upgrade.steps[0].items;
    items.extend([
        Item::Sql(format!("SELECT '{braces}'")),
        Item::Sql(format!("SELECT \"{braces}\n/* \\ /* {braces}")),
        Item::Sql(format!("SELECT\n'\"{braces}'")),
        Item::Sql(format!("SELECT\t\"{braces}\\\"")),
    ]);
    assert_eq!(parse(&source(&print(&revision))).unwrap(), revision);
}

#[test]
fn a_folder_is_read_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    assert!(
        RevisionMap::load(&folder.path().join("none"))
            .unwrap()
            .heads()
            .is_empty()
    );
    let mut base = sample();
    base.down_revisions.clear();
    std::fs::write(folder.path().join(file_name(&base)), print(&base)).unwrap();
    std::fs::write(folder.path().join("x.kdl.tmp"), "half").unwrap();
    std::fs::write(folder.path().join(".hidden.kdl"), "{").unwrap();
    let map = RevisionMap::load(folder.path()).unwrap();
    assert_eq!(
        map.get(&base.id).unwrap().path,
        folder.path().join(file_name(&base))
    );
    std::fs::write(folder.path().join("empty.kdl"), "").unwrap();
    std::fs::write(folder.path().join("bytes.kdl"), [0xff, 0xfe]).unwrap();
    let codes: Vec<&str> = RevisionMap::load(folder.path())
        .unwrap_err()
        .iter()
        .map(|d| d.code)
        .collect();
    assert_eq!(codes, ["RC0307", "RC0304"]);
}
