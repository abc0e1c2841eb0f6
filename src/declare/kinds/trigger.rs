//! `trigger touch { before update; of a b; for-each row; when "…"; execute touch_updated_at "arg" }`, or with a body:
//! `as "UPDATE …;"`.

use std::sync::Arc;

use crate::catalog::kinds::{
    ConstraintTrigger, Deferrable, Enabled, Trigger, TriggerAction, TriggerEvent, TriggerTiming,
};
use crate::catalog::{Expr, Ident, Kind, ObjectId};
use crate::declare::fields::{Fields, Text};
use crate::declare::reading::Reading;
use crate::declare::report::{CONTRADICTION, ENGINE};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::member::{MemberDraft, Names};
use super::unique;

const TIMINGS: &[(&str, TriggerTiming)] = &[
    ("before", TriggerTiming::Before),
    ("after", TriggerTiming::After),
    ("instead-of", TriggerTiming::InsteadOf),
];

const EVENTS: &[(&str, TriggerEvent)] = &[
    ("insert", TriggerEvent::Insert),
    ("update", TriggerEvent::Update),
    ("delete", TriggerEvent::Delete),
    ("truncate", TriggerEvent::Truncate),
];

pub(super) const ENABLED: &[(&str, Enabled)] = &[
    ("origin", Enabled::Origin),
    ("replica", Enabled::Replica),
    ("always", Enabled::Always),
    ("never", Enabled::Disabled),
];

const FOR_EACH: &[(&str, bool)] = &[("row", true), ("statement", false)];

/// Reads a trigger of a relation with these columns. The name is the first argument.
pub(super) fn read<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    columns: &[Ident],
) -> Option<MemberDraft> {
    let name = fields.name("trigger")?;
    let given = reading.ident(&name, "trigger");
    let (timing, events) = read_timing(reading, &mut fields, name.text);
    let update_of = reading.idents(&fields.names("of").unwrap_or_default());
    let for_each_row = fields.choice("for-each", FOR_EACH).unwrap_or(true);
    let condition = fields
        .expression("when")
        .map(|text| reading.engine.expr(text.text, columns));
    let action = read_action(reading, &mut fields, name.text);
    let constraint = read_constraint(reading, &mut fields, name.text);
    let mut seen_as = |word| fields.text(word).map(|text| reading.engine.ident(text.text));
    let (old_table, new_table) = (seen_as("old-table"), seen_as("new-table"));
    let enabled = fields.choice("fires", ENABLED).unwrap_or_default();
    let extras = fields.extras();
    let span = fields.span();
    let has_more = constraint.is_some() || old_table.is_some() || new_table.is_some();
    if (has_more || enabled != Enabled::Origin) && reading.engine.rules(Kind::Function).is_none() {
        reading.report.error_with(
            ENGINE,
            span.clone(),
            format!(
                "{} has no constraint triggers, tables of changed rows, or triggers that fire at other times",
                reading.engine.title()
            ),
            "declare the trigger for each engine, with on=",
        );
    }
    fields.finish(&format!("trigger `{}`", name.text));
    if !reading.has(Kind::Trigger, span.clone()) {
        return None;
    }
    let trigger = Trigger {
        timing,
        events,
        columns: update_of,
        for_each_row,
        constraint,
        old_table,
        new_table,
        condition,
        action: action?,
        enabled,
    };
    Some(MemberDraft {
        kind: Kind::Trigger,
        given: Some(given),
        unnamed: false,
        object: trigger.into(),
        span,
        extras,
        names: Names::default(),
        target: None,
        inherits: None,
    })
}

/// `constraint`, with `deferrable=` and `from=`.
fn read_constraint<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    name: &str,
) -> Option<ConstraintTrigger> {
    let constraint = fields.flag("constraint");
    let deferrable = unique::read_deferrable(fields);
    let from = match fields.only_child("from") {
        Some(node) => {
            let mut child = fields.child(node);
            let other = reading.read_qname(&mut child, "table");
            child.finish("`from`");
            other
        }
        None => fields.text("from").map(|text| reading.qname(text.text, None)),
    };
    if !constraint && (deferrable != Deferrable::No || from.is_some()) {
        reading.report.error_with(
            CONTRADICTION,
            fields.span(),
            format!("trigger `{name}` has `deferrable` or `from`, and is no constraint trigger"),
            "write `constraint` behind its name",
        );
    }
    constraint.then_some(ConstraintTrigger { deferrable, from })
}

fn read_timing<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    name: &str,
) -> (TriggerTiming, Vec<TriggerEvent>) {
    let mut found: Option<(TriggerTiming, Vec<TriggerEvent>)> = None;
    for (word, timing) in TIMINGS {
        let Some(texts) = fields.names(word) else { continue };
        let mut events: Vec<TriggerEvent> = texts
            .iter()
            .filter_map(|text: &Text<'_>| fields.choose(word, text, EVENTS))
            .collect();
        events.sort_unstable();
        events.dedup();
        if found.is_some() {
            let message = format!("trigger `{name}` fires before, after, or instead of: one of them");
            reading.report.error(CONTRADICTION, fields.span(), message);
        }
        if texts.is_empty() {
            fields.missing(
                format!("trigger `{name}` fires on nothing"),
                format!("write `{word} update`"),
            );
        }
        found = Some((*timing, events));
    }
    found.unwrap_or_else(|| {
        fields.missing(
            format!("trigger `{name}` does not say when it fires"),
            "write `before update`, `after insert delete`, or `instead-of insert` as a child",
        );
        (TriggerTiming::Before, Vec::new())
    })
}

fn read_action<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, name: &str) -> Option<TriggerAction> {
    let body = fields.expression("as");
    let execute = fields.only_child("execute");
    match (body, execute) {
        (Some(body), None) => Some(TriggerAction::Body(Expr::new(body.text))),
        (None, Some(node)) => {
            let mut child = fields.child(node);
            let function = reading.read_qname(&mut child, "function");
            let entries = child.arguments();
            let arguments = entries
                .into_iter()
                .filter_map(|entry| child.text_of(entry))
                .map(|text| Arc::from(text.text))
                .collect();
            let span = child.span();
            child.finish("`execute`");
            if reading.engine.rules(Kind::Function).is_none() {
                reading.report.error_with(
                    ENGINE,
                    span,
                    format!("{} has no functions to execute", reading.engine.title()),
                    format!(
                        "write the statements instead: `as \"…\"`, in a trigger with on={}",
                        reading.engine.name()
                    ),
                );
            }
            function.map(|function| TriggerAction::Execute { function, arguments })
        }
        (Some(body), Some(_)) => {
            let message = format!("trigger `{name}` has a body and executes a function: one of them");
            reading.report.error(CONTRADICTION, body.span, message);
            None
        }
        (None, None) => {
            fields.missing(
                format!("trigger `{name}` does nothing"),
                "write `execute FUNCTION`, or on SQLite `as \"UPDATE …;\"`",
            );
            None
        }
    }
}

pub(super) fn write_enabled(line: Line, enabled: Enabled) -> Line {
    match ENABLED.iter().find(|(_, value)| *value == enabled) {
        Some((word, _)) if enabled != Enabled::Origin => line.property("fires", word),
        _ => line,
    }
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, trigger: &Trigger) -> Line {
    let mut line = Line::new("trigger").arguments(id.name().map(Ident::text));
    if let Some(constraint) = &trigger.constraint {
        line = unique::write_deferrable(line.flag_if("constraint", true), constraint.deferrable);
        if let Some(from) = &constraint.from {
            line = match writing.spelling(from) {
                Some(text) => line.property("from", &text),
                None => line.child(writing.reference("from", from, &[])),
            };
        }
    }
    for (word, name) in [
        ("old-table", &trigger.old_table),
        ("new-table", &trigger.new_table),
    ] {
        if let Some(name) = name {
            line = line.property(word, name.text());
        }
    }
    line = write_enabled(line, trigger.enabled);
    if let Some((word, _)) = TIMINGS.iter().find(|(_, timing)| *timing == trigger.timing) {
        let events = EVENTS
            .iter()
            .filter(|(_, event)| trigger.events.contains(event))
            .map(|(word, _)| *word);
        line = line.child(Line::new(word).arguments(events));
    }
    if !trigger.columns.is_empty() {
        line = line.child(Line::new("of").arguments(trigger.columns.iter().map(Ident::text)));
    }
    if !trigger.for_each_row {
        line = line.child(Line::new("for-each").argument("statement"));
    }
    if let Some(condition) = &trigger.condition {
        line = line.child(Line::new("when").block(condition.text()));
    }
    line.child(match &trigger.action {
        TriggerAction::Execute { function, arguments } => {
            let arguments: Vec<&str> = arguments.iter().map(|argument| &**argument).collect();
            writing.reference("execute", function, &arguments)
        }
        TriggerAction::Body(body) => Line::new("as").block(body.text()),
    })
}
