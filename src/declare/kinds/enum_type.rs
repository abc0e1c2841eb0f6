//! `enum user_role ADMIN USER`, or its values as children: `value USER`, `value GUEST was=VISITOR`.

use std::sync::Arc;

use crate::catalog::kinds::EnumType;
use crate::catalog::{Kind, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::node::Entry;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::{DUPLICATE, MISSING, RENAME};
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::owner;
use crate::diagnostic::Span;
use crate::diff::RenameIntent;

/// A declared enum.
#[derive(Debug)]
pub(in crate::declare) struct EnumDraft {
    /// Its name.
    pub name: QName,
    /// Its values in order.
    pub values: Vec<Arc<str>>,
    /// What values were called before.
    pub former: Vec<FormerValue>,
}

/// `was=` of a value.
#[derive(Debug)]
pub(in crate::declare) struct FormerValue {
    /// What it was called.
    pub old: Arc<str>,
    /// What it is called.
    pub new: Arc<str>,
    /// Where that is said.
    pub span: Span,
}

/// Reads an enum. Where the engine has none, the columns made of it are lowered and nothing else is left of it.
pub(in crate::declare) fn read<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    draft: &mut Draft<'n>,
) -> Option<EnumDraft> {
    let span = fields.span();
    let name = reading.read_qname(&mut fields, "enum")?;
    let id = ObjectId::qualified(Kind::Enum, name.clone());
    draft
        .sayings
        .extend(owner::with_grants(reading, &mut fields, &id));
    let extras = fields.extras();
    let mut entries = fields.arguments();
    let mut former = Vec::new();
    for child in fields.children("value") {
        let mut child = fields.child(child);
        let own = child.arguments();
        former.extend(read_former(reading, &mut child, &own));
        entries.extend(own);
        child.finish("`value`");
    }
    let mut values: Vec<Arc<str>> = Vec::new();
    for entry in entries {
        let Some(value) = fields.text_of(entry) else {
            continue;
        };
        if values.iter().any(|known| **known == *value.text) {
            let message = format!("enum `{name}` has the value `{}` twice", value.text);
            reading.report.error(DUPLICATE, value.span, message);
        } else {
            values.push(Arc::from(value.text));
        }
    }
    fields.finish(&format!("enum `{name}`"));
    let former = checked(reading, &name, &values, former);
    if values.is_empty() {
        reading.report.error_with(
            MISSING,
            span.clone(),
            format!("enum `{name}` has no values"),
            format!("write `enum {name} FIRST SECOND`"),
        );
    }
    if reading.engine.rules(Kind::Enum).is_some() {
        draft.say(&id, extras, |was| {
            ObjectId::qualified(Kind::Enum, reading.qname(was, None))
        });
        for renamed in &former {
            let intent = RenameIntent {
                from: ObjectId::value(&name, &renamed.old),
                to: ObjectId::value(&name, &renamed.new),
            };
            draft.renames.push((intent, renamed.span.clone()));
        }
        let values = values.clone();
        draft.place(id, EnumType { values }, span);
    }
    Some(EnumDraft { name, values, former })
}

/// What the value of a node was called, the latest first.
fn read_former<'n>(reading: &Reading<'n>, child: &mut Fields<'n>, own: &[&'n Entry]) -> Vec<FormerValue> {
    let names = child.former_names();
    let [value] = own else {
        if let Some((_, span)) = names.first() {
            let message = "`was` is said of one value".to_owned();
            let help = "write a node for each value: `value NEW was=OLD`";
            reading.report.error_with(RENAME, span.clone(), message, help);
        }
        return Vec::new();
    };
    let Some(value) = child.text_of(value).filter(|_| !names.is_empty()) else {
        return Vec::new();
    };
    let of = |(old, span): (String, Span)| FormerValue {
        old: Arc::from(old),
        new: Arc::from(value.text),
        span,
    };
    names.into_iter().map(of).collect()
}

/// The former values that can have been what they are said to have been.
fn checked(
    reading: &Reading<'_>,
    name: &QName,
    values: &[Arc<str>],
    former: Vec<FormerValue>,
) -> Vec<FormerValue> {
    let mut good: Vec<FormerValue> = Vec::new();
    for renamed in former {
        let (old, new) = (&renamed.old, &renamed.new);
        let problem = if old == new {
            format!("value `{new}` of enum `{name}` was never called anything else")
        } else if values.contains(old) {
            format!("enum `{name}` has the value `{old}` too: it cannot be what `{new}` was called")
        } else if good.iter().any(|other| other.old == *old) {
            format!("`{old}` is the former name of two values of enum `{name}`")
        } else {
            good.push(renamed);
            continue;
        };
        reading
            .report
            .error_with(RENAME, renamed.span, problem, "take out `was=`");
    }
    good
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, enum_type: &EnumType) -> Line {
    let values = enum_type.values.iter().map(|value| &**value);
    writing.named("enum", id).arguments(values)
}
