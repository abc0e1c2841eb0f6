//! `foreign-key-without-index`: a foreign key whose columns have no index.

use crate::catalog::Ident;
use crate::catalog::kinds::ForeignKey;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "foreign-key-without-index",
    code: "RC0702",
    title: "a foreign key whose columns have no index",
    explanation: "\
Whenever a referenced row is deleted or its key changes, every row of the referencing table is read to see whether it
refers to it, and joins along the key read it all as well. The engine indexes the referenced side by itself, the
referencing side never. An index that begins with the columns of the key, in any order, is enough.",
    also: &["eugene E15", "splinter unindexed_foreign_keys"],
    level: Level::Warn,
    examples: examples!("foreign-key-without-index": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table, key) in cx.members::<ForeignKey>() {
        // Nothing looks for the rows of one that is not enforced.
        // Over a period, the rest of the key has to be found.
        let parts = key.columns.len() - usize::from(key.period);
        let sought = key.columns.get(..parts).unwrap_or_default();
        if !key.not_enforced && !sought.is_empty() && !cx.is_indexed(table, sought) {
            let columns: Vec<&str> = sought.iter().map(Ident::text).collect();
            let message = format!(
                "the foreign key of `{table}` to `{}` has no index on `{}`",
                key.table,
                columns.join(", ")
            );
            remarks
                .about(id, message)
                .help(format!("declare `index {}`", columns.join(" ")));
        }
    }
}
