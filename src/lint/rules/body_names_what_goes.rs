//! `body-names-what-goes`: a function body that names what is dropped or renamed.

use std::collections::{HashMap, HashSet};

use crate::catalog::expr::mentions;
use crate::catalog::kinds::{Function, Trigger, TriggerAction};
use crate::catalog::{Catalog, Ident, Kind, ObjectId, QName};
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::op::{Action, Op};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "body-names-what-goes",
    code: "RC0760",
    title: "a function body that names what is dropped or renamed",
    explanation: "\
The engine does not look into the body of a function that is written as text: a drop or a rename goes through, and the function fails when it is
called the next time. Change the function in the same revision; if the word only happens to be the same, allow the rule on the function.",
    also: &["pg-schema-diff HAS_UNTRACKABLE_DEPENDENCIES"],
    level: Level::Warn,
    examples: examples!("body-names-what-goes": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    let gone: Vec<&ObjectId> = cx.acts.iter().flat_map(|act| gone(act.op)).collect();
    let gone: Vec<&ObjectId> = gone.into_iter().filter(|id| !cx.is_there_after(id)).collect();
    if gone.is_empty() {
        return;
    }
    let tables = fired_on(&cx.plan.to);
    for (id, function) in cx.plan.to.of_kind::<Function>() {
        let words: HashSet<String> = mentions(function.body.text())
            .into_iter()
            .map(|word| word.to_lowercase())
            .collect();
        let names = |name: &Ident| words.contains(&name.text().to_lowercase());
        for missing in gone.iter().filter(|missing| missing.name().is_some_and(names)) {
            let about = missing.relation().is_none_or(|table| {
                // A column by its name alone is any column; a trigger's function need not name its table.
                let fires = id.qname().and_then(|name| tables.get(name));
                names(&table.name) || fires.is_some_and(|tables| tables.contains(&table))
            });
            if about {
                remarks
                    .about(
                        id,
                        format!("the body of {id} names {missing}, which is there no more"),
                    )
                    .help("change the function in the same revision");
            }
        }
    }
}

/// What goes under its name.
fn gone(op: &Op) -> impl Iterator<Item = &ObjectId> {
    let alone = match &op.action {
        Action::Drop { id, .. } | Action::Rename { from: id, .. } => Some(id),
        _ => None,
    };
    alone.into_iter().filter(|id| {
        matches!(
            id.kind,
            Kind::Table
                | Kind::Column
                | Kind::View
                | Kind::MaterializedView
                | Kind::Function
                | Kind::Sequence
                | Kind::Enum
        )
    })
}

/// The tables on whose changes a function is called.
fn fired_on(catalog: &Catalog) -> HashMap<&QName, Vec<&QName>> {
    let mut out: HashMap<&QName, Vec<&QName>> = HashMap::new();
    for (id, trigger) in catalog.of_kind::<Trigger>() {
        if let (TriggerAction::Execute { function, .. }, Some(table)) = (&trigger.action, id.relation()) {
            out.entry(function).or_default().push(table);
        }
    }
    out
}
