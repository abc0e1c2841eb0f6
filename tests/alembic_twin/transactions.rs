//! What is done together is done together or not at all, whatever the project does with its connections; and a
//! connection is left as it was found.

use libtest_mimic::Failed;
use reconcile::op::Txn;
use reconcile::revision::RevisionMap;
use reconcile::script::{Item, Script, Step};

use super::project::{Answer, Manner, Project, USUAL};
use super::revisions::{inside, revision, script, sql, step};
use crate::support::engine::{Database, Engine};

/// How projects treat connections, with what their foreign keys are.
const ON_SQLITE: [(&str, &str, &str); 6] = [
    ("", "", "0"),
    ("", "foreign_keys", "1"),
    ("", "begin", "1"),
    ("aiosqlite", "", "0"),
    ("aiosqlite", "foreign_keys", "1"),
    ("", "per_migration", "0"),
];

const FAMILY: [&str; 4] = [
    "CREATE TABLE parent (id integer PRIMARY KEY, a text)",
    "CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent (id) ON DELETE CASCADE)",
    "INSERT INTO parent VALUES (1, 'a'), (2, 'b')",
    "INSERT INTO child VALUES (1, 1), (2, 2)",
];

const REBUILD: [&str; 6] = [
    "CREATE TABLE _rcn_parent (id integer PRIMARY KEY, a text NOT NULL)",
    "INSERT INTO _rcn_parent SELECT id, a FROM parent",
    "DROP TABLE parent",
    "PRAGMA legacy_alter_table = ON",
    "ALTER TABLE _rcn_parent RENAME TO parent",
    "PRAGMA legacy_alter_table = OFF",
];

/// A database, and a project with two revisions of which the first makes a family.
struct Scene<'e> {
    database: Database<'e>,
    project: Project,
    _folder: tempfile::TempDir,
}

impl<'e> Scene<'e> {
    fn new(engine: &'e Engine, second: Script) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let project = Project::new(folder.path().join("alembic"))?;
        let scene = Self {
            database: Database::new(engine, folder.path(), "scene")?,
            project,
            _folder: folder,
        };
        scene.write(second)?;
        Ok(scene)
    }

    fn write(&self, second: Script) -> Result<(), Failed> {
        let engine = self.database.engine.kind();
        let first = revision("aaaaaaaaaaaa", &[], vec![script(engine, inside(&FAMILY))]);
        let second = revision("bbbbbbbbbbbb", &["aaaaaaaaaaaa"], vec![script(engine, second)]);
        let map = RevisionMap::new(vec![first, second]).map_err(|problems| format!("{problems:?}"))?;
        self.project.write(&map)
    }

    fn upgrade(&self, target: &str, manner: Manner<'_>) -> Result<Answer, Failed> {
        self.project.run(&self.database, "upgrade", target, manner)
    }

    fn has(&self, what: &str, query: &str, expected: &str) -> Result<(), Failed> {
        let found = self.database.value(query)?;
        if found == expected {
            return Ok(());
        }
        Err(format!("{what}: {query} gives {found}, not {expected}").into())
    }

    /// The upgrade fails with these words, and nothing is left of it.
    fn refused(&self, manner: Manner<'_>, words: &[&str]) -> Result<Answer, Failed> {
        self.upgrade("aaaaaaaaaaaa", manner)?
            .succeeds("the first revision")?;
        let answer = self.upgrade("head", manner)?;
        let error = answer.error.clone().unwrap_or_default();
        if let Some(word) = words.iter().find(|word| !error.contains(**word)) {
            return Err(format!("the error does not say {word:?}: {error}").into());
        }
        self.has(
            "the version",
            "SELECT version_num FROM alembic_version",
            "aaaaaaaaaaaa",
        )?;
        self.has("the rows", "SELECT count(*) FROM child", "2")?;
        Ok(answer)
    }
}

fn foreign_keys_off(mut script: Script) -> Script {
    script.foreign_keys_off = true;
    script
}

fn manners() -> impl Iterator<Item = (Manner<'static>, String)> {
    ON_SQLITE.into_iter().map(|(driver, connection, keys)| {
        let manner = Manner {
            driver,
            connection,
            ..USUAL
        };
        (manner, format!("[{keys},{keys},0]"))
    })
}

fn is_left_as_found(answer: &Answer, expected: &str, manner: Manner<'_>) -> Result<(), Failed> {
    if answer.seen == expected {
        return Ok(());
    }
    Err(format!("{manner:?}: the pragmas are {}, not {expected}", answer.seen).into())
}

/// A parent that is rebuilt keeps the rows of children that would be deleted with it.
pub(super) fn a_rebuild_keeps_the_children(engine: &Engine) -> Result<(), Failed> {
    for (manner, seen) in manners() {
        let scene = Scene::new(engine, foreign_keys_off(inside(&REBUILD)))?;
        let answer = scene.upgrade("head", manner)?.succeeds("upgrade head")?;
        scene.has("the rows", "SELECT count(*) FROM child", "2")?;
        scene.has(
            "the new table",
            "SELECT \"notnull\" FROM pragma_table_info('parent') WHERE name = 'a'",
            "1",
        )?;
        scene.has(
            "the reference",
            "SELECT \"table\" FROM pragma_foreign_key_list('child')",
            "parent",
        )?;
        is_left_as_found(&answer, &seen, manner)?;
    }
    Ok(())
}

/// Rows go with those that they refer to, as they do when we run the same revision.
pub(super) fn rows_go_as_they_go_here(engine: &Engine) -> Result<(), Failed> {
    for (manner, seen) in manners() {
        let scene = Scene::new(engine, inside(&["DELETE FROM parent WHERE id = 1"]))?;
        let answer = scene.upgrade("head", manner)?.succeeds("upgrade head")?;
        scene.has("the rows", "SELECT count(*) FROM child", "1")?;
        is_left_as_found(&answer, &seen, manner)?;
    }
    Ok(())
}

/// A statement that fails takes all of the revision back, and the corrected revision can be run.
pub(super) fn a_failure_leaves_nothing(engine: &Engine) -> Result<(), Failed> {
    for (manner, seen) in manners() {
        for keys_off in [false, true] {
            let failing = Script {
                foreign_keys_off: keys_off,
                ..inside(&[&REBUILD[..5], &["INSERT INTO nowhere VALUES (1)"]].concat())
            };
            let scene = Scene::new(engine, failing)?;
            // With foreign keys on, the rows of the children go with the table, and come back.
            let answer = scene.refused(manner, &["no such table: nowhere"])?;
            scene.has(
                "the tables",
                "SELECT count(*) FROM sqlite_schema WHERE name = '_rcn_parent'",
                "0",
            )?;
            is_left_as_found(&answer, &seen, manner)?;
            scene.write(foreign_keys_off(inside(&REBUILD)))?;
            scene
                .upgrade("head", manner)?
                .succeeds("the corrected revision")?;
            scene.has("the rows", "SELECT count(*) FROM child", "2")?;
        }
    }
    Ok(())
}

/// A row that would refer to nothing is told before anything is committed.
pub(super) fn an_orphan_is_refused(engine: &Engine) -> Result<(), Failed> {
    for (manner, seen) in manners() {
        let scene = Scene::new(
            engine,
            foreign_keys_off(inside(&["DELETE FROM parent WHERE id = 2"])),
        )?;
        let words = [
            "row 2 of child refers to a row of parent that is not there",
            "bbbbbbbbbbbb",
        ];
        let answer = scene.refused(manner, &words)?;
        is_left_as_found(&answer, &seen, manner)?;
    }
    Ok(())
}

fn expecting(query: &str, value: &str) -> Script {
    let expected = Item::Expect {
        label: "no row\nthat is 50% :bad".to_owned(),
        sql: query.to_owned(),
        value: value.to_owned(),
    };
    Script {
        foreign_keys_off: false,
        steps: vec![step(
            Txn::Inside,
            vec![sql("INSERT INTO parent VALUES (3, '%:c')"), expected],
        )],
    }
}

/// What is expected is asked, compared, and told in words.
pub(super) fn an_expectation_stops(engine: &Engine, driver: &str) -> Result<(), Failed> {
    let manner = Manner { driver, ..USUAL };
    let query = "SELECT count(*) FROM parent\nWHERE a LIKE '%:c'";
    let scene = Scene::new(engine, expecting(query, "0"))?;
    scene.refused(manner, &["no row that is 50% :bad", "gives 1 and not 0", query])?;
    for (query, value) in [
        (query, "1"),
        ("SELECT max(a) FROM parent WHERE a = 'nothing'", "NULL"),
        ("SELECT '50%:x' FROM parent WHERE id = 1;", "50%:x"),
    ] {
        scene.write(expecting(query, value))?;
        scene
            .upgrade("head", manner)?
            .succeeds("an expectation that holds")?;
        scene
            .project
            .run(&scene.database, "stamp", "aaaaaaaaaaaa", manner)?
            .succeeds("stamp")?;
        scene.database.execute("DELETE FROM parent WHERE id = 3")?;
    }
    scene.write(expecting("SELECT id FROM parent", "1"))?;
    let several = scene.upgrade("head", manner)?.error.unwrap_or_default();
    if !several.contains("gives 3 rows of 1 columns") {
        return Err(several.into());
    }
    let paper = Manner {
        offline: true,
        ..manner
    };
    let printed = scene
        .upgrade("aaaaaaaaaaaa:head", paper)?
        .succeeds("--sql")?
        .output;
    if printed.contains("-- not checked offline: no row that is 50% :bad") && !printed.contains("SELECT id") {
        return Ok(());
    }
    Err(printed.into())
}

/// An engine that the revision was not written for is told by name.
pub(super) fn another_engine_is_refused(engine: &Engine) -> Result<(), Failed> {
    let scene = Scene::new(engine, Script::default())?;
    let other = if engine.is_sqlite() { "postgres" } else { "sqlite" };
    let only = revision("cccccccccccc", &[], vec![script(other, inside(&["SELECT 1"]))]);
    let map = RevisionMap::new(vec![only]).map_err(|problems| format!("{problems:?}"))?;
    scene.project.write(&map)?;
    let error = scene.upgrade("cccccccccccc", USUAL)?.error.unwrap_or_default();
    let words = [
        "RuntimeError: revision cccccccccccc has no script for",
        "reconcile.kdl",
    ];
    if words.iter().all(|word| error.contains(word)) {
        return Ok(());
    }
    Err(format!("it says {error:?}").into())
}

/// A revision for several engines does on each what is written for it.
pub(super) fn each_engine_has_its_own(engine: &Engine) -> Result<(), Failed> {
    let scene = Scene::new(engine, Script::default())?;
    let both = ["sqlite", "postgres"]
        .map(|name| script(name, inside(&[&format!("CREATE TABLE on_{name} (a int)")])));
    let only = revision("cccccccccccc", &[], both.to_vec());
    let map = RevisionMap::new(vec![only]).map_err(|problems| format!("{problems:?}"))?;
    scene.project.write(&map)?;
    scene.upgrade("cccccccccccc", USUAL)?.succeeds("upgrade")?;
    scene.has(
        "the table",
        &format!("SELECT count(*) FROM on_{}", engine.kind()),
        "0",
    )
}

/// On PostgreSQL: what stands outside of any transaction, and what must be committed before it is used.
pub(super) fn transactions_are_cut(engine: &Engine, driver: &str) -> Result<(), Failed> {
    let manner = Manner { driver, ..USUAL };
    let cut = |last: &str| -> Script {
        let one = |txn: Txn, statement: &str| -> Step { step(txn, vec![sql(statement)]) };
        Script {
            foreign_keys_off: false,
            steps: vec![
                one(Txn::Inside, "CREATE TYPE mood AS ENUM ('ok')"),
                one(Txn::CommitAfter, "ALTER TYPE mood ADD VALUE 'glad'"),
                one(Txn::Inside, "CREATE TABLE moods (a mood DEFAULT 'glad')"),
                one(Txn::Inside, "INSERT INTO moods VALUES ('glad')"),
                one(Txn::Outside, "CREATE INDEX CONCURRENTLY moods_a ON moods (a)"),
                one(Txn::Inside, "INSERT INTO moods VALUES ('ok')"),
                one(Txn::Inside, last),
            ],
        }
    };
    let scene = Scene::new(engine, cut("INSERT INTO nowhere VALUES (1)"))?;
    scene.refused(manner, &["relation \"nowhere\" does not exist"])?;
    scene.has("what was committed before", "SELECT count(*) FROM moods", "1")?;
    scene.has(
        "the index",
        "SELECT count(*) FROM pg_indexes WHERE indexname = 'moods_a'",
        "1",
    )?;
    let scene = Scene::new(engine, cut("SELECT 1"))?;
    scene.upgrade("head", manner)?.succeeds("upgrade head")?;
    scene.has("the rows", "SELECT count(*) FROM moods", "2")?;
    scene.has(
        "the version",
        "SELECT version_num FROM alembic_version",
        "bbbbbbbbbbbb",
    )
}
