//! `unused-suppression`: an `allow` that allows nothing.

use std::collections::HashSet;

use crate::lint::rule::{Check, Level, Remark, Rule, examples};
use crate::lint::settings::find;
use crate::lint::suppression::Suppressions;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "unused-suppression",
    code: "RC0799",
    title: "an `allow` that allows nothing",
    explanation: "\
An `allow` node says that a rule does not hold here, and why. When the reason is gone, the node would hide the next case
of it. Take it out. One of a rule over plans does its work on the day on which the plan is made; it is told as a note, and
only where a plan is looked at.",
    also: &[],
    level: Level::Warn,
    examples: examples!("unused-suppression": "schema.kdl"),
    check: Check::Suppressions,
};

/// What is to be said of the nodes that covered nothing, of rules that were asked; and how loudly at most.
pub(in crate::lint) fn remarks(
    suppressions: &Suppressions,
    looked_at: &HashSet<&'static str>,
) -> Vec<(Remark, Level)> {
    let unused = suppressions.all().filter(|(_, used)| !used);
    let remark = unused.filter_map(|(allowance, _)| {
        let rule = find(&allowance.rule).ok()?;
        let most = match rule.check {
            Check::Plan(_) => Level::Note,
            _ => Level::Error,
        };
        let remark = Remark {
            subject: allowance.subject.clone(),
            span: Some(allowance.span.clone()),
            message: format!("nothing here is what `{}` warns of", rule.id),
            help: Some("take the `allow` out".to_owned()),
        };
        looked_at.contains(rule.check.word()).then_some((remark, most))
    });
    remark.collect()
}
