//! `money-type`: a column of type money.

use crate::catalog::kinds::Column;
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "money-type",
    code: "RC0711",
    title: "a column of type money",
    explanation: "\
A `money` does not know its currency: it takes the one of the server's `lc_monetary`, and the same value means dollars here and
yen there. It cannot hold fractions of a cent. Use `numeric`, and a column for the currency.",
    also: &[],
    level: Level::Warn,
    examples: examples!("money-type": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _, column) in cx.members::<Column>() {
        if cx.holds(column) == Holds::Money {
            remarks
                .about(
                    id,
                    format!(
                        "column `{}` is an amount in whatever the server's currency is",
                        id.label()
                    ),
                )
                .help("make it `numeric`, and keep the currency in a column of its own");
        }
    }
}
