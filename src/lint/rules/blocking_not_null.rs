//! `blocking-not-null`: a column that becomes required while everybody waits.

use crate::catalog::Attr;
use crate::catalog::kinds::ColumnAttr;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};
use crate::op::Action;
use crate::script::Cost;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "blocking-not-null",
    code: "RC0743",
    title: "a column that becomes required while everybody waits",
    explanation: "\
`SET NOT NULL` reads the whole table to see that no NULL is there, and nobody can read or write meanwhile. Where a validated check says
so already, it takes a moment. The planner goes that way by itself on a table that has rows, unless the project has switched that off.",
    also: &["squawk adding-not-nullable-field", "strong_migrations change_column_null", "eugene E2"],
    level: Level::Warn,
    examples: examples!("blocking-not-null": "reconcile.kdl", "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    let requires = |act: &&Act<'_>| match &act.op.action {
        Action::Alter { attrs, .. } => attrs.contains(&Attr::Column(ColumnAttr::Nullable)),
        _ => false,
    };
    let scans = |act: &&Act<'_>| act.keeps_out() && act.impact.cost == Cost::Scan;
    for act in cx.acts.iter().filter(scans).filter(requires) {
        remarks
            .about(
                &act.subject(),
                format!("{}: {} while every row is read", act.op, act.who_waits()),
            )
            .help("hold it by a check that is validated first");
    }
}
