//! `partition-by range at` of a table, and `partition-of events from=2025-01-01 to=2026-01-01` of a part of it.

use crate::catalog::kinds::{Bound, IndexKey, Partition, PartitionKey, PartitionStrategy};
use crate::catalog::{Expr, Ident, Kind};
use crate::declare::fields::{Fields, Given};
use crate::declare::reading::Reading;
use crate::declare::report::{CONTRADICTION, MISSING, VALUE};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::Span;
use crate::dialect::Literal;
use crate::dialect::sql::text_literal;

use super::column::literal_of;
use super::index;

const STRATEGIES: &[(&str, PartitionStrategy)] = &[
    ("range", PartitionStrategy::Range),
    ("list", PartitionStrategy::List),
    ("hash", PartitionStrategy::Hash),
];

/// Words that stand for no value of a type.
const LIMITS: &[&str] = &["MINVALUE", "MAXVALUE"];

/// What a partition is a part of, and where that is said.
#[derive(Clone, Debug)]
pub(in crate::declare) struct PartitionDraft {
    /// What it is.
    pub partition: Partition,
    /// Where it stands.
    pub span: Span,
}

/// `partition-by STRATEGY KEY…`, with `key` children where a key has options.
pub(super) fn read_key<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    columns: &[Ident],
) -> Option<PartitionKey> {
    let node = fields.only_child("partition-by")?;
    let mut child = fields.child(node);
    if !reading.has(Kind::Partition, child.span()) {
        return None;
    }
    let word = child.argument().and_then(|entry| child.text_of(entry));
    let strategy = match word {
        Some(word) => child.choose("partition-by", &word, STRATEGIES),
        None => None,
    };
    let mut keys: Vec<IndexKey> = Vec::new();
    for entry in child.arguments() {
        keys.extend(index::read_term(reading, &child, entry, columns).map(index::plain_key));
    }
    for node in child.children("key") {
        keys.extend(index::read_key(reading, child.child(node), columns));
    }
    let span = child.span();
    child.finish("`partition-by`");
    if keys.is_empty() || strategy.is_none() {
        reading.report.error_with(
            MISSING,
            span,
            "a partitioned table is divided in some way by at least one key",
            "write `partition-by range COLUMN`, `partition-by list COLUMN` or `partition-by hash COLUMN`",
        );
        return None;
    }
    if let Some(key) = keys.iter().find(|key| key.descending || key.nulls.is_some()) {
        let message = format!("the key {:?} of a partitioned table has no direction", key.term);
        reading.report.error_with(
            CONTRADICTION,
            span,
            message,
            "take out `desc` and `nulls`: ranges are compared upwards",
        );
        return None;
    }
    strategy.map(|strategy| PartitionKey { strategy, keys })
}

/// `partition-of PARENT`, and which rows are meant.
pub(super) fn read_partition<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>) -> Option<PartitionDraft> {
    let node = fields.only_child("partition-of")?;
    let mut child = fields.child(node);
    let span = child.span();
    if !reading.has(Kind::Partition, span.clone()) {
        return None;
    }
    let parent = reading.read_qname(&mut child, "parent table");
    let default = child.flag("default");
    let values = read_values(&mut child, "values");
    let (from, to) = (read_values(&mut child, "from"), read_values(&mut child, "to"));
    let (modulus, remainder) = (child.integer("modulus"), child.integer("remainder"));
    child.finish("`partition-of`");
    let bound = match (default, values, (from, to), (modulus, remainder)) {
        (true, None, (None, None), (None, None)) => Some(Bound::Default),
        (false, Some(values), (None, None), (None, None)) => Some(Bound::List(values)),
        (false, None, (Some(from), Some(to)), (None, None)) => Some(Bound::Range { from, to }),
        (false, None, (None, None), (Some(modulus), Some(remainder))) => {
            let size = |number: i64| u32::try_from(number).ok();
            match (size(modulus), size(remainder)) {
                (Some(modulus), Some(remainder)) if remainder < modulus => {
                    Some(Bound::Hash { modulus, remainder })
                }
                _ => {
                    let message = format!("no hash divided by {modulus} leaves {remainder}");
                    let help = "the remainder is at least 0 and less than the modulus";
                    reading.report.error_with(VALUE, span.clone(), message, help);
                    return None;
                }
            }
        }
        _ => None,
    };
    let Some(bound) = bound else {
        reading.report.error_with(
            MISSING,
            span,
            "a partition says which rows are its own, in one way",
            "write `from=… to=…`, a child `values …`, `modulus=… remainder=…`, or `default`",
        );
        return None;
    };
    parent.map(|parent| PartitionDraft {
        partition: Partition { parent, bound },
        span,
    })
}

/// One value as a property, or several as a child.
fn read_values(fields: &mut Fields<'_>, name: &'static str) -> Option<Vec<Expr>> {
    if let Some(node) = fields.only_child(name) {
        let mut child = fields.child(node);
        let values = child.arguments().into_iter().map(|entry| value(&entry.value));
        let values = values.collect();
        child.finish(&format!("`{name}`"));
        return Some(values);
    }
    let Given { value: given, .. } = fields.value(name)?;
    Some(vec![value(given)])
}

/// A value as the engine prints it in a bound.
fn value(literal: &Literal) -> Expr {
    Expr::new(match literal {
        Literal::Text(text) => text_literal(text),
        Literal::Sql(text) => {
            let limit = LIMITS
                .iter()
                .find(|limit| limit.eq_ignore_ascii_case(text.trim()));
            limit.map_or_else(|| text.clone(), |limit| (*limit).to_owned())
        }
        Literal::Null => "NULL".to_owned(),
        Literal::Bool(value) => value.to_string(),
        Literal::Integer(value) => value.to_string(),
        Literal::Decimal(text) => text.clone(),
    })
}

/// The literal that is written for a value of a bound.
fn write_value(expr: &Expr) -> Literal {
    literal_of(expr.text())
        .into_iter()
        .find(|literal| value(literal) == *expr)
        .unwrap_or_else(|| Literal::Sql(expr.text().to_owned()))
}

pub(super) fn write_key(writing: &Writing<'_>, line: Line, key: &PartitionKey) -> Line {
    let word = STRATEGIES
        .iter()
        .find(|(_, strategy)| *strategy == key.strategy)
        .map_or("range", |(word, _)| word);
    let mut child = Line::new("partition-by").argument(word);
    let plain = key
        .keys
        .iter()
        .all(|key| *key == index::plain_key(key.term.clone()));
    for key in &key.keys {
        child = if plain {
            index::write_term(child, &key.term, &[])
        } else {
            child.child(index::write_key(writing, key))
        };
    }
    line.child(child)
}

pub(in crate::declare) fn write(writing: &Writing<'_>, partition: &Partition) -> Line {
    let line = writing.reference("partition-of", &partition.parent, &[]);
    match &partition.bound {
        Bound::Default => line.flag_if("default", true),
        Bound::List(values) => line.child(write_values("values", values)),
        Bound::Range { from, to } => match (from.as_slice(), to.as_slice()) {
            ([from], [to]) => line
                .literal_property("from", &write_value(from))
                .literal_property("to", &write_value(to)),
            _ => line
                .child(write_values("from", from))
                .child(write_values("to", to)),
        },
        Bound::Hash { modulus, remainder } => line
            .literal_property("modulus", &Literal::Integer(i128::from(*modulus)))
            .literal_property("remainder", &Literal::Integer(i128::from(*remainder))),
    }
}

fn write_values(name: &str, values: &[Expr]) -> Line {
    values
        .iter()
        .fold(Line::new(name), |line, value| line.literal(&write_value(value)))
}
