//! `revision-loses-data`: a revision whose upgrade loses something.

use crate::lint::Chain;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::script::Consent;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "revision-loses-data",
    code: "RC0781",
    title: "a revision whose upgrade loses something",
    explanation: "\
Its steps drop a table or column, or remove rows, and no downgrade brings the values back. Applying it needs `--allow-destructive`; a reader
of the chain should know where that was wanted. Allow it for that file in `reconcile.kdl`.",
    also: &["squawk ban-drop-column", "squawk ban-drop-table"],
    level: Level::Note,
    examples: examples!("revision-loses-data": "revision.kdl"),
    check: Check::Chain(check),
};

fn check(cx: &Chain<'_>, remarks: &mut Remarks) {
    for (revision, part, step) in cx.steps().filter(|(_, _, step)| step.consent == Consent::Needed) {
        for loses in &step.loses {
            remarks
                .at(cx.place(revision, part), format!("revision {} {loses}", revision.id))
                .help("see that nothing of it is wanted any more, then allow the rule for this file in reconcile.kdl");
        }
    }
}
