//! `limited-text`: a text with a length that no rule asks for.

use crate::catalog::kinds::Column;
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "limited-text",
    code: "RC0710",
    title: "a text with a length that no rule asks for",
    explanation: "\
A `varchar(n)` is stored as `text` is and no faster. The limit is mostly a guess, and on the day on which it is too low an insert
fails; making it lower reads or writes the table. Where the length is a rule of the trade, a check says so and can be changed
without touching a row. Off unless a project wants it.",
    also: &["squawk prefer-text-field"],
    level: Level::Allow,
    examples: examples!("limited-text": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _, column) in cx.members::<Column>() {
        if cx.holds(column) == Holds::LimitedText {
            remarks
                .about(
                    id,
                    format!("column `{}` has a limit: {}", id.label(), column.data_type),
                )
                .help("make it `text`, with a check where the length is a rule");
        }
    }
}
