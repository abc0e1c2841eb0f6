//! Revisions made by hand.

use reconcile::catalog::Fingerprint;
use reconcile::op::Txn;
use reconcile::revision::{EngineScript, Origin, Revision};
use reconcile::script::{Item, Script, Step};

pub(crate) fn revision(id: &str, down: &[&str], scripts: Vec<EngineScript>) -> Revision {
    Revision {
        origin: Origin::Native,
        id: id.to_owned(),
        message: format!("what {id} is for"),
        down_revisions: down.iter().map(ToString::to_string).collect(),
        branch_labels: Vec::new(),
        depends_on: Vec::new(),
        created: "2026-11-21T09:30:00Z".to_owned(),
        phase: None,
        replaces: Vec::new(),
        notes: Vec::new(),
        scripts,
        path: std::path::PathBuf::new(),
    }
}

pub(crate) fn script(engine: &str, upgrade: Script) -> EngineScript {
    EngineScript {
        engine: engine.to_owned(),
        version: "0".to_owned(),
        from: Fingerprint::from_text("00"),
        or_from: None,
        to: Fingerprint::from_text("11"),
        was: None,
        proof: None,
        upgrade,
        downgrade: Script::default(),
    }
}

pub(crate) fn step(txn: Txn, items: Vec<Item>) -> Step {
    Step {
        title: "a step".to_owned(),
        items,
        txn,
        ..Step::default()
    }
}

pub(crate) fn sql(statement: &str) -> Item {
    Item::Sql(statement.to_owned())
}

/// Statements in one transaction.
pub(crate) fn inside(statements: &[&str]) -> Script {
    let items = statements.iter().map(|statement| sql(statement)).collect();
    Script {
        foreign_keys_off: false,
        steps: vec![step(Txn::Inside, items)],
    }
}
