//! `blocking-scan`: another change that reads every row while others wait.

use crate::catalog::kinds::ColumnAttr;
use crate::catalog::{Attr, Kind};
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};
use crate::op::Action;
use crate::script::Cost;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "blocking-scan",
    code: "RC0745",
    title: "another change that reads every row while others wait",
    explanation: "\
Whatever else reads a whole table while it keeps others out: another collation, for which the indexes of the column are built anew. On
a large table it is an outage. Do it while nobody works, or with a new column beside the old one.",
    also: &["pg-schema-diff ACQUIRES_ACCESS_EXCLUSIVE_LOCK"],
    level: Level::Warn,
    examples: examples!("blocking-scan": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    let own_rule = |act: &Act<'_>| {
        let made = [
            Kind::Index,
            Kind::Unique,
            Kind::PrimaryKey,
            Kind::Check,
            Kind::ForeignKey,
        ];
        let required = matches!(&act.op.action, Action::Alter { attrs, .. }
            if attrs.contains(&Attr::Column(ColumnAttr::Nullable)));
        required || act.wants_no_rows() || made.iter().any(|kind| act.creates(*kind))
    };
    for act in cx
        .acts
        .iter()
        .filter(|act| act.keeps_out() && act.impact.cost == Cost::Scan && !own_rule(act))
    {
        remarks
            .about(
                &act.subject(),
                format!("{}: {} while every row is read", act.op, act.who_waits()),
            )
            .help("do it while nobody works, or with a new column beside the old one");
    }
}
