//! `rename-breaks-code`: a table, column or other object that is renamed.

use crate::catalog::aside;
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::op::Action;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "rename-breaks-code",
    code: "RC0750",
    title: "a table, column or other object that is renamed",
    explanation: "\
A rename takes a moment and loses nothing, but code that runs at that moment knows the old name and fails until it is replaced, and code
that knows the new name fails before. There is no order in which both work. `reconcile plan --expand` keeps a column under both names, and a view
under the old name of a table, until `reconcile plan --contract` ends that.",
    also: &["squawk renaming-table", "squawk renaming-column", "strong_migrations rename_table", "strong_migrations rename_column", "strong_migrations rename_schema"],
    level: Level::Warn,
    examples: examples!("rename-breaks-code": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in cx.acts.iter().filter(|act| act.breaks_code()) {
        if let Action::Rename { from, to, .. } = &act.op.action {
            if let Some(until) = aside::until(to) {
                remarks
                    .about(
                        from,
                        format!(
                            "code that runs does not find {from} any more, which is set aside until {until}"
                        ),
                    )
                    .help("allow it with the reason, when nothing uses it any more");
                continue;
            }
            remarks
                .about(
                    to,
                    format!(
                        "code that runs does not find {from} any more, which becomes `{}`",
                        to.label()
                    ),
                )
                .help(
                    "plan it in two phases, with --expand and later --contract: both names work in between",
                );
        }
    }
}
