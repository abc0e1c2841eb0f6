//! `unique-with-null`: a unique key of which a column may be NULL.

use crate::catalog::kinds::Unique;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "unique-with-null",
    code: "RC0716",
    title: "a unique key of which a column may be NULL",
    explanation: "\
Two NULLs are not the same, so a unique constraint over a nullable column lets any number of rows with NULL in, also where the other
columns are equal. That is right for a key that a row may not have yet; it is wrong where the row as a whole is to be there once.
Make the columns required, or say `nulls-not-distinct` (PostgreSQL 15), or allow the rule with the reason.",
    also: &[],
    level: Level::Note,
    examples: examples!("unique-with-null": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table, unique) in cx.members::<Unique>() {
        let optional = unique
            .columns
            .iter()
            .find(|name| cx.column(table, name).is_some_and(|column| column.nullable));
        if let (Some(column), false, true) = (optional, unique.nulls_not_distinct, unique.columns.len() > 1) {
            let message =
                format!("rows with NULL in `{column}` are never the same to the unique key of `{table}`");
            remarks
                .about(id, message)
                .help("make the column required, or say `nulls-not-distinct` if NULL is to count as a value");
        }
    }
}
