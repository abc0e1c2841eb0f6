//! Every folder in `tests/cases/` with made-up rows in all its tables, beside the case's own: what both states have is
//! there after the way up, after the way down, and after the second way up.
//!
//! The rows are made by the program's own generator, put in behind its back, and looked at twice afterwards: by the
//! program's comparison, which follows renames and conversions, and by the outside observer, which knows nothing of
//! either and compares what has not changed. Where rows are in the way of the change itself, fewer are made.
//!
//! Runs on SQLite and the first PostgreSQL server; on the others too where `RECONCILE_TEST_WIDE` is `all`.

#[expect(dead_code, reason = "shared with tests/cases.rs, which asks more of it")]
mod support;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use libtest_mimic::{Arguments, Failed, Trial};

use reconcile::catalog::kinds::{Column, Table, Trigger};
use reconcile::catalog::{Catalog, ObjectId};
use reconcile::declare::{self, Declared, Naming};
use reconcile::dialect::session::ConnectOptions;
use reconcile::dialect::{DatabaseUrl, Scope, Session, VersionTable};
use reconcile::scratch::rows_queries;
use reconcile::verify::Mapping;
use reconcile::verify::kept::{self, Comparison, Look};
use reconcile::verify::rows::{self, Ground, Thin};

use support::case::{Case, folders};
use support::engine::{Database, Engine, engines_of_the_day, ignored};
use support::observe::{self, Rows};
use support::program::{Ran, reconcile};

/// Past the keys of all seeds, and small enough for the smallest numbers.
const BEYOND_SEEDS: usize = 20_000;
/// How many trials of an engine have to have compared rows.
const ENOUGH: usize = 90;

/// What the trials of all engines have compared.
#[derive(Default)]
struct Tally {
    trials: AtomicUsize,
    rows: AtomicUsize,
}

fn main() {
    let arguments = Arguments::from_args();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases");
    let (running, missing) = engines_of_the_day();
    let tally = Arc::new(Tally::default());
    let mut trials = Vec::new();
    for engine in running.iter().cloned().map(Arc::new) {
        for (name, folder) in folders(&root) {
            trials.push(trial(&name, &folder, &engine, &tally));
        }
    }
    for (engine, reason) in &missing {
        trials.push(ignored(&format!("all::{engine}"), reason));
    }
    let filtered = arguments.filter.is_some() || !arguments.skip.is_empty() || arguments.list;
    let conclusion = libtest_mimic::run(&arguments, trials);
    let (compared, rows) = (
        tally.trials.load(Ordering::Relaxed),
        tally.rows.load(Ordering::Relaxed),
    );
    if !filtered && !conclusion.has_failed() {
        assert!(
            compared >= ENOUGH * running.len(),
            "only {compared} trials compared rows, {rows} in all"
        );
    }
    conclusion.exit();
}

fn trial(name: &str, folder: &Path, engine: &Arc<Engine>, tally: &Arc<Tally>) -> Trial {
    let title = format!("{name}::{}", engine.name);
    let case = match Case::read(folder, name, engine) {
        Ok(case) if case.expect_error.is_some() => return ignored(&title, "the change is refused"),
        Ok(case) => case,
        Err(reason) => return ignored(&title, &reason),
    };
    let (engine, tally) = (Arc::clone(engine), Arc::clone(tally));
    Trial::test(title, move || {
        let mut refusal = None;
        // Fewer rows each time, for the change may not go with all of them.
        for thin in [Thin::No, Thin::Filled, Thin::One, Thin::Empty] {
            let folder = tempfile::tempdir()?;
            match Story::begin(&case, &engine, folder.path(), thin)?.told()? {
                Ok(compared) => {
                    tally
                        .trials
                        .fetch_add(usize::from(compared > 0), Ordering::Relaxed);
                    tally.rows.fetch_add(compared, Ordering::Relaxed);
                    return Ok(());
                }
                Err(refused) => refusal = Some(refused),
            }
        }
        Err(refusal.unwrap_or_default().into())
    })
}

/// A case in the middle of its run.
struct Story<'a> {
    case: &'a Case,
    folder: &'a Path,
    database: Database<'a>,
    before: Catalog,
    declared: [Declared; 2],
    /// The rows at the beginning, as the program reads them and as the observer does.
    look: Look,
    seen: Rows,
}

impl<'a> Story<'a> {
    /// The state before with the case's rows, and others.
    fn begin(case: &'a Case, engine: &'a Engine, folder: &'a Path, thin: Thin) -> Result<Self, Failed> {
        let database = Database::new(engine, folder, "survival")?;
        apply(case, folder, &database, "before")?.exits(0, "apply before.kdl")?;
        if let Some(seed) = case.seed() {
            database.execute(&seed)?;
        }
        let made = block_on(async {
            let mut session = connect(&database).await?;
            let declared = [
                read(case, "before", session.as_ref())?,
                read(case, "after", session.as_ref())?,
            ];
            let before = state(session.as_mut(), &declared[0]).await?;
            let renames = renames(&declared[1]);
            let mapping = Mapping::new(&before, &declared[1].catalog, &renames);
            let server = session.server().clone();
            let ground = Ground {
                server: &server,
                from: &before,
                to: &declared[1].catalog,
                mapping: &mapping,
                first: BEYOND_SEEDS,
                touched_only: false,
            };
            let tables: BTreeSet<_> = before
                .of_kind::<Table>()
                .filter_map(|(id, _)| id.qname().cloned())
                .collect();
            let without = tables.iter().map(|table| (table.clone(), thin)).collect();
            rows::fill(&ground, &without, session.as_mut())
                .await
                .map_err(failed)?;
            let look = kept::look(session.as_mut(), &before, &tables)
                .await
                .map_err(failed)?;
            session.close().await.map_err(failed)?;
            Ok((before, declared, look))
        });
        let (before, declared, look) = made?;
        Ok(Self {
            case,
            folder,
            seen: observe::rows(&database)?,
            database,
            before,
            declared,
            look,
        })
    }

    /// Up, down and up; how many rows came through, or why the change does not go with these.
    fn told(&self) -> Result<Result<usize, String>, Failed> {
        let up = apply(self.case, self.folder, &self.database, "after")?;
        // The data was asked and says no.
        if up.status == Some(2) {
            return Ok(Err(format!("{}{}", up.stdout, up.stderr)));
        }
        let up = up.exits(0, "apply after.kdl")?;
        drop(up);
        self.compare("way up", false)?;
        if !self.case.one_way {
            let down = self.migrate(&["downgrade", "-1"])?;
            if down.status == Some(2) {
                return Ok(Err(format!("{}{}", down.stdout, down.stderr)));
            }
            down.exits(0, "downgrade")?;
            self.compare("way up and down", true)?;
            self.migrate(&["upgrade", "head"])?.exits(0, "upgrade again")?;
            self.compare("second way up", false)?;
        }
        Ok(Ok(kept::count(&self.look)))
    }

    fn migrate(&self, command: &[&str]) -> Result<Ran, Failed> {
        let url = ["--url", &self.database.url, "--plans", "plans"];
        let more = ["--schema", "nowhere", "--yes", "--allow-destructive"];
        reconcile(self.folder, &[command, &url, &more].concat())
    }

    fn compare(&self, way: &str, is_back: bool) -> Result<(), Failed> {
        let names = |id: &ObjectId| id.qname().cloned();
        let after = block_on(async {
            let mut session = connect(&self.database).await?;
            let model = &self.declared[usize::from(!is_back)];
            let now = state(session.as_mut(), model).await?;
            let tables: Vec<_> = now.of_kind::<Table>().filter_map(|(id, _)| names(id)).collect();
            let look = kept::look(session.as_mut(), &now, &tables)
                .await
                .map_err(failed)?;
            let other = if is_back { &self.declared[1].catalog } else { &now };
            let renames = renames(&self.declared[1]);
            let mapping = Mapping::new(&self.before, other, &renames);
            let server = session.server().clone();
            let comparison = Comparison {
                server: &server,
                from: &self.before,
                to: other,
                mapping: &mapping,
                written: &[],
                is_back,
            };
            let kept = comparison.kept(&self.look, &look, way, session.as_mut()).await;
            let kept = kept.map_err(failed)?;
            session.close().await.map_err(failed)?;
            let lost = kept.lost.into_iter().map(|one| one.message);
            let lost: Vec<String> = lost.filter(|said| !self.is_expected(said)).collect();
            if lost.is_empty() {
                Ok(now)
            } else {
                Err(Failed::from(lost.join("\n")))
            }
        })?;
        let changed = self.changed(&self.declared[1].catalog, &after);
        observe::survive(
            &format!("after the {way}"),
            &self.seen,
            &observe::rows(&self.database)?,
            |table, column| {
                self.case.is_lost(table, column)
                    || changed.contains(table)
                    || column.is_some_and(|column| changed.contains(&format!("{table}.{column}")))
            },
        )
    }

    /// Whether the case says that these values do not come through as they were.
    fn is_expected(&self, said: &str) -> bool {
        self.case.loses.iter().any(|lost| match lost.split_once('.') {
            Some((table, column)) => {
                said.contains(&format!(" of {table} ")) && said.contains(&format!("column {column} "))
            }
            None => said.contains(&format!(" of {lost} ")),
        })
    }

    /// What the observer cannot compare by name: columns that are another thing, or have other values, in the two states.
    fn changed(&self, declared: &Catalog, now: &Catalog) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        for (id, column) in self.before.of_kind::<Column>() {
            let others = [declared.payload::<Column>(id), now.payload::<Column>(id)];
            let same = others.iter().flatten().all(|other| {
                other.data_type.text == column.data_type.text
                    && other.nullable == column.nullable
                    && other.generated == column.generated
            });
            if !same || others[0].is_none() {
                out.insert(id.label());
            }
        }
        for state in [&self.before, now] {
            let triggers = state.of_kind::<Trigger>();
            out.extend(triggers.filter_map(|(id, _)| Some(id.relation()?.to_string())));
        }
        // Declared rows come and go, and take along what refers to them.
        for query in rows_queries(declared).iter().chain(&rows_queries(&self.before)) {
            out.insert(query.table.to_string());
        }
        let gone = self.before.of_kind::<Table>();
        let gone = gone.filter(|(id, _)| !declared.contains(id));
        out.extend(gone.map(|(id, _)| id.label()));
        out
    }
}

fn apply(case: &Case, folder: &Path, database: &Database<'_>, state: &str) -> Result<Ran, Failed> {
    let schema = case.declarations(state).to_string_lossy().into_owned();
    let mut arguments = vec!["apply", "--url", &database.url, "--schema", &schema];
    arguments.extend(["--plans", "plans", "--yes", "--allow-destructive"]);
    reconcile(folder, &arguments)
}

fn read(case: &Case, state: &str, session: &dyn Session) -> Result<Declared, Failed> {
    let told = |found: Vec<reconcile::diagnostic::Diagnostic>| Failed::from(format!("{found:?}"));
    let sources = declare::read_sources(&case.declarations(state)).map_err(told)?;
    declare::load(&sources, session.server(), &Naming::default()).map_err(told)
}

fn renames(declared: &Declared) -> Vec<(ObjectId, ObjectId)> {
    let renames = declared.intents.renames.iter();
    renames
        .map(|rename| (rename.from.clone(), rename.to.clone()))
        .collect()
}

async fn connect(database: &Database<'_>) -> Result<Box<dyn Session>, Failed> {
    let url = DatabaseUrl::parse(&database.url)?;
    let options = ConnectOptions {
        create: true,
        ..ConnectOptions::default()
    };
    url.dialect.engine().connect(&url, &options).await.map_err(failed)
}

async fn state(session: &mut dyn Session, model: &Declared) -> Result<Catalog, Failed> {
    let scope = Scope {
        rows: rows_queries(&model.catalog),
        leave_out: VersionTable::default().left_out(session.server().dialect),
        ..Scope::default()
    };
    let read = session.introspect(&scope).await.map_err(failed)?;
    Ok(read.catalog.into_catalog())
}

#[expect(clippy::needless_pass_by_value, reason = "what `map_err` takes")]
fn failed(error: reconcile::dialect::EngineError) -> Failed {
    format!("{error} {error:?}").into()
}

fn block_on<T>(work: impl Future<Output = Result<T, Failed>>) -> Result<T, Failed> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}
