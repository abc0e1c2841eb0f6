//! `drop-breaks-code`: a view, function, type or schema that is dropped.

use crate::catalog::Kind;
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "drop-breaks-code",
    code: "RC0749",
    title: "a view, function, type or schema that is dropped",
    explanation: "\
Nothing is lost that could not be made again, but code that names it fails from that moment on. Drop it when the release that stopped using
it runs everywhere.",
    also: &[],
    level: Level::Warn,
    examples: examples!("drop-breaks-code": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in cx.acts.iter().filter(|act| act.breaks_code()) {
        if let Some(id) = act.dropped()
            && !matches!(id.kind, Kind::Table | Kind::Column)
            && !cx.is_there_after(id)
        {
            remarks
                .about(id, format!("{id} goes, and code that names it fails"))
                .help("put everything else first, with --expand; drop it with --contract, when nothing uses it any more");
        }
    }
}
