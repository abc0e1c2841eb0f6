//! Views and triggers that name what is not there: SQLite takes them unread, and fails when somebody uses them.
//!
//! In: a scratch database and what was built on it. Out: what the engine says when it is made to read them, which changes
//! nothing. Must not: judge by the text alone.

use std::collections::BTreeMap;

use crate::catalog::expr::mentions;
use crate::catalog::kinds::{Trigger, TriggerEvent, View};
use crate::catalog::{Catalog, Ident, Object, ObjectId, QName};
use crate::dialect::session::{EngineError, Session};
use crate::dialect::sql::{quoted, text_literal};
use crate::dialect::{Dangling, Scope};

/// What is asked of the engine for several objects at once: all triggers of an event are read with the statement that fires them.
type Asked<'a> = BTreeMap<String, Vec<&'a ObjectId>>;

/// Asks for each view and each trigger.
pub(super) async fn find(
    session: &mut dyn Session,
    built: &Catalog,
    scope: &Scope,
) -> Result<Vec<Dangling>, EngineError> {
    let mut asked = Asked::new();
    for (id, _) in built.of_kind::<View>() {
        if let Some(view) = id.qname() {
            asked
                .entry(format!("SELECT * FROM {}", name(view)))
                .or_default()
                .push(id);
        }
    }
    for (id, trigger) in built.of_kind::<Trigger>() {
        let Some(relation) = id.relation() else { continue };
        for statement in firing(session, relation, trigger).await? {
            asked.entry(statement).or_default().push(id);
        }
    }
    let mut found = Vec::new();
    for (statement, ids) in asked {
        let Err(error) = session.query(&format!("EXPLAIN {statement}")).await else {
            continue;
        };
        let missing = missing(&error.message);
        if is_elsewhere(&error.message, missing.as_deref(), scope) {
            continue;
        }
        found.extend(ids.into_iter().map(|id| {
            Dangling {
                id: id.clone(),
                names_it: missing
                    .as_deref()
                    .is_some_and(|missing| names(built.get(id), missing)),
                message: error.message.clone(),
            }
        }));
    }
    // What reads a broken view is broken with it: the view is what has to be mended.
    if found.iter().any(|dangling| dangling.names_it) {
        found.retain(|dangling| dangling.names_it);
    }
    found.sort_by_cached_key(|dangling| built.position(&dangling.id));
    found.dedup_by(|later, earlier| later.id == earlier.id);
    Ok(found)
}

/// The statements that fire a trigger.
async fn firing(
    session: &mut dyn Session,
    relation: &QName,
    trigger: &Trigger,
) -> Result<Vec<String>, EngineError> {
    let on = name(relation);
    let mut out = Vec::new();
    for event in &trigger.events {
        match event {
            TriggerEvent::Insert => out.push(format!("INSERT INTO {on} DEFAULT VALUES")),
            TriggerEvent::Delete => out.push(format!("DELETE FROM {on}")),
            TriggerEvent::Update => {
                let column = match trigger.columns.first() {
                    Some(column) => Some(quoted(column.text())),
                    None => a_column(session, relation).await?,
                };
                out.extend(column.map(|column| format!("UPDATE {on} SET {column} = NULL")));
            }
            TriggerEvent::Truncate => {}
        }
    }
    Ok(out)
}

/// A column that can be set, if the relation can be read at all.
async fn a_column(session: &mut dyn Session, relation: &QName) -> Result<Option<String>, EngineError> {
    let relation = text_literal(relation.name.text());
    let sql = format!("SELECT x.name FROM pragma_table_xinfo({relation}) AS x WHERE x.hidden = 0 LIMIT 1");
    let found = session.query(&sql).await.unwrap_or_default();
    let name = found.into_iter().flatten().next().flatten();
    Ok(name.as_deref().map(quoted))
}

fn name(relation: &QName) -> String {
    quoted(relation.name.text())
}

/// The name in `no such table: main.orders`.
fn missing(message: &str) -> Option<String> {
    let (_, name) = message
        .split_once("no such table: ")
        .or_else(|| message.split_once("no such column: "))?;
    let name = name.rsplit('.').next().unwrap_or(name);
    Some(name.trim().to_owned())
}

/// Functions and collations come from the program that opens the database, and tables that nobody manages are in no scratch
/// database.
fn is_elsewhere(message: &str, missing: Option<&str>, scope: &Scope) -> bool {
    let by_program = [
        "no such function",
        "no such collation",
        "no such module",
        "unknown function",
    ];
    if by_program.iter().any(|words| message.contains(words)) {
        return true;
    }
    let Some(missing) = missing.filter(|_| message.contains("no such table")) else {
        return false;
    };
    let table = ObjectId::table(QName::bare(Ident::folded(missing)));
    scope.beside.contains(&table.to_string())
        || !scope.ignored.among(std::iter::once(&table)).is_empty()
        || scope.leave_out.iter().any(|left| Some(left) == table.qname())
}

fn names(object: Option<&Object>, missing: &str) -> bool {
    let texts = object.map(Object::texts).unwrap_or_default();
    let mut words = texts.iter().flat_map(|text| mentions(text));
    words.any(|word| word.eq_ignore_ascii_case(missing))
}
