//! The types of columns, and values of them.

use super::model::{Id, Model};

/// What types have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Integer,
    Number,
    Text,
    Boolean,
    Date,
    Instant,
    Uuid,
    Json,
    Texts,
    Range,
    Bytes,
    Enum,
    Enums,
    Composite,
}

/// A type of the engine: as the language writes it, as the engine does, and its family.
pub(super) struct Plain(
    pub(super) &'static str,
    pub(super) &'static str,
    pub(super) Family,
);

pub(super) const PLAIN: &[Plain] = &[
    Plain("integer", "integer", Family::Integer),
    Plain("bigint", "bigint", Family::Integer),
    Plain("text", "text", Family::Text),
    Plain("smallint", "smallint", Family::Integer),
    Plain("numeric(10,2)", "numeric(10,2)", Family::Number),
    Plain("double", "double precision", Family::Number),
    Plain("varchar(20)", "character varying(20)", Family::Text),
    Plain("boolean", "boolean", Family::Boolean),
    Plain("date", "date", Family::Date),
    Plain("timestamptz", "timestamp with time zone", Family::Instant),
    Plain("uuid", "uuid", Family::Uuid),
    Plain("jsonb", "jsonb", Family::Json),
    Plain("text[]", "text[]", Family::Texts),
    Plain("int4range", "int4range", Family::Range),
    Plain("bytea", "bytea", Family::Bytes),
];

/// The types to which a column of a type can be changed both ways without a word.
const CASTS: &[&[usize]] = &[&[0, 1, 3, 4, 5], &[2, 6], &[8, 9]];

/// The type of a column or an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    Plain(usize),
    Enum(Id),
    Enums(Id),
    Domain(Id),
    Composite(Id),
}

pub(super) const INTEGER: Type = Type::Plain(0);
pub(super) const BIGINT: Type = Type::Plain(1);
pub(super) const TEXT: Type = Type::Plain(2);

impl Type {
    /// What it is made of.
    pub(super) fn needs(self) -> Option<Id> {
        match self {
            Self::Plain(_) => None,
            Self::Enum(id) | Self::Enums(id) | Self::Domain(id) | Self::Composite(id) => Some(id),
        }
    }

    /// Other types to which values go and from which they come back.
    pub(super) fn relatives(self) -> Vec<usize> {
        let Self::Plain(own) = self else { return Vec::new() };
        let of = CASTS.iter().find(|group| group.contains(&own));
        let others = of.into_iter().flat_map(|group| group.iter().copied());
        others.filter(|other| *other != own).collect()
    }
}

impl Model {
    pub(super) fn family(&self, of: Type) -> Family {
        match of {
            Type::Plain(at) => PLAIN[at].2,
            Type::Enum(_) => Family::Enum,
            Type::Enums(_) => Family::Enums,
            Type::Composite(_) => Family::Composite,
            Type::Domain(id) => {
                let base = self.domains.iter().find(|domain| domain.named.id == id);
                base.map_or(Family::Text, |domain| self.family(domain.base))
            }
        }
    }

    /// The type as the engine reads it.
    pub(super) fn sql_type(&self, of: Type) -> String {
        match of {
            Type::Plain(at) => PLAIN[at].1.to_owned(),
            Type::Enums(id) => format!("{}[]", self.sql_name(id)),
            Type::Enum(id) | Type::Domain(id) | Type::Composite(id) => self.sql_name(id),
        }
    }

    /// The `at`th value of a type as an expression of the engine.
    pub(super) fn value(&self, of: Type, at: usize) -> String {
        let day = at % 28 + 1;
        let text = match self.family(of) {
            Family::Integer => return (at + 1).to_string(),
            Family::Number => return format!("{}.5", at + 1),
            Family::Boolean => return if at.is_multiple_of(2) { "true" } else { "false" }.to_owned(),
            Family::Text => format!("'v{at}'"),
            Family::Date => format!("'2024-05-{day:02}'"),
            Family::Instant => format!("'2024-05-{day:02} 12:00:00+00'"),
            Family::Uuid => format!("'00000000-0000-0000-0000-{at:012}'"),
            Family::Json => format!("'{{\"a\": {at}}}'"),
            Family::Texts => format!("'{{v{at},w}}'"),
            Family::Range => format!("'[{},{})'", at * 10, at * 10 + 5),
            Family::Bytes => format!("'\\x{at:02x}'"),
            Family::Composite => return "NULL".to_owned(),
            Family::Enum | Family::Enums => {
                let label = self.label(of, at);
                if self.family(of) == Family::Enum {
                    format!("'{label}'")
                } else {
                    format!("'{{{label}}}'")
                }
            }
        };
        format!("{text}::{}", self.sql_type(of))
    }

    /// A label of an enum, under whatever it lies.
    fn label(&self, of: Type, at: usize) -> String {
        let base = match of {
            Type::Domain(id) => self
                .domains
                .iter()
                .find(|domain| domain.named.id == id)
                .map(|domain| domain.base),
            of => Some(of),
        };
        let of = base
            .and_then(Type::needs)
            .and_then(|id| self.enums.iter().find(|of| of.named.id == id));
        of.map(|of| of.values[at % of.values.len()].name.clone())
            .unwrap_or_default()
    }
}
