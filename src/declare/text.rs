//! Writing KDL: [`Line`], a node under construction.
//!
//! Must not: know what a node means.

use crate::dialect::Literal;
use crate::quoting::{block, fits_block, quoted, word};

/// One level of indentation.
pub(super) const INDENT: &str = "    ";

/// A node under construction.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pieces: Vec<Piece>,
    children: Vec<Line>,
}

#[derive(Clone, Debug)]
enum Piece {
    Text(String),
    Block(String),
}

impl Line {
    /// A node of this name.
    pub(super) fn new(name: &str) -> Self {
        Self {
            pieces: vec![Piece::Text(word(name))],
            children: Vec::new(),
        }
    }

    fn push(mut self, text: String) -> Self {
        self.pieces.push(Piece::Text(text));
        self
    }

    /// A text argument.
    pub(super) fn argument(self, text: &str) -> Self {
        self.push(word(text))
    }

    /// Text arguments.
    pub(super) fn arguments<'a>(self, texts: impl IntoIterator<Item = &'a str>) -> Self {
        texts.into_iter().fold(self, Self::argument)
    }

    /// Names of columns where flags stand as well: one that is spelled as a flag is marked as a name.
    pub(super) fn columns<'a>(self, names: impl IntoIterator<Item = &'a str>, flags: &[&str]) -> Self {
        names.into_iter().fold(self, |line, name| {
            if flags.contains(&name) {
                line.push(format!("(column){}", word(name)))
            } else {
                line.argument(name)
            }
        })
    }

    /// An expression as an argument.
    pub(super) fn sql(self, text: &str) -> Self {
        self.push(format!("(sql){}", quoted(text)))
    }

    /// A literal as an argument.
    pub(super) fn literal(self, value: &Literal) -> Self {
        self.push(literal(value))
    }

    /// A text property.
    pub(super) fn property(self, name: &str, text: &str) -> Self {
        self.push(format!("{}={}", word(name), word(text)))
    }

    /// A property with a value of any kind.
    pub(super) fn literal_property(self, name: &str, value: &Literal) -> Self {
        self.push(format!("{}={}", word(name), literal(value)))
    }

    /// A flag, if it is set.
    pub(super) fn flag_if(self, name: &str, set: bool) -> Self {
        if set { self.push(name.to_owned()) } else { self }
    }

    /// A text argument that may have several lines.
    pub(super) fn block(mut self, text: &str) -> Self {
        if fits_block(text) {
            self.pieces.push(Piece::Block(text.to_owned()));
            self
        } else {
            self.push(quoted(text))
        }
    }

    /// An opaque text: a property, or a child if it has several lines.
    pub(super) fn expression(self, name: &str, text: &str) -> Self {
        if fits_block(text) {
            self.child(Self::new(name).block(text))
        } else {
            self.push(format!("{name}={}", quoted(text)))
        }
    }

    /// A child.
    pub(super) fn child(mut self, child: Self) -> Self {
        self.children.push(child);
        self
    }

    /// Writes the node and its children, indented by `depth` levels.
    pub(super) fn render(&self, depth: usize, out: &mut String) {
        let indent = INDENT.repeat(depth);
        out.push_str(&indent);
        for (at, piece) in self.pieces.iter().enumerate() {
            if at > 0 {
                out.push(' ');
            }
            match piece {
                Piece::Text(text) => out.push_str(text),
                Piece::Block(text) => block(text, &INDENT.repeat(depth + 1), out),
            }
        }
        if !self.children.is_empty() {
            out.push_str(" {\n");
            for child in &self.children {
                child.render(depth + 1, out);
            }
            out.push_str(&indent);
            out.push('}');
        }
        out.push('\n');
    }
}

/// A value as KDL.
pub(super) fn literal(value: &Literal) -> String {
    match value {
        Literal::Null => "#null".to_owned(),
        Literal::Bool(true) => "#true".to_owned(),
        Literal::Bool(false) => "#false".to_owned(),
        Literal::Integer(value) => value.to_string(),
        Literal::Decimal(text) => text.clone(),
        Literal::Text(text) => word(text),
        Literal::Sql(text) => format!("(sql){}", quoted(text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kdl::KdlDocument;
    use proptest::prelude::*;

    fn back(line: &Line) -> Vec<String> {
        let mut text = String::new();
        line.render(1, &mut text);
        let document = KdlDocument::parse_v2(&text).unwrap_or_else(|error| panic!("{error:?}\n{text}"));
        document.nodes()[0]
            .entries()
            .iter()
            .map(|entry| entry.value().as_string().unwrap().to_owned())
            .collect()
    }

    #[test]
    fn lines_are_indented() {
        let mut out = String::new();
        Line::new("as").block("SELECT 1\n  FROM t").render(1, &mut out);
        assert_eq!(
            out,
            "    as \"\"\"\n        SELECT 1\n          FROM t\n        \"\"\"\n"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn every_text_comes_back(text in "(?s).{0,30}", lines in "[ a\"#\\\\\n\t'é]{0,30}") {
            let line = Line::new("as").argument(&text).block(&text).block(&lines).property("k", &lines).sql(&lines);
            prop_assert_eq!(back(&line), vec![text.clone(), text, lines.clone(), lines.clone(), lines]);
        }
    }
}
