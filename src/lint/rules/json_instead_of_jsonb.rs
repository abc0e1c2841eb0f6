//! `json-instead-of-jsonb`: a column of type json.

use crate::catalog::kinds::Column;
use crate::dialect::Holds;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "json-instead-of-jsonb",
    code: "RC0708",
    title: "a column of type json",
    explanation: "\
The type `json` keeps the text as it came: it has no equality, so that `SELECT DISTINCT` and `UNION` over the table fail, it
cannot be indexed, and it is parsed again at every access. `jsonb` does all of that. Only who needs the order of keys or
duplicate keys back has a reason for `json`.",
    also: &["strong_migrations add_column_json", "eugene E3"],
    level: Level::Warn,
    examples: examples!("json-instead-of-jsonb": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _, column) in cx.members::<Column>() {
        if cx.holds(column) == (Holds::Json { binary: false }) {
            remarks
                .about(
                    id,
                    format!(
                        "column `{}` is json, which has no equality and no index",
                        id.label()
                    ),
                )
                .help("make it `jsonb`");
        }
    }
}
