//! `revision-without-message`: a revision that does not say what it is for.

use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Chain, Part};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "revision-without-message",
    code: "RC0783",
    title: "a revision that does not say what it is for",
    explanation: "\
`history` lists revisions by their messages, and so does whoever looks for the one that broke something. Say in a few words what it is for.",
    also: &[],
    level: Level::Warn,
    examples: examples!("revision-without-message": "revision.kdl"),
    check: Check::Chain(check),
};

fn check(cx: &Chain<'_>, remarks: &mut Remarks) {
    for revision in cx
        .revisions
        .iter()
        .filter(|revision| revision.message.trim().is_empty())
    {
        let message = format!("revision {} does not say what it is for", revision.id);
        remarks
            .at(cx.place(revision, Part::Revision), message)
            .help("write it behind `message`; the checksum does not cover it");
    }
}
