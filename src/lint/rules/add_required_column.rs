//! `add-required-column`: a required column without a value for the rows that are there.

use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "add-required-column",
    code: "RC0746",
    title: "a required column without a value for the rows that are there",
    explanation: "\
A new column that may not be NULL and has neither a default nor a `backfill=` can only be added to an empty table: with the first row the
step fails. Say what the rows that are there get.",
    also: &["squawk adding-required-field"],
    level: Level::Error,
    examples: examples!("add-required-column": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in cx.acts.iter().filter(|act| act.on_rows && act.wants_no_rows()) {
        let subject = act.subject();
        remarks
            .about(
                &subject,
                format!("{subject} is required, and the rows that are there get no value"),
            )
            .help("say backfill= or default=, or make it nullable");
    }
}
