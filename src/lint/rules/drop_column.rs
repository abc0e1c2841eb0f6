//! `drop-column`: a column that is dropped.

use crate::catalog::{Kind, ObjectId, aside};
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::op::{Action, Op};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "drop-column",
    code: "RC0748",
    title: "a column that is dropped",
    explanation: "\
The values are gone, and code that still names the column fails from that moment on; so does every `INSERT` and `SELECT` that an
object-relational mapper makes of the columns it knew when it started. Stop using the column first, drop it in a later revision, and say so
on the table: `allow drop-column because=\"…\"`.",
    also: &["squawk ban-drop-column", "strong_migrations remove_column", "pg-schema-diff DELETES_DATA"],
    level: Level::Warn,
    examples: examples!("drop-column": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in &cx.acts {
        for id in columns_that_go(act.op).filter(|id| !cx.is_there_after(id) && cx.has_table_of(id)) {
            remarks
                .about(
                    id,
                    format!("{id} goes with its values, and code that names it fails"),
                )
                .help("allow it on the table with the reason, when nothing uses it any more");
        }
    }
}

/// The columns that an op takes away, by itself or by building the table without them.
fn columns_that_go(op: &Op) -> impl Iterator<Item = &ObjectId> {
    let alone = match &op.action {
        Action::Drop { id, .. } if id.kind == Kind::Column => Some(id),
        _ => None,
    };
    let rebuilt = match &op.action {
        Action::Rebuild(rebuild) => rebuild.before.as_slice(),
        _ => &[],
    };
    let columns = rebuilt
        .iter()
        .map(|(id, _)| id)
        .filter(|id| id.kind == Kind::Column);
    let all = alone.into_iter().chain(columns);
    all.filter(|id| aside::until(id).is_none())
}
