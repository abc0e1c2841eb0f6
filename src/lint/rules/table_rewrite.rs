//! `table-rewrite`: a table that is written anew while everybody waits.

use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::script::Cost;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "table-rewrite",
    code: "RC0744",
    title: "a table that is written anew while everybody waits",
    explanation: "\
Most changes of a type, a stored generated column and an identity write every row and every index anew, and nobody can read or
write the table until that is done. On a large table that is an outage. Add a new column that may be NULL, fill it in batches,
and let it take the old one's place in a later revision. For a column with a default that differs from row to row the planner
goes that way by itself on a table that has rows, unless the project has switched that off.",
    also: &["squawk changing-column-type", "squawk adding-field-with-default", "squawk adding-serial-primary-key-field", "strong_migrations change_column", "strong_migrations add_column_default", "strong_migrations add_column_auto_incrementing", "strong_migrations add_column_generated_stored", "eugene E5", "eugene E10", "eugene E11"],
    level: Level::Warn,
    examples: examples!("table-rewrite": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in cx
        .acts
        .iter()
        .filter(|act| act.keeps_out() && act.impact.cost == Cost::Rewrite)
    {
        remarks
            .about(
                &act.subject(),
                format!("{}: {} while every row is written", act.op, act.who_waits()),
            )
            .help(
                "do it in steps: a new column, filled in batches, that takes the place of the old one later",
            );
    }
}
