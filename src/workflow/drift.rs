//! Drift: what a database has otherwise than the chain made it.
//!
//! In: two states, one that was expected and one that was found. Out: a diagnostic for each object that differs, with
//! what is expected and what is there.

use std::collections::HashSet;

use serde_json::Value;

use crate::catalog::{Canonical, Object, ObjectId};
use crate::diagnostic::Diagnostic;
use crate::dialect::{Server, Session};
use crate::diff::{Change, Intents, diff};
use crate::revision::RevisionMap;
use crate::runner;

use super::replay::Replay;
use super::{Failure, Project, sides};

/// Objects that are not as the revisions at which the database stands left them.
pub(super) async fn find(
    project: &Project,
    map: &RevisionMap,
    rows: &[String],
) -> Result<Vec<Diagnostic>, Failure> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut session = sides::connect_reading(sides::database(project)?).await?;
    let place = format!("the database drifted from revision {}", rows.join(", "));
    let found = from_rows(project, map, session.as_mut(), rows, &place).await?;
    session.close().await?;
    Ok(helped(
        found,
        "undo by hand what was done by hand; or plan it as a revision, and let \
         `reconcile apply --accept-existing` record as done what is there already",
    ))
}

/// Refuses rows that say of a database what it is not.
pub(super) async fn refuse(
    project: &Project,
    map: &RevisionMap,
    session: &mut dyn Session,
    rows: &[String],
) -> Result<(), Failure> {
    let at = if rows.is_empty() {
        "base".to_owned()
    } else {
        rows.join(", ")
    };
    let place = format!("the database is not in the state of {at}");
    let found = from_rows(project, map, session, rows, &place).await?;
    if found.is_empty() {
        return Ok(());
    }
    let help = "stamp the revision whose state it has; --force stamps this one all the same";
    Err(helped(found, help).into())
}

fn helped(found: Vec<Diagnostic>, help: &str) -> Vec<Diagnostic> {
    found
        .into_iter()
        .map(|diagnostic| diagnostic.help(help))
        .collect()
}

/// What of a database is not as these rows say; nothing where that cannot be told, since a revision has no script for
/// this engine, or was planned on another major version.
async fn from_rows(
    project: &Project,
    map: &RevisionMap,
    session: &mut dyn Session,
    rows: &[String],
    place: &str,
) -> Result<Vec<Diagnostic>, Failure> {
    let applied = map.applied(rows)?;
    let server = session.server().clone();
    let engine = server.dialect.name();
    if applied.iter().any(|revision| revision.script(engine).is_none()) {
        return Ok(Vec::new());
    }
    let scripts = || rows.iter().filter_map(|row| map.get(row)?.script(engine));
    let scope = sides::scope(project, server.dialect)?;
    let found = session.introspect(&scope).await?.catalog;
    let fingerprint = found.fingerprint();
    let is_known = rows.len() == 1 && scripts().any(|script| script.to == fingerprint);
    if is_known || !scripts().all(|script| runner::same_major(script, &server)) {
        return Ok(Vec::new());
    }
    let replay = Replay::new(project, map);
    let mut scratch = replay.scratch(server.dialect).await?;
    let replayed = replay.run(&applied, &mut scratch, &scope, None).await;
    scratch.close().await?;
    Ok(between(&replayed?, &found, &server, place))
}

/// One diagnostic an object that is not as expected.
pub(super) fn between(
    expected: &Canonical,
    found: &Canonical,
    server: &Server,
    place: &str,
) -> Vec<Diagnostic> {
    let engine = server.engine();
    let difference = diff(expected, found, &Intents::default(), &|name| engine.quote(name));
    let say = |change: &Change| {
        let how = match change {
            Change::Create { .. } => "is there, and is not part of the chain".to_owned(),
            Change::Drop { .. } => "is not there".to_owned(),
            Change::Alter { from, to, .. } => format!("has {}", attributes(from, to)),
            Change::Rename { from, .. } => format!("is there in the place of {from}"),
        };
        Diagnostic::error("RC0531", format!("{place}: {} {how}", change.id())).about(change.id())
    };
    // What comes or goes with its table is not told beside it.
    let whole: HashSet<&ObjectId> = difference
        .changes
        .iter()
        .filter(|change| matches!(change, Change::Create { .. } | Change::Drop { .. }))
        .map(Change::id)
        .collect();
    let alone = |change: &&Change| {
        if !change.id().kind.is_shape() {
            return false;
        }
        let table = change.id().relation().cloned().map(ObjectId::table);
        table.is_none_or(|table| table == *change.id() || !whole.contains(&table))
    };
    difference.changes.iter().filter(alone).map(say).collect()
}

/// `data type varchar(20) instead of text`: each attribute that differs.
fn attributes(expected: &Object, found: &Object) -> String {
    let fields = |object: &Object| match serde_json::to_value(object) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (expected, found) = (fields(expected), fields(found));
    let differing = found
        .iter()
        .filter(|(name, value)| expected.get(*name) != Some(value));
    let words: Vec<String> = differing
        .map(|(name, value)| {
            let before = shown(expected.get(name).unwrap_or(&Value::Null));
            format!("{} {} instead of {before}", name.replace('_', " "), shown(value))
        })
        .collect();
    words.join(", ")
}

/// A value as one would say it: a text without its quotes and without the structure around it.
fn shown(value: &Value) -> String {
    match value {
        Value::Null => "none".to_owned(),
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let said: Vec<_> = fields.iter().filter(|(_, value)| !value.is_null()).collect();
            match said.as_slice() {
                [(_, only)] => shown(only),
                _ => value.to_string(),
            }
        }
        other => other.to_string(),
    }
}
