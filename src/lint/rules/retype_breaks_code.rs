//! `retype-breaks-code`: a column that changes its type.

use crate::catalog::kinds::{Column, ColumnAttr};
use crate::catalog::{Attr, ObjectId, Payload as _};
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::op::{Action, RetypeStage};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "retype-breaks-code",
    code: "RC0752",
    title: "a column that changes its type",
    explanation: "\
Code that runs has learnt the type: prepared statements that select it fail once (`cached plan must not change result type`), and drivers that
decode values by their type may take them for something else. Where the change also writes the table anew, `table-rewrite` says so.",
    also: &["squawk changing-column-type"],
    level: Level::Note,
    examples: examples!("retype-breaks-code": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in cx.acts.iter().filter(|act| act.on_rows && !act.in_phase) {
        for (id, from, to) in retyped(&act.op.action) {
            remarks
                .about(
                    id,
                    format!(
                        "code that runs takes {id} for {}, not {}",
                        from.data_type, to.data_type
                    ),
                )
                .help("see that it is read and written as both; --expand says whether the two can do side by side");
        }
    }
}

/// The columns that have another type after an action.
fn retyped(action: &Action) -> Vec<(&ObjectId, &Column, &Column)> {
    match action {
        Action::Alter {
            id, attrs, from, to, ..
        } if attrs.contains(&Attr::Column(ColumnAttr::DataType)) => {
            let sides = Column::of(from).zip(Column::of(to));
            sides.map(|(from, to)| (id, from, to)).into_iter().collect()
        }
        Action::Retype(retype) if matches!(retype.stage, RetypeStage::Swap(_)) => {
            let columns = retype.columns.iter();
            columns
                .map(|column| (&column.id, &column.from, &column.to))
                .collect()
        }
        _ => Vec::new(),
    }
}
