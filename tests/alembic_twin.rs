//! The twins of revisions, run by the real Alembic: the same effect as our own `apply`, up, down and offline; texts
//! that arrive letter by letter; transactions on SQLite that keep what they should.
//!
//! Needs `RECONCILE_TEST_PYTHON`, a Python with the packages of `scripts/test-requirements.txt`; on PostgreSQL also
//! `RECONCILE_TEST_POSTGRES`.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

#[path = "alembic_twin/cases.rs"]
mod cases;
#[path = "alembic_twin/files.rs"]
mod files;
#[path = "alembic_twin/offline.rs"]
mod offline;
#[path = "alembic_twin/project.rs"]
mod project;
#[path = "alembic_twin/revisions.rs"]
mod revisions;
#[path = "alembic_twin/texts.rs"]
mod texts;
#[path = "alembic_twin/transactions.rs"]
mod transactions;

use std::path::Path;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};

use support::case::{Case, folders};
use support::engine::{Engine, engines, ignored};

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (running, missing) = engines();
    let has_python = project::python().is_some();
    let mut trials = Vec::new();
    // One server is enough: what differs between versions is what is planned, not how it is run.
    let first_of = |kind: &str| running.iter().find(|engine| engine.kind() == kind);
    let chosen = ["sqlite", "postgres"].into_iter().filter_map(first_of);
    for engine in chosen.cloned().map(Arc::new) {
        for (name, folder) in folders(&root) {
            trials.extend(of_case(&name, &folder, &engine, false));
        }
        for (name, folder) in folders(&root.with_file_name("phases")) {
            if name.contains("::rename") {
                trials.extend(of_case(&name, &folder, &engine, true));
            }
        }
        trials.extend(of_texts(&engine));
        trials.extend(of_transactions(&engine));
    }
    for (engine, reason) in &missing {
        trials.push(ignored(&format!("cases::{engine}"), reason));
    }
    if !has_python {
        trials = trials
            .into_iter()
            .map(|trial| trial.with_ignored_flag(true))
            .collect();
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn of_case(name: &str, folder: &Path, engine: &Arc<Engine>, phases: bool) -> Option<Trial> {
    let area = if phases { "phases" } else { "cases" };
    let title = format!("{area}::{name}::{}", engine.name);
    let case = match Case::read(folder, name, engine) {
        // There is no revision to write.
        Ok(case) if case.expect_error.is_some() => return None,
        Ok(case) => case,
        Err(reason) => return Some(ignored(&title, &reason)),
    };
    if !engine.is_sqlite() && engine.pg_dump.is_none() {
        return Some(ignored(&title, "no pg_dump that reads this server"));
    }
    let engine = Arc::clone(engine);
    Some(Trial::test(title, move || cases::run(&case, &engine, phases)))
}

fn on(
    engine: &Arc<Engine>,
    name: &str,
    test: impl FnOnce(&Engine) -> Result<(), Failed> + Send + 'static,
) -> Trial {
    let title = format!("{name}::{}", engine.name);
    let engine = Arc::clone(engine);
    Trial::test(title, move || test(&engine))
}

/// The drivers of an engine.
fn drivers(engine: &Engine) -> [&'static str; 2] {
    if engine.is_sqlite() {
        ["pysqlite", "aiosqlite"]
    } else {
        ["psycopg", "asyncpg"]
    }
}

fn of_texts(engine: &Arc<Engine>) -> Vec<Trial> {
    let mut trials: Vec<Trial> = drivers(engine)
        .into_iter()
        .map(|driver| {
            on(engine, &format!("texts::arrive_by_{driver}"), move |engine| {
                texts::arrive(engine, driver, false)
            })
        })
        .collect();
    trials.extend(drivers(engine).into_iter().map(|driver| {
        on(
            engine,
            &format!("texts::survive_in_operations_by_{driver}"),
            move |engine| texts::survive_in_operations(engine, driver, false),
        )
    }));
    let on_paper = [
        on(engine, "texts::arrive_on_paper", |engine| {
            texts::arrive(engine, "", true)
        }),
        on(engine, "texts::survive_in_operations_on_paper", |engine| {
            texts::survive_in_operations(engine, "", true)
        }),
    ];
    let is_missing = offline::program(engine).is_none();
    trials.extend(on_paper.map(|trial| trial.with_ignored_flag(is_missing)));
    trials
}

fn of_transactions(engine: &Arc<Engine>) -> Vec<Trial> {
    let mut trials = vec![
        on(
            engine,
            "transactions::another_engine_is_refused",
            transactions::another_engine_is_refused,
        ),
        on(
            engine,
            "transactions::each_engine_has_its_own",
            transactions::each_engine_has_its_own,
        ),
    ];
    for driver in drivers(engine) {
        trials.push(on(
            engine,
            &format!("transactions::an_expectation_stops_{driver}"),
            move |engine| transactions::an_expectation_stops(engine, driver),
        ));
        if !engine.is_sqlite() {
            trials.push(on(
                engine,
                &format!("transactions::are_cut_{driver}"),
                move |engine| transactions::transactions_are_cut(engine, driver),
            ));
        }
    }
    if engine.is_sqlite() {
        trials.extend([
            on(engine, "files::both_are_written", files::both_are_written),
            on(
                engine,
                "files::none_is_written_alone",
                files::none_is_written_alone,
            ),
            on(
                engine,
                "files::a_squash_takes_the_twins_along",
                files::a_squash_takes_the_twins_along,
            ),
            on(engine, "files::edits_are_told", files::edits_are_told),
        ]);
        trials.extend([
            on(
                engine,
                "transactions::a_rebuild_keeps_the_children",
                transactions::a_rebuild_keeps_the_children,
            ),
            on(
                engine,
                "transactions::rows_go_as_they_go_here",
                transactions::rows_go_as_they_go_here,
            ),
            on(
                engine,
                "transactions::a_failure_leaves_nothing",
                transactions::a_failure_leaves_nothing,
            ),
            on(
                engine,
                "transactions::an_orphan_is_refused",
                transactions::an_orphan_is_refused,
            ),
        ]);
    }
    trials
}
