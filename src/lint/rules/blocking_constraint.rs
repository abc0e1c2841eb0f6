//! `blocking-constraint`: a check or foreign key that is verified while others wait.

use crate::catalog::Kind;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "blocking-constraint",
    code: "RC0742",
    title: "a check or foreign key that is verified while others wait",
    explanation: "\
A constraint that is added in one go is verified against every row while the table is locked, a foreign key locks the other table too.
Added as not valid and verified in a second step, it locks for a moment only. The planner does so by itself on a table that has rows,
unless the project has switched that off.",
    also: &["squawk constraint-missing-not-valid", "squawk adding-foreign-key-constraint", "strong_migrations add_check_constraint", "strong_migrations add_foreign_key", "eugene E1"],
    level: Level::Warn,
    examples: examples!("blocking-constraint": "reconcile.kdl", "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    let verifies = |act: &&Act<'_>| act.creates(Kind::Check) || act.creates(Kind::ForeignKey);
    for act in cx.acts.iter().filter(|act| act.keeps_out()).filter(verifies) {
        remarks
            .about(
                &act.subject(),
                format!("{}: {} while every row is read", act.op, act.who_waits()),
            )
            .help("add it as not valid, and validate it in a step of its own");
    }
}
