//! A graph as files of both kinds: some revisions are Alembic's own, some are plans of ours with their twins. What is
//! loaded from there is one chain, in the order in which Alembic loads its files.

use std::path::Path;
use std::time::Duration;

use reconcile::catalog::Fingerprint;
use reconcile::config::{Beside, Chain, Config};
use reconcile::revision::python;
use reconcile::revision::{self, EngineScript, Origin, Revision, RevisionMap, twin};
use reconcile::script::Script;
use reconcile::workflow::unmanaged::Unmanaged;
use reconcile::workflow::{Failure, Notes, Project, chain};
use serde_json::Value;

/// The chain of a case; the problems as text.
pub(crate) fn loaded(case: usize, graph: &Value) -> Result<RevisionMap, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    write(folder.path(), case, graph).map_err(|error| error.to_string())?;
    chain::load(&project(folder.path())).map_err(|failure| match failure {
        Failure::Diagnostics(problems) => format!("{problems:?}"),
        other => other.to_string(),
    })
}

fn write(folder: &Path, case: usize, graph: &Value) -> std::io::Result<()> {
    let (plans, versions) = (folder.join("plans"), folder.join("db/versions"));
    std::fs::create_dir_all(&plans)?;
    std::fs::create_dir_all(&versions)?;
    std::fs::write(
        folder.join("alembic.ini"),
        "[alembic]\nscript_location = %(here)s/db\n",
    )?;
    let map = super::map(graph).ok();
    for (place, value) in graph.as_array().into_iter().flatten().enumerate() {
        let own = super::revision(value);
        let name = format!("{place:03}_{}.py", own.id);
        // Every third one of ours, another third in each case.
        let ours = map.as_ref().filter(|_| (place + case).is_multiple_of(3));
        if let Some((plan, text)) = ours.and_then(|map| of_ours(&own, map)) {
            std::fs::write(plans.join(format!("{}.kdl", own.id)), plan)?;
            std::fs::write(versions.join(name), text)?;
        } else {
            std::fs::write(versions.join(name), by_hand(&own))?;
        }
    }
    Ok(())
}

/// Both files; none where Alembic could not run the revision as it stands, so that its twin stands on less.
fn of_ours(revision: &Revision, map: &RevisionMap) -> Option<(String, String)> {
    let plan = Revision {
        origin: Origin::Native,
        created: "2026-11-21T09:30:00Z".to_owned(),
        phase: None,
        message: "made".to_owned(),
        scripts: vec![EngineScript {
            engine: "sqlite".to_owned(),
            version: "3.45.1".to_owned(),
            from: Fingerprint::of_bytes(b"before"),
            or_from: None,
            was: None,
            proof: None,
            to: Fingerprint::of_bytes(b"after"),
            upgrade: Script::default(),
            downgrade: Script::default(),
        }],
        ..revision.clone()
    };
    // Alembic takes ids that we never make.
    let ours = |id: &String| id.len() >= 4 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    let mut named = plan
        .down_revisions
        .iter()
        .chain(&plan.depends_on)
        .chain([&plan.id]);
    if !named.all(ours) {
        return None;
    }
    let text = twin::print(&plan, map, twin::Style::Ops).ok()?;
    let read = python::parse("twin.py", text.as_bytes()).ok()?.revision;
    let same = |one: &[String], other: &[String]| {
        let sorted = |list: &[String]| {
            let mut list = list.to_vec();
            list.sort();
            list
        };
        sorted(one) == sorted(other)
    };
    let stands = same(&read.down_revisions, &plan.down_revisions) && same(&read.depends_on, &plan.depends_on);
    stands.then(|| (revision::print(&plan), text))
}

fn by_hand(revision: &Revision) -> String {
    let list = |ids: &[String]| {
        let texts: Vec<String> = ids.iter().map(|id| format!("'{id}', ")).collect();
        if texts.is_empty() {
            "None".to_owned()
        } else {
            format!("({})", texts.concat())
        }
    };
    format!(
        "revision = '{}'\ndown_revision = {}\nbranch_labels = {}\ndepends_on = {}\n\n\ndef upgrade():\n    pass\n\n\n\
         def downgrade():\n    pass\n",
        revision.id,
        list(&revision.down_revisions),
        list(&revision.branch_labels),
        list(&revision.depends_on)
    )
}

fn project(folder: &Path) -> Project {
    Project {
        phase: None,
        told_apart: Vec::new(),
        allow_rewrite: true,
        config: Config {
            root: folder.to_owned(),
            schema: folder.join("schema"),
            plans: folder.join("plans"),
            chain: Chain::Alembic(Beside::default()),
            ..Config::default()
        },
        url: None,
        listed: Vec::new(),
        url_variables: Vec::new(),
        scratch_urls: Vec::new(),
        engine: None,
        cache: None,
        allow_destructive: false,
        unmanaged: Unmanaged::Named,
        accept_existing: false,
        announce: reconcile::workflow::Announce::default(),
        preflight: reconcile::workflow::preflight::Preflight::default(),
        lock_wait: Duration::from_secs(1),
        patience: Duration::from_secs(1),
        now: "2026-11-21T09:30:00Z".to_owned(),
        new_id: revision::new_id,
        notes: Notes::default(),
    }
}
