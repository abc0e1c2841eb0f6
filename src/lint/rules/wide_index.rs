//! `wide-index`: an index with more than three columns.

use crate::catalog::kinds::Index;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "wide-index",
    code: "RC0717",
    title: "an index with more than three columns",
    explanation: "\
Columns behind the third hardly ever narrow a search any further, while each makes the index larger and every write slower, and an
update of any of them cannot be done in place. Columns that are only to be read belong into `include`. A unique index is as wide as
what is unique.",
    also: &["strong_migrations add_index_columns"],
    level: Level::Note,
    examples: examples!("wide-index": "schema.kdl"),
    check: Check::Declarations(check),
};

/// Columns of an index beyond which more do not help.
const ENOUGH: usize = 3;

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table, index) in cx.members::<Index>() {
        if index.keys.len() > ENOUGH && !index.unique && &*index.method == "btree" {
            remarks
                .about(id, format!("an index of `{table}` has {} keys", index.keys.len()))
                .help("put those first that narrow the search most, and leave out the rest or move it to `include`");
        }
    }
}
