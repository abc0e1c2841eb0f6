//! `drop-constraint`: a constraint that is dropped.

use crate::catalog::Kind;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "drop-constraint",
    code: "RC0755",
    title: "a constraint that is dropped",
    explanation: "\
What held until now need not hold any more, and the rows that break it come in unseen: the way back then fails on them. A dropped foreign key
also ends the actions that hung on it.",
    also: &[],
    level: Level::Note,
    examples: examples!("drop-constraint": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for id in cx.acts.iter().filter_map(Act::dropped) {
        let constraint = matches!(id.kind, Kind::Check | Kind::Unique | Kind::ForeignKey);
        if constraint && !cx.is_there_after(id) && cx.has_table_of(id) {
            remarks
                .about(id, format!("rows that break {id} can come in from now on"))
                .help("see that something else keeps them out, or that they are right");
        }
    }
}
