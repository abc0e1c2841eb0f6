//! How large the tables are that a difference touches: asked of the database, under the names that planning uses.

use std::collections::{HashMap, HashSet};

use crate::catalog::kinds::{Column, ForeignKey, Table};
use crate::catalog::{Canonical, Kind, ObjectId, Payload as _, QName, Renaming};
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{Session, Sizes};
use crate::diff::{Change, Difference, Intents, diff};
use crate::script::{Script, Step};

use super::Failure;

/// The sizes of the touched tables of `from`, which is the state of this database. A database that is too busy to
/// tell has told nothing.
pub(super) async fn ask(
    session: &mut dyn Session,
    from: &Canonical,
    to: &Canonical,
    intents: &Intents,
) -> Result<Sizes, Failure> {
    let engine = session.server().engine();
    let difference = diff(from, to, intents, &|name| engine.quote(name));
    let touched = touched(&difference);
    let mut names: HashMap<QName, QName> = HashMap::new();
    for (id, _) in from.of_kind::<Table>() {
        let mut now = id.clone();
        for (from, to) in &difference.renames {
            now.follow(&Renaming { from, to, sql: "" });
        }
        if let (Some(old), Some(new)) = (id.qname(), now.qname())
            && touched.contains(new)
        {
            names.insert(old.clone(), new.clone());
        }
    }
    let mut tables: Vec<QName> = names.keys().cloned().collect();
    tables.sort();
    match session.sizes(&tables).await {
        Ok(sizes) => Ok(sizes
            .into_iter()
            .filter_map(|(old, size)| Some((names.remove(&old)?, size)))
            .collect()),
        Err(error) if error.kind == EngineErrorKind::Busy => Ok(Sizes::new()),
        Err(error) => Err(error.into()),
    }
}

/// Writes at each step how large the table is that it is about.
pub(super) fn note(script: &mut Script, sizes: &Sizes) {
    for step in &mut script.steps {
        let tables = tables(step);
        let known: Vec<_> = tables.iter().filter_map(|table| sizes.get(table)).collect();
        let rows: u64 = known.iter().map(|size| size.rows).sum();
        let bytes: Option<u64> = known.iter().map(|size| size.bytes).sum();
        // Where one is not known, nobody knows the whole.
        if rows > 0 && known.len() == tables.len() {
            step.rows = Some(rows);
            step.bytes = bytes;
        }
    }
}

/// The table that a step is about, or those that it locks where it is about none.
fn tables(step: &Step) -> Vec<QName> {
    let subject = step.subject.as_ref().map(|id| id.target().unwrap_or(id));
    let own = subject.and_then(|id| match id.kind {
        Kind::Table => id.qname(),
        _ => id.relation(),
    });
    match own {
        Some(table) => vec![table.clone()],
        None => step.locks.iter().map(|lock| lock.relation.clone()).collect(),
    }
}

/// Every table of which something changes, of which a foreign key is made or goes, or whose columns are of a type that
/// changes.
fn touched(difference: &Difference) -> HashSet<QName> {
    let mut tables = HashSet::new();
    let mut changed = HashSet::new();
    for change in &difference.changes {
        let id = change.id();
        changed.insert(id);
        let whose = id.target().unwrap_or(id);
        tables.extend(whose.relation().or_else(|| whose.qname()).cloned());
        let sides = match change {
            Change::Create { object, .. } | Change::Drop { object, .. } | Change::Rename { object, .. } => {
                [Some(object), None]
            }
            Change::Alter { from, to, .. } => [Some(&**from), Some(&**to)],
        };
        let keys = sides.into_iter().flatten().filter_map(ForeignKey::of);
        tables.extend(keys.map(|key| key.table.clone()));
    }
    let renamed = difference.renames.iter().map(|(_, to)| to);
    tables.extend(renamed.filter_map(|id: &ObjectId| id.relation().or_else(|| id.qname()).cloned()));
    for (id, column) in difference.from.of_kind::<Column>() {
        if column
            .data_type
            .user
            .as_ref()
            .is_some_and(|user| changed.contains(user))
        {
            tables.extend(id.relation().cloned());
        }
    }
    tables
}
