//! `unlogged-table`: a table that is empty after a crash.

use crate::catalog::kinds::{Table, TableExt};
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "unlogged-table",
    code: "RC0720",
    title: "a table that is empty after a crash",
    explanation: "\
An unlogged table is not written to the log: it is faster, it is not on any replica, and after a crash of the server, or of a single
backend, it is empty. Right for what can be computed again; for anything else it is a loss of data that waits.",
    also: &[],
    level: Level::Note,
    examples: examples!("unlogged-table": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, table) in cx.catalog.of_kind::<Table>() {
        if matches!(table.ext, TableExt::Postgres { unlogged: true }) {
            remarks
                .about(id, format!("{id} is empty after a crash, and on no replica"))
                .help("take out `unlogged`, or allow this rule with the reason why it may be lost");
        }
    }
}
