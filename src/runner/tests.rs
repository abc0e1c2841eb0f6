//! The runner on real databases: SQLite always, PostgreSQL where `RECONCILE_TEST_POSTGRES` names a server.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use super::*;
use crate::catalog::Fingerprint;
use crate::dialect::session::{ConnectOptions, EngineErrorKind};
use crate::dialect::{DatabaseUrl, Dialect, TxnOptions, VersionTable};
use crate::op::Txn;
use crate::revision::Revision;
use crate::script::{Item, Script, Step};

/// Runs a test on a database of its own on every engine that is there, and removes it, whatever comes of the test.
async fn on_each<F>(test: impl Fn(DatabaseUrl) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    static COUNT: AtomicU32 = AtomicU32::new(0);
    on_sqlite(&test).await;
    let Ok(server) = std::env::var("RECONCILE_TEST_POSTGRES") else {
        return;
    };
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("reconcile_runner_{}_{count}", std::process::id());
    let mut url = url::Url::parse(&server).unwrap();
    url.set_path(&name);
    let server = DatabaseUrl::parse(&server).unwrap();
    execute(&server, &format!("CREATE DATABASE {name}")).await;
    let result = tokio::spawn(test(DatabaseUrl::parse(url.as_str()).unwrap())).await;
    let sessions = format!(
        "SELECT pg_catalog.pg_terminate_backend(pid, 5000) FROM pg_catalog.pg_stat_activity WHERE datname = '{name}'"
    );
    execute(&server, &sessions).await;
    execute(&server, &format!("DROP DATABASE {name}")).await;
    result.unwrap();
}

async fn on_sqlite<F: Future<Output = ()>>(test: impl Fn(DatabaseUrl) -> F) {
    let folder = tempfile::tempdir().unwrap();
    let file = format!("sqlite:///{}", folder.path().join("test.db").display());
    test(DatabaseUrl::parse(&file).unwrap()).await;
}

async fn connect(url: &DatabaseUrl) -> Box<dyn Session> {
    let options = ConnectOptions {
        create: true,
        ..ConnectOptions::default()
    };
    url.dialect.engine().connect(url, &options).await.unwrap()
}

async fn execute(url: &DatabaseUrl, sql: &str) {
    let mut session = connect(url).await;
    session.execute(sql).await.unwrap();
    session.close().await.unwrap();
}

/// Statements are written for both engines; `public.` stands where a schema must.
fn local(session: &dyn Session, sql: &str) -> String {
    match session.server().engine().default_schema() {
        Some(_) => sql.to_owned(),
        None => sql.replace("public.", ""),
    }
}

fn options() -> RunOptions {
    RunOptions {
        existing: None,
        version_table: VersionTable::default(),
        patience: Duration::ZERO,
        pause: Duration::ZERO,
        lock_wait: Duration::from_millis(200),
        allow_destructive: false,
        scope: Scope {
            leave_out: VersionTable::default().left_out(Dialect::Postgres),
            ..Scope::default()
        },
    }
}

fn step(session: &dyn Session, sql: &str) -> Step {
    Step {
        title: format!("do {sql}"),
        items: vec![Item::Sql(local(session, sql))],
        ..Step::default()
    }
}

fn script(session: &dyn Session, statements: &[&str]) -> Script {
    Script {
        foreign_keys_off: false,
        steps: statements.iter().map(|sql| step(session, sql)).collect(),
    }
}

/// The fingerprint of the database after these statements, which are taken back.
async fn state(session: &mut dyn Session, statements: &[&str]) -> Fingerprint {
    session.begin(TxnOptions::default()).await.unwrap();
    for sql in statements {
        let sql = local(session, sql);
        session.execute(&sql).await.unwrap();
    }
    let found = session
        .introspect(&options().scope)
        .await
        .unwrap()
        .catalog
        .fingerprint();
    session.rollback().await.unwrap();
    found
}

const MAKE: &str = "CREATE TABLE public.t (a integer)";
const GROW: &str = "ALTER TABLE public.t ADD COLUMN b integer";
const SHRINK: &str = "ALTER TABLE public.t DROP COLUMN b";
const DROP: &str = "DROP TABLE public.t";

fn revision(session: &dyn Session, id: &str, parents: &[&str], up: &[&str], down: &[&str]) -> Revision {
    let server = session.server();
    let planned = EngineScript {
        engine: server.dialect.name().to_owned(),
        version: server.version_text.clone(),
        from: Fingerprint::from_text(""),
        or_from: None,
        was: None,
        proof: None,
        to: Fingerprint::from_text(""),
        upgrade: script(session, up),
        downgrade: script(session, down),
    };
    Revision {
        origin: crate::revision::Origin::Native,
        id: id.to_owned(),
        message: format!("make {id}"),
        down_revisions: parents.iter().map(|id| (*id).to_owned()).collect(),
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        created: "2026-11-21T09:30:00Z".to_owned(),
        phase: None,
        replaces: Vec::new(),
        notes: Vec::new(),
        scripts: vec![planned],
        path: PathBuf::from("plans/x.kdl"),
    }
}

/// A table, then a column of it, with the fingerprints of what is there before and after.
async fn chain(session: &mut dyn Session) -> [Revision; 2] {
    let mut first = revision(session, "aaaa", &[], &[MAKE], &[DROP]);
    let mut second = revision(session, "bbbb", &["aaaa"], &[GROW], &[SHRINK]);
    let states = [
        state(session, &[]).await,
        state(session, &[MAKE]).await,
        state(session, &[MAKE, GROW]).await,
    ];
    let [base, middle, head] = states;
    first.scripts[0].from = base;
    first.scripts[0].to = middle.clone();
    second.scripts[0].from = middle;
    second.scripts[0].to = head;
    [first, second]
}

/// The graph of these revisions, with stand-ins for the parents that are not among them.
fn graph(revisions: &[&Revision]) -> RevisionMap {
    let mut all: Vec<Revision> = revisions.iter().map(|revision| (*revision).clone()).collect();
    for parent in revisions.iter().flat_map(|revision| &revision.down_revisions) {
        if !all.iter().any(|revision| revision.id == *parent) {
            all.push(Revision {
                id: parent.clone(),
                down_revisions: Vec::new(),
                ..revisions[0].clone()
            });
        }
    }
    RevisionMap::new(all).unwrap()
}

async fn run_with(
    session: &mut dyn Session,
    revisions: &[&Revision],
    direction: Direction,
    options: &RunOptions,
    observe: &mut (dyn FnMut(Event) + Send),
) -> Result<Report, RunError> {
    let map = graph(revisions);
    let way = Way {
        map: &map,
        revisions,
        direction,
    };
    run(session, &way, options, observe).await
}

async fn up(session: &mut dyn Session, revisions: &[&Revision]) -> Result<Report, RunError> {
    run_with(session, revisions, Direction::Upgrade, &options(), &mut |_| {}).await
}

async fn down(session: &mut dyn Session, revisions: &[&Revision]) -> Result<Report, RunError> {
    run_with(session, revisions, Direction::Downgrade, &options(), &mut |_| {}).await
}

/// Rows of the ledger as `revision state segments`.
async fn noted(session: &mut dyn Session) -> Vec<String> {
    let entries = ledger::read(session).await.unwrap();
    let say = |entry: ledger::Entry| format!("{} {:?} {}", entry.revision, entry.state, entry.segments_done);
    entries.into_iter().map(say).collect()
}

async fn shape(session: &mut dyn Session) -> Fingerprint {
    session
        .introspect(&options().scope)
        .await
        .unwrap()
        .catalog
        .fingerprint()
}

async fn has_no_tables_of_ours(session: &mut dyn Session) -> bool {
    let version = VersionTable::default().on(session.server().dialect);
    let ledger = ledger::table(session);
    !version::is_there(session, &version).await.unwrap()
        && !version::is_there(session, &ledger).await.unwrap()
}

#[tokio::test]
async fn a_chain_goes_up_and_down_again() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let [first, second] = chain(session).await;
        assert!(
            current(session, &VersionTable::default())
                .await
                .unwrap()
                .is_empty()
        );
        assert!(has_no_tables_of_ours(session).await, "reading makes no table");
        let mut events = Vec::new();
        let mut observe = |event: Event| events.push(format!("{event:?}"));
        let both = [&first, &second];
        let report = run_with(session, &both, Direction::Upgrade, &options(), &mut observe)
            .await
            .unwrap();
        assert_eq!(report.warnings, [""; 0]);
        let ran: Vec<&str> = report.ran.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ran, ["aaaa", "bbbb"]);
        assert_eq!(events.len(), 6, "{events:?}");
        assert_eq!(
            current(session, &VersionTable::default()).await.unwrap(),
            ["bbbb"]
        );
        assert_eq!(noted(session).await, ["aaaa Applied 1", "bbbb Applied 1"]);
        assert_eq!(shape(session).await, second.scripts[0].to);
        let map = RevisionMap::new(vec![first.clone(), second.clone()]).unwrap();
        verify_applied(session, &map, &VersionTable::default())
            .await
            .unwrap();
        let report = down(session, &[&second, &first]).await.unwrap();
        assert_eq!(report.warnings, [""; 0]);
        assert!(
            current(session, &VersionTable::default())
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(noted(session).await, ["aaaa Reverted 1", "bbbb Reverted 1"]);
        assert_eq!(shape(session).await, first.scripts[0].from);
        up(session, &both).await.unwrap();
        assert_eq!(
            current(session, &VersionTable::default()).await.unwrap(),
            ["bbbb"]
        );
    })
    .await;
}

#[tokio::test]
async fn the_version_table_is_alembics() {
    on_sqlite(|url| async move {
    let mut session = connect(&url).await;
    let session = session.as_mut();
    let [first, _] = chain(session).await;
    up(session, &[&first]).await.unwrap();
    let text = session
        .query("SELECT sql FROM sqlite_schema WHERE name = 'alembic_version'")
        .await
        .unwrap();
    assert_eq!(
        text[0][0].as_deref(),
        Some(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc \
             PRIMARY KEY (version_num))"
        )
    );
    }).await;
}

#[tokio::test]
async fn a_failing_step_leaves_nothing() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let bad = revision(
            session,
            "aaaa",
            &[],
            &[MAKE, "ALTER TABLE public.gone ADD COLUMN b integer"],
            &[],
        );
        let bad = with_states(session, bad).await;
        let before = shape(session).await;
        let error = up(session, &[&bad]).await.unwrap_err();
        assert!(
            matches!(&error, RunError::Step { step, done_steps: 0, .. } if step.contains("public.gone")),
            "{error:?}"
        );
        assert_eq!(shape(session).await, before);
        assert!(has_no_tables_of_ours(session).await);
        // The lock is given back, and the session can go on.
        let [first, _] = chain(session).await;
        up(session, &[&first]).await.unwrap();
    })
    .await;
}

/// Plans from the state that the database is in; where it leads is of no interest.
async fn with_states(session: &mut dyn Session, mut revision: Revision) -> Revision {
    revision.scripts[0].from = shape(session).await;
    revision
}

#[tokio::test]
async fn data_that_is_not_as_expected_stops_the_step() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let mut asks = revision(session, "aaaa", &[], &[MAKE], &[]);
        asks.scripts[0].upgrade.steps[0].items.push(Item::Expect {
            label: "a row in t".to_owned(),
            sql: local(session, "SELECT count(*) FROM public.t"),
            value: "1".to_owned(),
        });
        let asks = with_states(session, asks).await;
        let error = up(session, &[&asks]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "step `do CREATE TABLE public.t (a integer)` of revision aaaa expects a row in t, and found 0"
        );
        assert!(has_no_tables_of_ours(session).await);
    })
    .await;
}

#[tokio::test]
async fn a_database_changed_behind_the_plan_is_refused() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let [first, second] = chain(session).await;
        up(session, &[&first]).await.unwrap();
        let other = local(session, "CREATE TABLE public.other (a integer)");
        session.execute(&other).await.unwrap();
        let error = up(session, &[&second]).await.unwrap_err();
        assert!(
            matches!(&error, RunError::Drift { revision } if revision == "bbbb"),
            "{error:?}"
        );
        let error = down(session, &[&first]).await.unwrap_err();
        assert!(
            matches!(&error, RunError::Drift { revision } if revision == "aaaa"),
            "{error:?}"
        );
        assert_eq!(
            current(session, &VersionTable::default()).await.unwrap(),
            ["aaaa"]
        );
        // On another major version texts may differ for no reason: it is said that nothing was compared.
        let mut older = second.clone();
        older.scripts[0].version = "1.0".to_owned();
        let report = up(session, &[&older]).await.unwrap();
        assert_eq!(report.warnings.len(), 1, "{report:?}");
        assert_eq!(
            current(session, &VersionTable::default()).await.unwrap(),
            ["bbbb"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_result_that_was_not_planned_is_said() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let [mut first, _] = chain(session).await;
        first.scripts[0].to = Fingerprint::from_text("something else");
        let report = up(session, &[&first]).await.unwrap();
        assert_eq!(
            report.warnings,
            ["after the upgrade of revision aaaa the database is not in the state that was planned"]
        );
    })
    .await;
}

#[tokio::test]
async fn an_edited_revision_is_refused() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let [first, second] = chain(session).await;
        up(session, &[&first, &second]).await.unwrap();
        let mut edited = first.clone();
        edited.scripts[0].upgrade.steps[0].items[0] = Item::Sql("SELECT 1".to_owned());
        let map = RevisionMap::new(vec![edited.clone(), second.clone()]).unwrap();
        let error = verify_applied(session, &map, &VersionTable::default())
            .await
            .unwrap_err();
        assert!(
            matches!(&error, RunError::Edited { revision } if revision == "aaaa"),
            "{error:?}"
        );
        down(session, &[&second]).await.unwrap();
        let error = down(session, &[&edited]).await.unwrap_err();
        assert!(matches!(&error, RunError::Edited { .. }), "{error:?}");
        down(session, &[&first]).await.unwrap();
        // What was taken back may be edited.
        verify_applied(session, &map, &VersionTable::default())
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn losses_are_refused_before_anything_runs() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let [first, mut second] = chain(session).await;
        second.scripts[0].upgrade.steps[0].loses = vec!["table u and its rows".to_owned()];
        let error = up(session, &[&first, &second]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "revision bbbb loses data: table u and its rows"
        );
        assert!(
            has_no_tables_of_ours(session).await,
            "not even the first revision ran"
        );
        let allowed = RunOptions {
            allow_destructive: true,
            ..options()
        };
        run_with(
            session,
            &[&first, &second],
            Direction::Upgrade,
            &allowed,
            &mut |_| {},
        )
        .await
        .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_script_for_this_engine_must_be_there() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let [first, mut second] = chain(session).await;
        second.scripts[0].engine = "mariadb".to_owned();
        let error = up(session, &[&first, &second]).await.unwrap_err();
        assert!(
            matches!(&error, RunError::NoScript { revision, .. } if revision == "bbbb"),
            "{error:?}"
        );
        assert!(has_no_tables_of_ours(session).await);
    })
    .await;
}

#[tokio::test]
async fn a_revision_starts_where_the_database_is() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let [first, second] = chain(session).await;
        let error = up(session, &[&second]).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "the upgrade of revision bbbb starts from aaaa, and the database is at base"
        );
        up(session, &[&first]).await.unwrap();
        // As if another applier had been faster.
        let error = up(session, &[&first]).await.unwrap_err();
        assert!(
            matches!(&error, RunError::Elsewhere { found, .. } if found == "aaaa"),
            "{error:?}"
        );
        let error = down(session, &[&second]).await.unwrap_err();
        assert!(matches!(&error, RunError::Elsewhere { .. }), "{error:?}");
    })
    .await;
}

/// Three segments, of which the last fails as long as there is no table `later`.
fn three_segments(session: &dyn Session, middle: Txn) -> Revision {
    let up = [MAKE, GROW, "INSERT INTO public.later VALUES (1)"];
    let mut revision = revision(session, "aaaa", &[], &up, &[]);
    let steps = &mut revision.scripts[0].upgrade.steps;
    steps[0].txn = Txn::CommitAfter;
    steps[1].txn = middle;
    revision
}

#[tokio::test]
async fn a_run_that_stopped_half_way_goes_on_where_it_stopped() {
    on_each(|url| async move {
        for middle in [Txn::CommitAfter, Txn::Outside] {
            let mut session = connect(&url).await;
            let session = session.as_mut();
            let half = three_segments(session, middle);
            let half = with_states(session, half).await;
            let error = up(session, &[&half]).await.unwrap_err();
            assert_eq!(error.done_steps(), 2, "{error:?}");
            assert_eq!(current(session, &VersionTable::default()).await.unwrap(), [""; 0]);
            assert_eq!(noted(session).await, ["aaaa Partial 2"]);
            let mut edited = half.clone();
            edited.scripts[0].upgrade.steps.pop();
            let error = up(session, &[&edited]).await.unwrap_err();
            assert_eq!(
                error.to_string(),
                "revision aaaa was left half-way by its upgrade, and was edited since"
            );
            let mut other = half.clone();
            other.id = "cccc".to_owned();
            let error = up(session, &[&other]).await.unwrap_err();
            assert!(
                matches!(&error, RunError::HalfWay { revision, .. } if revision == "aaaa"),
                "{error:?}"
            );
            let later = local(session, "CREATE TABLE public.later (a integer)");
            session.execute(&later).await.unwrap();
            up(session, &[&half]).await.unwrap();
            assert_eq!(
                current(session, &VersionTable::default()).await.unwrap(),
                ["aaaa"]
            );
            assert_eq!(noted(session).await, ["aaaa Applied 3"]);
            for sql in [
                "DROP TABLE public.later",
                DROP,
                "DELETE FROM public.alembic_version",
            ] {
                let sql = local(session, sql);
                session.execute(&sql).await.unwrap();
            }
        }
    })
    .await;
}

fn alone(session: &dyn Session, up: &str) -> Revision {
    let mut alone = revision(session, "aaaa", &[], &[up], &[]);
    alone.scripts[0].upgrade.steps[0].txn = Txn::Outside;
    alone
}

#[tokio::test]
async fn a_step_outside_a_transaction_is_noted_before_and_after() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let (good, bad, mut asks) = (
            alone(session, MAKE),
            alone(session, "SELECT * FROM public.gone"),
            alone(session, MAKE),
        );
        asks.scripts[0].upgrade.steps[0].items.insert(
            0,
            Item::Expect {
                label: "two".to_owned(),
                sql: "SELECT 1".to_owned(),
                value: "2".to_owned(),
            },
        );
        let (good, bad, asks) = (
            with_states(session, good).await,
            with_states(session, bad).await,
            with_states(session, asks).await,
        );
        // Nothing was tried: nothing is half-way.
        assert_eq!(up(session, &[&asks]).await.unwrap_err().done_steps(), 0);
        assert_eq!(noted(session).await, [""; 0]);
        // It may have left something: it is said, and kept.
        assert_eq!(up(session, &[&bad]).await.unwrap_err().done_steps(), 1);
        assert_eq!(noted(session).await, ["aaaa Partial 0"]);
        // Whoever stamps says where the database is.
        stamp(session, &[], &options()).await.unwrap();
        assert_eq!(noted(session).await, ["aaaa Stamped 0"]);
        up(session, &[&good]).await.unwrap();
        assert_eq!(noted(session).await, ["aaaa Applied 1"]);
        assert_eq!(
            current(session, &VersionTable::default()).await.unwrap(),
            ["aaaa"]
        );
    })
    .await;
}

#[tokio::test]
async fn a_revision_with_nothing_to_do_moves_the_version() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let empty = revision(session, "aaaa", &[], &[], &[]);
        let mut empty = with_states(session, empty).await;
        empty.scripts[0].to = empty.scripts[0].from.clone();
        assert_eq!(up(session, &[&empty]).await.unwrap().warnings, [""; 0]);
        assert_eq!(
            current(session, &VersionTable::default()).await.unwrap(),
            ["aaaa"]
        );
        down(session, &[&empty]).await.unwrap();
        assert_eq!(current(session, &VersionTable::default()).await.unwrap(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_merge_takes_its_parents_rows_and_gives_them_back() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let merge = revision(session, "cccc", &["aaaa", "bbbb"], &[], &[]);
        let mut merge = with_states(session, merge).await;
        merge.scripts[0].to = merge.scripts[0].from.clone();
        let rows = ["aaaa".to_owned(), "bbbb".to_owned()];
        stamp(session, &rows, &options()).await.unwrap();
        assert_eq!(current(session, &VersionTable::default()).await.unwrap(), rows);
        up(session, &[&merge]).await.unwrap();
        assert_eq!(
            current(session, &VersionTable::default()).await.unwrap(),
            ["cccc"]
        );
        down(session, &[&merge]).await.unwrap();
        assert_eq!(current(session, &VersionTable::default()).await.unwrap(), rows);
        stamp(session, &[], &options()).await.unwrap();
        assert_eq!(current(session, &VersionTable::default()).await.unwrap(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn branches_and_dependencies_move_their_own_rows() {
    on_each(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let mut all = Vec::new();
        for (id, parents) in [
            ("aaaa", &[][..]),
            ("bbbb", &["aaaa"]),
            ("cccc", &["aaaa"]),
            ("dddd", &["bbbb", "cccc"]),
            ("eeee", &["cccc"]),
            ("ffff", &[]),
        ] {
            let empty = revision(session, id, parents, &[], &[]);
            let mut empty = with_states(session, empty).await;
            empty.scripts[0].to = empty.scripts[0].from.clone();
            all.push(empty);
        }
        all[5].depends_on = vec!["eeee".to_owned()];
        let map = RevisionMap::new(all.clone()).unwrap();
        for (step, at) in [
            ("+aaaa", "aaaa"),
            ("+bbbb", "bbbb"),
            ("+cccc", "bbbb cccc"),
            ("+eeee", "bbbb eeee"),
            ("+dddd", "dddd eeee"),
            ("+ffff", "dddd ffff"),
            ("-dddd", "bbbb ffff"),
            ("-ffff", "bbbb eeee"),
            ("-eeee", "bbbb cccc"),
            ("-bbbb", "cccc"),
            ("-cccc", "aaaa"),
            ("-aaaa", ""),
        ] {
            let way = Way {
                map: &map,
                revisions: &[map.get(&step[1..]).unwrap()],
                direction: if step.starts_with('+') {
                    Direction::Upgrade
                } else {
                    Direction::Downgrade
                },
            };
            run(session, &way, &options(), &mut |_| {}).await.unwrap();
            assert_eq!(
                current(session, &VersionTable::default())
                    .await
                    .unwrap()
                    .join(" "),
                at,
                "{step}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_second_applier_waits_and_gives_up() {
    on_each(|url| async move {
        let mut holder = connect(&url).await;
        let mut session = connect(&url).await;
        let [first, _] = chain(session.as_mut()).await;
        holder.lock(Duration::from_secs(1)).await.unwrap();
        holder.begin(TxnOptions::default()).await.unwrap();
        let error = up(session.as_mut(), &[&first]).await.unwrap_err();
        let RunError::Engine(error) = error else {
            panic!("{error:?}")
        };
        assert_eq!(error.kind, EngineErrorKind::Busy, "{error:?}");
        holder.rollback().await.unwrap();
        holder.unlock().await.unwrap();
        up(session.as_mut(), &[&first]).await.unwrap();
        holder.close().await.unwrap();
        session.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn two_appliers_at_once_do_it_once() {
    on_each(|url| async move {
        let (mut one, mut other) = (connect(&url).await, connect(&url).await);
        let [first, second] = chain(one.as_mut()).await;
        let patient = RunOptions {
            lock_wait: Duration::from_secs(10),
            ..options()
        };
        let both = [&first, &second];
        let (mut ignore, mut ignore_too) = (|_| {}, |_| {});
        let (a, b) = tokio::join!(
            run_with(one.as_mut(), &both, Direction::Upgrade, &patient, &mut ignore),
            run_with(
                other.as_mut(),
                &both,
                Direction::Upgrade,
                &patient,
                &mut ignore_too
            )
        );
        let refused = match (a, b) {
            (Ok(_), Err(error)) | (Err(error), Ok(_)) => error,
            both => panic!("{both:?}"),
        };
        let busy = matches!(&refused, RunError::Engine(error) if error.kind == EngineErrorKind::Busy);
        assert!(
            busy || matches!(refused, RunError::Elsewhere { .. }),
            "{refused:?}"
        );
        assert_eq!(
            current(one.as_mut(), &VersionTable::default()).await.unwrap(),
            ["bbbb"]
        );
        assert_eq!(noted(one.as_mut()).await, ["aaaa Applied 1", "bbbb Applied 1"]);
        one.close().await.unwrap();
        other.close().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_rebuild_that_breaks_a_foreign_key_is_undone() {
    on_sqlite(|url| async move {
        let mut session = connect(&url).await;
        let session = session.as_mut();
        let setup = "CREATE TABLE p (id integer primary key); CREATE TABLE c (p integer references p); \
                 INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)";
        session.execute(setup).await.unwrap();
        let broken = revision(session, "aaaa", &[], &["DELETE FROM p"], &[]);
        let mut broken = with_states(session, broken).await;
        broken.scripts[0].upgrade.foreign_keys_off = true;
        let error = up(session, &[&broken]).await.unwrap_err();
        assert!(matches!(error, RunError::Step { done_steps: 0, .. }), "{error:?}");
        assert_eq!(
            session.query("SELECT count(*) FROM p").await.unwrap()[0][0].as_deref(),
            Some("1")
        );
        assert!(has_no_tables_of_ours(session).await);
    })
    .await;
}
