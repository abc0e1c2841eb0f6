//! `foreign-key-type-mismatch`: a foreign key between columns of different types.

use crate::catalog::kinds::ForeignKey;
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "foreign-key-type-mismatch",
    code: "RC0706",
    title: "a foreign key between columns of different types",
    explanation: "\
A key of `integer` that refers to a `bigint` works until the referenced key has grown beyond what the column can hold; then
the referencing row cannot be written. A key of another type altogether makes the engine convert values at every check, and
an index may not be used. Give both columns one type.",
    also: &["splinter foreign_key_type_mismatch"],
    level: Level::Warn,
    examples: examples!("foreign-key-type-mismatch": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table, key) in cx.members::<ForeignKey>() {
        for (name, referenced) in key.columns.iter().zip(&key.referenced) {
            let (Some(column), Some(other)) = (cx.column(table, name), cx.column(&key.table, referenced))
            else {
                continue;
            };
            if differ(cx.holds(column), cx.holds(other)) {
                let message = format!(
                    "column `{table}.{name}` is {}, and `{}.{referenced}`, which it refers to, is {}",
                    column.data_type, key.table, other.data_type
                );
                remarks.about(id, message).help("give both columns one type");
            }
        }
    }
}

/// Whether values of one are not simply values of the other. Texts are, with a limit or without.
fn differ(one: Holds, other: Holds) -> bool {
    let same = |family| match family {
        Holds::LimitedText => Holds::Text,
        other => other,
    };
    let known = one != Holds::Other && other != Holds::Other;
    known && same(one) != same(other)
}
