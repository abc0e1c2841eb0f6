//! `revision-for-one-engine`: a revision without a script for every engine of the project.

use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Chain, Part};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "revision-for-one-engine",
    code: "RC0784",
    title: "a revision without a script for every engine of the project",
    explanation: "\
`engines` in `reconcile.kdl` says that the chain runs on each of them. A revision that lacks one stops every upgrade there. Plan it again with
a `scratch-url` for the engine that is missing, or take the engine out of the settings.",
    also: &[],
    level: Level::Error,
    examples: examples!("revision-for-one-engine": "reconcile.kdl", "revision.kdl"),
    check: Check::Chain(check),
};

fn check(cx: &Chain<'_>, remarks: &mut Remarks) {
    for revision in &cx.revisions {
        for engine in cx
            .engines
            .iter()
            .filter(|engine| revision.script(engine).is_none())
        {
            let message = format!("revision {} has no script for {engine}", revision.id);
            remarks
                .at(cx.place(revision, Part::Revision), message)
                .help(format!(
                    "set a scratch-url for {engine} in reconcile.kdl and plan it again"
                ));
        }
    }
}
