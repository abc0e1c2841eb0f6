//! `rule keep_log for=update instead when="…" { do "INSERT INTO …" }`, below a table or view.

use crate::catalog::kinds::{Rule, RuleEvent};
use crate::catalog::{Expr, Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::member::{MemberDraft, Names};
use super::trigger::{ENABLED, write_enabled};

const EVENTS: &[(&str, RuleEvent)] = &[
    ("insert", RuleEvent::Insert),
    ("update", RuleEvent::Update),
    ("delete", RuleEvent::Delete),
];

/// Reads a rule. The name is the first argument.
pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>) -> Option<MemberDraft> {
    let name = fields.name("rule")?;
    let given = reading.ident(&name, "rule");
    let given_event = fields.text("for");
    let event = given_event
        .as_ref()
        .and_then(|text| fields.choose("for", text, EVENTS));
    if given_event.is_none() {
        fields.missing(
            format!("rule `{}` does not say which statements it is about", name.text),
            "write for=insert, for=update or for=delete",
        );
    }
    let instead = fields.flag("instead");
    let condition = fields.expression("when").map(|text| Expr::new(text.text));
    let action = fields.expression("do").map(|text| Expr::new(text.text));
    if action.is_none() {
        fields.missing(
            format!("rule `{}` does nothing", name.text),
            "write `do \"INSERT INTO …\"` as a child, or `do NOTHING`",
        );
    }
    let enabled = fields.choice("fires", ENABLED).unwrap_or_default();
    let extras = fields.extras();
    let span = fields.span();
    fields.finish(&format!("rule `{}`", name.text));
    if !reading.has(Kind::Rule, span.clone()) {
        return None;
    }
    let rule = Rule {
        event: event?,
        instead,
        condition,
        action: action?,
        enabled,
    };
    Some(MemberDraft {
        kind: Kind::Rule,
        given: Some(given),
        unnamed: false,
        object: rule.into(),
        span,
        extras,
        names: Names::default(),
        target: None,
        inherits: None,
    })
}

pub(super) fn write(_writing: &Writing<'_>, id: &ObjectId, rule: &Rule) -> Line {
    let mut line = Line::new("rule").arguments(id.name().map(Ident::text));
    if let Some((word, _)) = EVENTS.iter().find(|(_, event)| *event == rule.event) {
        line = line.property("for", word);
    }
    line = write_enabled(line.flag_if("instead", rule.instead), rule.enabled);
    if let Some(condition) = &rule.condition {
        line = line.child(Line::new("when").block(condition.text()));
    }
    line.child(Line::new("do").block(rule.action.text()))
}
