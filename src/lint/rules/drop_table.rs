//! `drop-table`: a table that is dropped.

use crate::catalog::Kind;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "drop-table",
    code: "RC0747",
    title: "a table that is dropped",
    explanation: "\
The rows are gone, and code that still names the table fails from that moment on. Drop a table in a revision of its own, when the release
that stopped using it runs everywhere, and when there is a copy of what may be wanted later. Say so with an `allow` beside the
declarations:

    allow drop-table because=\"nothing has used it since 4.2, and the rows are archived\"",
    also: &["squawk ban-drop-table", "strong_migrations drop_table", "pg-schema-diff DELETES_DATA"],
    level: Level::Warn,
    examples: examples!("drop-table": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for id in cx.acts.iter().filter_map(Act::dropped) {
        if id.kind == Kind::Table && !cx.is_there_after(id) {
            remarks
                .about(
                    id,
                    format!("{id} goes with its rows, and code that names it fails"),
                )
                .help(
                    "allow it with the reason, when nothing uses it any more and the rows are kept elsewhere",
                );
        }
    }
}
