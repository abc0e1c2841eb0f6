//! `data-loss`: something else that is lost.

use crate::catalog::{Kind, aside};
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::op::Action;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "data-loss",
    code: "RC0751",
    title: "something else that is lost",
    explanation: "\
Rows that were declared and are no more, the counter of a sequence, what an extension brought: gone when the step is run. `--allow-destructive`
lets it happen; an `allow` with the reason says why it may.",
    also: &["pg-schema-diff DELETES_DATA"],
    level: Level::Warn,
    examples: examples!("data-loss": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in &cx.acts {
        let own_rule = match &act.op.action {
            Action::Drop { id, .. } => {
                matches!(id.kind, Kind::Table | Kind::Column)
                    || !cx.has_table_of(id)
                    || aside::until(id).is_some()
            }
            Action::Rebuild(_) => true,
            _ => false,
        };
        if let (Some(loses), false) = (&act.impact.loses, own_rule) {
            remarks
                .about(&act.subject(), format!("this {loses}"))
                .help("allow it with the reason, if nothing of it is wanted any more");
        }
    }
}
