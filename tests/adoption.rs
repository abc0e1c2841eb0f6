//! A chat service that lived with Alembic is adopted, and goes on with both tools on one database: `tests/adoption/project`
//! has an async engine, enums, a data migration, two branches and their merge, in the forms in which such files are
//! written. Runs where `RECONCILE_TEST_PYTHON` names an interpreter with Alembic.

#[path = "adoption/by_branch.rs"]
mod by_branch;
#[path = "adoption/desk.rs"]
mod desk;
#[path = "support/server.rs"]
mod server;
#[path = "adoption/settings.rs"]
mod settings;
#[path = "adoption/story.rs"]
mod story;
#[path = "adoption/version_table.rs"]
mod version_table;

use libtest_mimic::{Arguments, Failed, Trial};

use desk::{Desk, Urls};
use server::Database;

/// A test on a working copy with a database, and on the same one with a second database.
type Test = fn(&Desk, &Desk) -> Result<(), Failed>;

fn main() {
    let arguments = Arguments::from_args();
    let python = std::env::var("RECONCILE_TEST_PYTHON").ok();
    let server = std::env::var("RECONCILE_TEST_POSTGRES").ok();
    let mut trials = Vec::new();
    let both: &[&str] = &["sqlite", "postgres"];
    for (name, test, engines) in [
        ("both_tools_go_on", story::test as Test, both),
        (
            "the_version_table_is_where_env_py_says",
            version_table::test,
            both,
        ),
        ("branches_above_alembics_history_are_tried", by_branch::test, both),
        ("what_alembic_is_told_is_followed", settings::test, &both[..1]),
    ] {
        for engine in engines {
            let on_server = *engine == "postgres";
            let ignored = python.is_none() || (on_server && server.is_none());
            let (python, server) = (python.clone(), server.clone().filter(|_| on_server));
            let run = move || match &python {
                Some(python) if !ignored => on_a_desk(python, server.as_deref(), test),
                _ => Ok(()),
            };
            trials.push(Trial::test(format!("adoption::{name}::{engine}"), run).with_ignored_flag(ignored));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

/// Runs a test on two databases of its own: on the server, or in files where none is named.
fn on_a_desk(python: &str, server: Option<&str>, test: Test) -> Result<(), Failed> {
    let Some(server) = server else {
        let urls = |name: &str| Urls {
            ours: format!("sqlite:{name}.db"),
            theirs: format!("sqlite+aiosqlite:///{name}.db"),
        };
        let desk = Desk::new(python, urls("chat"))?;
        return test(&desk, &desk.with(&urls("other")));
    };
    let databases = [Database::new(server)?, Database::new(server)?];
    let urls = |database: &Database| Urls {
        ours: database.url.clone(),
        theirs: database.url.replacen("postgres://", "postgresql+asyncpg://", 1),
    };
    for database in &databases {
        database.create()?;
    }
    let desk = Desk::new(python, urls(&databases[0]))?;
    test(&desk, &desk.with(&urls(&databases[1])))
}
