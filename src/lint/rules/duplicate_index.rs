//! `duplicate-index`: an index that another one already is.

use crate::catalog::Kind;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Declarations, Keyed};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "duplicate-index",
    code: "RC0703",
    title: "an index that another one already is",
    explanation: "\
Two indexes with the same keys answer the same questions, and every write pays for both. The index of a primary key or of
a unique constraint counts: it is an index like any other. Keep one of them; if it is to be unique, the unique one.",
    also: &["splinter duplicate_index"],
    level: Level::Warn,
    examples: examples!("duplicate-index": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (_, table) in cx.tables() {
        let all = cx.keyed(table);
        for (at, keyed) in all.iter().enumerate() {
            let twin = all
                .iter()
                .enumerate()
                .find(|(other, twin)| *other != at && is_spare(keyed, twin, at > *other));
            if let Some((_, twin)) = twin {
                remarks
                    .about(keyed.id, format!("{} is what {} is already", keyed.id, twin.id))
                    .help("take it out");
            }
        }
    }
}

/// Whether `keyed` gives nothing that `twin` does not; of two that are alike, the second one is to spare.
fn is_spare(keyed: &Keyed<'_>, twin: &Keyed<'_>, is_second: bool) -> bool {
    let alike = keyed.method == twin.method && keyed.keys == twin.keys && keyed.predicate == twin.predicate;
    let stored = keyed.include.iter().all(|column| twin.include.contains(column));
    let index = keyed.id.kind == Kind::Index;
    let better = match (keyed.unique, twin.unique) {
        (true, false) => false,
        (false, true) => index,
        _ => is_second && (index || twin.id.kind != Kind::Index) || index && twin.id.kind != Kind::Index,
    };
    alike && stored && better
}
