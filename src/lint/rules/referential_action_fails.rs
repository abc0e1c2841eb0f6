//! `referential-action-fails`: an action of a foreign key that its column refuses.

use crate::catalog::Ident;
use crate::catalog::kinds::{Column, ForeignKey, ReferentialAction};
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "referential-action-fails",
    code: "RC0723",
    title: "an action of a foreign key that its column refuses",
    explanation: "\
`on-delete=set-null` on a column that may not be NULL fails whenever a referenced row is deleted, and so does `set-default` without a
default. Whoever reads the declaration expects the rows to stay; they keep the other row from going instead. Say what is meant:
`restrict`, `cascade`, or a column that may be NULL.",
    also: &[],
    level: Level::Error,
    examples: examples!("referential-action-fails": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    let keys = cx.members::<ForeignKey>();
    for (id, table, key) in keys.filter(|(_, _, key)| !key.not_enforced) {
        for (event, action, columns) in [
            ("on-delete", key.on_delete, key.set_on_delete()),
            ("on-update", key.on_update, key.columns.as_slice()),
        ] {
            let refuses = |name: &&Ident| {
                let column = cx.column(table, name);
                column.is_some_and(|column| !column.nullable && !gives_value(action, column))
            };
            if let Some(name) = columns.iter().find(refuses) {
                let what = action.sql().to_lowercase().replace(' ', "-");
                let message = format!("{event}={what} cannot happen: column `{table}.{name}` takes no NULL");
                remarks
                    .about(id, message)
                    .help("make the column nullable, or choose `restrict` or `cascade`");
            }
        }
    }
}

/// Whether the action leaves a required column with a value.
fn gives_value(action: ReferentialAction, column: &Column) -> bool {
    match action {
        ReferentialAction::SetNull => false,
        ReferentialAction::SetDefault => column.default.is_some(),
        ReferentialAction::NoAction | ReferentialAction::Restrict | ReferentialAction::Cascade => true,
    }
}
