//! `padded-text`: a column of type char(n).

use crate::catalog::kinds::Column;
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "padded-text",
    code: "RC0709",
    title: "a column of type char(n)",
    explanation: "\
A `char(n)` is padded with blanks up to its length, and the blanks are ignored in some comparisons and not in others. It is
neither faster nor smaller than `text`. Where a length is a rule, write the rule: `check \"length(code) = 2\"`.",
    also: &["squawk ban-char-field"],
    level: Level::Warn,
    examples: examples!("padded-text": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _, column) in cx.members::<Column>() {
        if cx.holds(column) == Holds::PaddedText {
            let message = format!(
                "column `{}` is padded with blanks ({})",
                id.label(),
                column.data_type
            );
            remarks
                .about(id, message)
                .help("make it `text`, with a check where the length is a rule");
        }
    }
}
