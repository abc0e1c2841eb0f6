//! `options host=db port=5432`, of what lies elsewhere. The names are the wrapper's own.

use std::sync::Arc;

use crate::catalog::kinds::{Options, is_secret};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::report::{CONTRADICTION, SECRET, VALUE};
use crate::declare::text::Line;
use crate::dialect::Literal;

/// The node.
const NODE: &str = "options";

/// Reads the child of `what`. What is secret belongs in no declaration.
pub(super) fn read<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, what: &str) -> Options {
    let Some(node) = fields.only_child(NODE) else {
        return Options::new();
    };
    let mut child = fields.child(node);
    let mut out = Options::new();
    for (name, value, span) in child.others() {
        if is_secret(name) {
            reading.report.error_with(
                SECRET,
                span,
                format!("option `{name}` of {what} is a secret, and a declaration is read by many"),
                "take it out: passwords belong to user mappings, which are made by hand and not managed",
            );
            continue;
        }
        if out.iter().any(|(other, _)| **other == *name) {
            let message = format!("option `{name}` of {what} is given twice");
            reading.report.error(CONTRADICTION, span, message);
            continue;
        }
        match plain(value) {
            Some(value) => out.push((Arc::from(name), Arc::from(value))),
            None => {
                let message = format!("`{name}` is a number, a text, #true or #false");
                reading.report.error(VALUE, span, message);
            }
        }
    }
    out.sort();
    child.finish("`options`");
    out
}

/// The text of a value that the engine takes as a text.
pub(super) fn plain(value: &Literal) -> Option<String> {
    match value {
        Literal::Text(text) | Literal::Decimal(text) => Some(text.clone()),
        Literal::Bool(value) => Some(value.to_string()),
        Literal::Integer(value) => Some(value.to_string()),
        Literal::Null | Literal::Sql(_) => None,
    }
}

/// Such a text as a person would write it.
pub(super) fn literal(value: &str) -> Literal {
    match (value, value.parse::<i128>()) {
        ("true" | "false", _) => Literal::Bool(value == "true"),
        (_, Ok(number)) if number.to_string() == value => Literal::Integer(number),
        _ => Literal::Text(value.to_owned()),
    }
}

/// The child, if there is any option.
pub(super) fn write(line: Line, options: &Options) -> Line {
    if options.is_empty() {
        return line;
    }
    let child = options.iter().fold(Line::new(NODE), |child, (name, value)| {
        child.literal_property(name, &literal(value))
    });
    line.child(child)
}
