//! KDL text as a small tree with byte ranges: [`Document`], [`Node`], [`Entry`].
//!
//! The kdl crate parses; what it keeps of the formatting is dropped here. Must not: know what a node means.

use std::ops::Range;
use std::sync::Arc;

use kdl::{KdlDocument, KdlEntry, KdlNode, KdlValue};

use crate::diagnostic::{Diagnostic, Source, Span};
use crate::dialect::Literal;

use super::report::{SYNTAX, VALUE};
use super::token::{DEEPEST, too_deep};

/// A file as a tree.
#[derive(Debug)]
pub(super) struct Document {
    /// The file.
    pub source: Arc<Source>,
    /// Its nodes.
    pub nodes: Vec<Node>,
    /// Values that no node can have.
    pub errors: Vec<Diagnostic>,
}

/// A text and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Word {
    /// The text.
    pub text: String,
    /// Where.
    pub range: Range<usize>,
}

/// A node.
#[derive(Debug)]
pub(super) struct Node {
    /// Its name.
    pub name: Word,
    /// Arguments and properties in order.
    pub entries: Vec<Entry>,
    /// Its children.
    pub children: Vec<Node>,
    /// From its name to its last entry.
    pub range: Range<usize>,
}

/// An argument or a property.
#[derive(Debug)]
pub(super) struct Entry {
    /// The name of a property.
    pub key: Option<Word>,
    /// Whether `(column)` marks it as a name rather than a flag.
    pub is_name: bool,
    /// The value; `(sql)"…"` is [`Literal::Sql`].
    pub value: Literal,
    /// The whole of it.
    pub range: Range<usize>,
}

impl Entry {
    /// The text of an argument that could be a flag.
    pub(super) fn flag(&self) -> Option<&str> {
        match (&self.key, &self.value) {
            (None, Literal::Text(text)) if !self.is_name => Some(text),
            _ => None,
        }
    }
}

/// Parses a file, or gives every syntax error in it.
pub(super) fn parse(source: &Arc<Source>) -> Result<Document, Vec<Diagnostic>> {
    if let Some(at) = too_deep(&source.text) {
        let message = format!("Malformed KDL: nested more than {DEEPEST} levels deep");
        return Err(vec![
            Diagnostic::error(SYNTAX, message).at(Span::new(source, at..at + 1)),
        ]);
    }
    let document = KdlDocument::parse(&source.text).map_err(|error| syntax_errors(source, error))?;
    let mut errors = Vec::new();
    let nodes = convert_all(source, &document, &mut errors);
    Ok(Document {
        source: Arc::clone(source),
        nodes,
        errors,
    })
}

/// The parser's own findings, in our form.
pub(super) fn syntax_errors(source: &Arc<Source>, error: kdl::KdlError) -> Vec<Diagnostic> {
    error
        .diagnostics
        .into_iter()
        .map(|found| {
            let message = found.message.unwrap_or_else(|| "cannot be read".to_owned());
            let start = found.span.offset().min(source.text.len());
            let end = (start + found.span.len()).min(source.text.len());
            let mut diagnostic =
                Diagnostic::error(SYNTAX, format!("Malformed KDL: {}", lower_first(&message)))
                    .at(Span::new(source, start..end));
            diagnostic.help = found.help;
            diagnostic
        })
        .collect()
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_lowercase().chain(chars).collect(),
        None => String::new(),
    }
}

fn convert_all(source: &Arc<Source>, document: &KdlDocument, errors: &mut Vec<Diagnostic>) -> Vec<Node> {
    document
        .nodes()
        .iter()
        .map(|node| convert(source, node, errors))
        .collect()
}

fn convert(source: &Arc<Source>, node: &KdlNode, errors: &mut Vec<Diagnostic>) -> Node {
    let name = Word {
        text: node.name().value().to_owned(),
        range: range(node.name().span()),
    };
    if let Some(annotation) = node.ty() {
        errors.push(
            Diagnostic::error(
                VALUE,
                format!(
                    "the annotation `({})` means nothing on a node",
                    annotation.value()
                ),
            )
            .at(Span::new(source, range(annotation.span()))),
        );
    }
    let entries: Vec<Entry> = node
        .entries()
        .iter()
        .map(|entry| convert_entry(source, entry, errors))
        .collect();
    let end = entries.last().map_or(name.range.end, |entry| entry.range.end);
    let children = node
        .children()
        .map(|children| convert_all(source, children, errors))
        .unwrap_or_default();
    Node {
        range: name.range.start..end,
        name,
        entries,
        children,
    }
}

fn convert_entry(source: &Arc<Source>, entry: &KdlEntry, errors: &mut Vec<Diagnostic>) -> Entry {
    let whole = range(entry.span());
    let mut fail = |message: String, help: &str| {
        errors.push(
            Diagnostic::error(VALUE, message)
                .at(Span::new(source, whole.clone()))
                .help(help),
        );
    };
    let mut value = match entry.value() {
        KdlValue::Null => Literal::Null,
        KdlValue::Bool(value) => Literal::Bool(*value),
        KdlValue::Integer(value) => Literal::Integer(*value),
        KdlValue::Float(value) if !value.is_finite() => {
            fail(
                format!("`{}` is not a value of any column", entry.value()),
                "write it as a text: \"NaN\"",
            );
            Literal::Text(value.to_string())
        }
        KdlValue::Float(value) => Literal::Decimal(
            entry
                .format()
                .map_or_else(|| value.to_string(), |format| format.value_repr.replace('_', "")),
        ),
        KdlValue::String(text) => Literal::Text(text.clone()),
    };
    let mut is_name = false;
    match entry.ty().map(kdl::KdlIdentifier::value) {
        None => {}
        Some("sql") => match value {
            Literal::Text(text) => value = Literal::Sql(text),
            _ => {
                fail(
                    "`(sql)` marks a text".to_owned(),
                    "put the expression between quotes: (sql)\"1 + 1\"",
                );
            }
        },
        Some("column") => is_name = true,
        Some(other) => {
            fail(
                format!("unknown annotation `({other})`"),
                "(sql) marks an expression, (column) the name of a column",
            );
        }
    }
    Entry {
        key: entry.name().map(|name| Word {
            text: name.value().to_owned(),
            range: range(name.span()),
        }),
        is_name,
        value,
        range: whole,
    }
}

fn range(span: miette::SourceSpan) -> Range<usize> {
    span.offset()..span.offset() + span.len()
}
