//! `optional-breaks-code`: a column that may be NULL from now on.

use crate::catalog::kinds::{Column, ColumnAttr};
use crate::catalog::{Attr, Payload as _};
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::op::Action;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "optional-breaks-code",
    code: "RC0753",
    title: "a column that may be NULL from now on",
    explanation: "\
Readers that have never met a NULL there may fail on the first one. See that they cope with it before it can happen; the way back needs a
value for every row that has none by then.",
    also: &["squawk ban-drop-not-null"],
    level: Level::Note,
    examples: examples!("optional-breaks-code": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in cx.acts.iter().filter(|act| act.on_rows && !act.in_phase) {
        if let Action::Alter { id, attrs, to, .. } = &act.op.action
            && attrs.contains(&Attr::Column(ColumnAttr::Nullable))
            && Column::of(to).is_some_and(|column| column.nullable)
        {
            remarks
                .about(id, format!("code that reads {id} may meet a NULL"))
                .help("see that every reader copes with it first; with --expand it comes before the code that needs it");
        }
    }
}
