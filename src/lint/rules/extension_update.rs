//! `extension-update`: an extension that gets another version.

use crate::catalog::Attr;
use crate::catalog::kinds::ExtensionAttr;
use crate::lint::Planned;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};
use crate::op::Action;

pub(in crate::lint) const RULE: Rule = Rule {
    id: "extension-update",
    code: "RC0757",
    title: "an extension that gets another version",
    explanation: "\
An update runs the extension's own scripts: functions that indexes and checks rest on may answer otherwise afterwards, and most extensions have
no script for the way back. Read its release notes, and try the update on a copy.",
    also: &["pg-schema-diff UPGRADING_EXTENSION_VERSION"],
    level: Level::Warn,
    examples: examples!("extension-update": "before.kdl", "after.kdl"),
    check: Check::Plan(check),
};

fn check(cx: &Planned<'_>, remarks: &mut Remarks) {
    for act in &cx.acts {
        if let Action::Alter { id, attrs, .. } = &act.op.action
            && attrs.contains(&Attr::Extension(ExtensionAttr::Version))
        {
            remarks
                .about(id, format!("{id} gets another version, by scripts of its own"))
                .help("read its release notes, and try it on a copy: there may be no way back");
        }
    }
}
