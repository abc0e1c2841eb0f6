//! `revision-without-downgrade`: a revision with no way back.

use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Chain, Part};
use crate::revision::Direction;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "revision-without-downgrade",
    code: "RC0780",
    title: "a revision with no way back",
    explanation: "\
A revision that does something and whose downgrade does nothing cannot be taken back: after a bad release, the database stays where it is.
The way down is planned with the way up; one that was written by hand, or emptied, needs its own.",
    also: &[],
    level: Level::Warn,
    examples: examples!("revision-without-downgrade": "revision.kdl"),
    check: Check::Chain(check),
};

fn check(cx: &Chain<'_>, remarks: &mut Remarks) {
    for (revision, script) in cx.scripts() {
        if script.downgrade.is_empty() && !script.upgrade.is_empty() {
            let part = Part::Script {
                engine: &script.engine,
                direction: Direction::Downgrade,
            };
            let message = format!(
                "revision {} cannot be taken back on {}",
                revision.id, script.engine
            );
            remarks
                .at(cx.place(revision, part), message)
                .help("write the steps that undo it, or plan the revision anew");
        }
    }
}
