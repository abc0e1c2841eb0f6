//! `sequence-instead-of-identity`: a column that counts by a sequence of its own.

use crate::catalog::kinds::Column;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "sequence-instead-of-identity",
    code: "RC0715",
    title: "a column that counts by a sequence of its own",
    explanation: "\
What `serial` makes is a column with a default and a sequence beside it: rights are granted on both, a restored dump can leave the
sequence behind, and nothing stops an insert from bringing its own value, with which a later insert then collides. An identity
column is one thing, in the SQL standard, and `identity=always` refuses a value of one's own.",
    also: &["squawk prefer-identity"],
    level: Level::Note,
    examples: examples!("sequence-instead-of-identity": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _, column) in cx.members::<Column>() {
        if column.identity.is_none() && column.default.is_some() && cx.owns_sequence(id) {
            remarks
                .about(
                    id,
                    format!("column `{}` counts by a sequence beside it", id.label()),
                )
                .help("declare it identity=always, or identity=by-default where values are brought along");
        }
    }
}
