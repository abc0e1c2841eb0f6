//! `missing-primary-key`: a table without a primary key.

use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "missing-primary-key",
    code: "RC0701",
    title: "a table without a primary key",
    explanation: "\
Nothing tells two rows of such a table apart: a row cannot be updated or deleted alone, referred to, or followed by logical
replication, and a backfill has no order to go by. Declare what identifies a row, or an identity column if nothing does.",
    also: &["splinter no_primary_key", "tbls lint"],
    level: Level::Warn,
    examples: examples!("missing-primary-key": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table) in cx.tables() {
        if cx.primary_key(table).is_none() {
            remarks
                .about(id, format!("table `{table}` has no primary key"))
                .help("declare `primary-key COLUMN`, and `column id bigint identity=always` if no column identifies a row");
        }
    }
}
