//! How names are to look: [`Style`], a word for a manner that everybody knows, or a regular expression.

use regex::Regex;

use crate::catalog::Kind;

/// A manner of writing names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Style {
    /// `snake_case`.
    Snake,
    /// `camelCase`.
    Camel,
    /// `PascalCase`.
    Pascal,
    /// `UPPER_CASE`.
    Upper,
    /// As it comes.
    Any,
    /// A regular expression that the whole name must match.
    Pattern(String),
}

impl Style {
    /// What a setting means: one of the words, or else a regular expression.
    pub fn read(text: &str) -> Result<Self, regex::Error> {
        Ok(match text {
            "snake_case" => Self::Snake,
            "camelCase" => Self::Camel,
            "PascalCase" => Self::Pascal,
            "UPPER_CASE" => Self::Upper,
            "any" => Self::Any,
            pattern => {
                compile(pattern)?;
                Self::Pattern(pattern.to_owned())
            }
        })
    }

    /// How it is said in a sentence.
    fn words(&self) -> String {
        match self {
            Self::Snake => "snake_case".to_owned(),
            Self::Camel => "camelCase".to_owned(),
            Self::Pascal => "PascalCase".to_owned(),
            Self::Upper => "UPPER_CASE".to_owned(),
            Self::Any => "any".to_owned(),
            Self::Pattern(pattern) => format!("`{pattern}`"),
        }
    }

    fn pattern(&self) -> Option<&str> {
        Some(match self {
            Self::Snake => "_?[a-z0-9]+(_[a-z0-9]+)*",
            Self::Camel => "[a-z][a-zA-Z0-9]*",
            Self::Pascal => "[A-Z][a-zA-Z0-9]*",
            Self::Upper => "[A-Z0-9]+(_[A-Z0-9]+)*",
            Self::Any => return None,
            Self::Pattern(pattern) => pattern,
        })
    }
}

/// The expression, for whole names.
fn compile(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

/// The kinds whose names can be told how to look, by the word for the kind; and how they look if nobody has said so.
/// Names of constraints and indexes are mostly made by an engine or by templates.
pub const KINDS: &[(&str, Kind, Style)] = &[
    ("schema", Kind::Schema, Style::Snake),
    ("enum", Kind::Enum, Style::Snake),
    ("sequence", Kind::Sequence, Style::Snake),
    ("function", Kind::Function, Style::Snake),
    ("table", Kind::Table, Style::Snake),
    ("column", Kind::Column, Style::Snake),
    ("view", Kind::View, Style::Snake),
    ("materialized-view", Kind::MaterializedView, Style::Snake),
    ("trigger", Kind::Trigger, Style::Any),
    ("index", Kind::Index, Style::Any),
    ("primary-key", Kind::PrimaryKey, Style::Any),
    ("unique", Kind::Unique, Style::Any),
    ("check", Kind::Check, Style::Any),
    ("foreign-key", Kind::ForeignKey, Style::Any),
];

/// The styles of all kinds, ready to be asked.
#[derive(Debug)]
pub(super) struct NameRules(Vec<(Kind, String, Option<Regex>)>);

impl NameRules {
    pub(super) fn new(chosen: &[(&'static str, Style)]) -> Self {
        let rule = |(word, kind, default): &(&str, Kind, Style)| {
            let style = chosen.iter().rev().find(|(other, _)| other == word);
            let style = style.map_or(default, |(_, style)| style);
            // A pattern that cannot be read was refused with the settings.
            let regex = style.pattern().and_then(|pattern| compile(pattern).ok());
            (*kind, style.words(), regex)
        };
        Self(KINDS.iter().map(rule).collect())
    }

    /// How a name of this kind is to look, if it does not.
    pub(super) fn broken_by(&self, kind: Kind, name: &str) -> Option<&str> {
        let (_, words, regex) = self.0.iter().find(|(other, ..)| *other == kind)?;
        let regex = regex.as_ref()?;
        (!regex.is_match(name)).then_some(words.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_expressions() {
        for (style, fits, not) in [
            ("snake_case", "order_lines2", "OrderLines"),
            ("snake_case", "_private", "a__b"),
            ("camelCase", "orderLines", "order_lines"),
            ("PascalCase", "OrderLines", "orderLines"),
            ("UPPER_CASE", "ORDER_LINES", "ORDER_lines"),
            ("ix_.*", "ix_a", "a_ix_b"),
            ("a|b", "b", "ab"),
            ("any", "Whatever it is", ""),
        ] {
            let names = NameRules::new(&[("table", Style::read(style).unwrap())]);
            assert_eq!(names.broken_by(Kind::Table, fits), None, "{style} {fits}");
            assert_eq!(
                names.broken_by(Kind::Table, not).is_some(),
                style != "any",
                "{style} {not}"
            );
        }
        assert!(Style::read("(").is_err());
    }
}
