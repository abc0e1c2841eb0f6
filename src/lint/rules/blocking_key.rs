//! `blocking-key`: a unique or primary key that is built while everybody waits.

use crate::catalog::Kind;
use crate::catalog::kinds::Exclusion;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};
use crate::op::Action;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "blocking-key",
    code: "RC0741",
    title: "a unique or primary key that is built while everybody waits",
    explanation: "\
Adding a unique or primary key builds its index while nobody can read or write the table. Built concurrently beforehand, the index
becomes the constraint's own in a moment. The planner does so by itself on a table that has rows, unless the project has switched
that off.",
    also: &["squawk disallowed-unique-constraint", "strong_migrations add_unique_constraint", "eugene E7", "eugene W14"],
    level: Level::Warn,
    examples: examples!("blocking-key": "reconcile.kdl", "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    let makes_key = |act: &&Act<'_>| act.creates(Kind::Unique) || act.creates(Kind::PrimaryKey);
    for act in cx.acts.iter().filter(|act| act.keeps_out()).filter(makes_key) {
        let spans =
            matches!(&act.op.action, Action::Create { object, .. } if Exclusion::of_key(object).is_some());
        let help = if spans {
            "there is no way to build it beforehand: do it when nobody needs the table"
        } else {
            "build a unique index concurrently first, and make it the key's own"
        };
        remarks
            .about(
                &act.subject(),
                format!("{}: {} while every row is read", act.op, act.who_waits()),
            )
            .help(help);
    }
}
