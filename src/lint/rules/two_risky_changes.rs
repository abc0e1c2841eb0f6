//! `two-risky-changes`: two risky changes in one plan.

use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::lint::{Act, Planned};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "two-risky-changes",
    code: "RC0758",
    title: "two risky changes in one plan",
    explanation: "\
When one of two changes goes wrong, that both were in one revision makes it hard to see which, and the way back undoes the one that went well.
What loses something, breaks code that runs, or keeps others out of a large table goes into a revision of its own.",
    also: &[],
    level: Level::Warn,
    examples: examples!("two-risky-changes": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    let risky = |act: &&Act<'_>| {
        let gone = act
            .dropped()
            .is_some_and(|id| cx.is_there_after(id) || !cx.has_table_of(id));
        act.keeps_out() || ((act.breaks_code() || act.impact.loses.is_some()) && !gone && !act.was_aside())
    };
    let all: Vec<&Act<'_>> = cx.acts.iter().filter(risky).collect();
    if let [first, rest @ ..] = all.as_slice()
        && let Some(second) = rest.last()
    {
        let others = match rest.len() {
            1 => String::new(),
            more => format!(", and {} in between", more - 1),
        };
        remarks
            .about(
                &second.subject(),
                format!(
                    "one plan has two risky changes: {}, and {}{others}",
                    first.op, second.op
                ),
            )
            .help("put each into a revision of its own: declare one, plan and apply it, then the other");
    }
}
