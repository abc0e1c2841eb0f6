//! Reading one node piece by piece: [`Fields`] hands out arguments, flags, properties and children, and reports what
//! nobody asked for, with what could have been meant.

use std::cell::RefCell;
use std::ops::Range;
use std::sync::Arc;

use crate::catalog::Object;
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::dialect::{Dialect, Literal};

use super::engines::{Limit, applies};
use super::node::{Entry, Node, Word};
use super::report::{CONTRADICTION, MISSING, Report, UNKNOWN_ENTRY, UNKNOWN_NODE, VALUE, did_you_mean};

/// A value that was given, and where.
#[derive(Clone, Debug)]
pub(super) struct Given<'n> {
    /// The value.
    pub value: &'n Literal,
    /// Where.
    pub span: Span,
}

/// A text that was given, and where.
#[derive(Clone, Debug)]
pub(super) struct Text<'n> {
    /// The text.
    pub text: &'n str,
    /// Where.
    pub span: Span,
}

/// An `allow` node: the name of a lint, and why it is not to be heeded here.
#[derive(Clone, Debug)]
pub(super) struct Allowed {
    /// The name.
    pub rule: String,
    /// The reason.
    pub because: String,
    /// Where it stands.
    pub span: Span,
}

/// What can be said of every object.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras {
    /// `comment=`.
    pub comment: Option<(Arc<str>, Span)>,
    /// `depends-on`.
    pub depends_on: Vec<(String, Span)>,
    /// `was=`: former names, the latest first.
    pub was: Vec<(String, Span)>,
    /// `allow` nodes.
    pub allowed: Vec<Allowed>,
    /// Objects that stand in the node and say something about its object.
    pub said: Vec<(Object, Span)>,
}

/// A node that is being read.
pub(super) struct Fields<'n> {
    pub(super) node: &'n Node,
    report: &'n Report,
    source: &'n Arc<Source>,
    dialect: Dialect,
    entries: Vec<bool>,
    children: Vec<bool>,
    asked: RefCell<Asked>,
    said: Vec<(Object, Span)>,
}

#[derive(Default)]
struct Asked {
    flags: Vec<&'static str>,
    properties: Vec<&'static str>,
    children: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Starts to read `node`.
    pub(super) fn new(report: &'n Report, source: &'n Arc<Source>, dialect: Dialect, node: &'n Node) -> Self {
        let mut entries = vec![false; node.entries.len()];
        for (at, entry) in node.entries.iter().enumerate() {
            if entry.key.as_ref().is_some_and(|key| key.text == "on") {
                entries[at] = true;
            }
        }
        Self {
            node,
            report,
            source,
            dialect,
            entries,
            children: vec![false; node.children.len()],
            asked: RefCell::default(),
            said: Vec::new(),
        }
    }

    /// Starts to read a child.
    pub(super) fn child(&self, node: &'n Node) -> Self {
        Self::new(self.report, self.source, self.dialect, node)
    }

    /// The file.
    pub(super) fn source(&self) -> &'n Arc<Source> {
        self.source
    }

    /// The names of properties and children that nobody has taken.
    pub(super) fn leftover(&self) -> Vec<&'n Word> {
        let entries = self.node.entries.iter().zip(&self.entries);
        let keys = entries
            .filter(|(_, taken)| !**taken)
            .filter_map(|(entry, _)| entry.key.as_ref());
        let children = self.node.children.iter().zip(&self.children);
        keys.chain(
            children
                .filter(|(_, taken)| !**taken)
                .map(|(child, _)| &child.name),
        )
        .collect()
    }

    /// Takes what is left under this name; its fault has been reported.
    pub(super) fn skip(&mut self, name: &str) {
        for (entry, taken) in self.node.entries.iter().zip(&mut self.entries) {
            *taken |= entry.key.as_ref().is_some_and(|key| key.text == name);
        }
        for (child, taken) in self.node.children.iter().zip(&mut self.children) {
            *taken |= child.name.text == name;
        }
    }

    /// Takes every property that nobody has taken: their names are not ours.
    pub(super) fn others(&mut self) -> Vec<(&'n str, &'n Literal, Span)> {
        let mut found = Vec::new();
        for (entry, taken) in self.node.entries.iter().zip(&mut self.entries) {
            if let (Some(key), false) = (&entry.key, *taken) {
                *taken = true;
                let span = Span::new(self.source, entry.range.clone());
                found.push((key.text.as_str(), &entry.value, span));
            }
        }
        found
    }

    /// Keeps an object that says something about the object of this node, for [`Fields::extras`].
    pub(super) fn say(&mut self, object: Object, span: Span) {
        self.said.push((object, span));
    }

    /// A range of this file.
    pub(super) fn at(&self, range: &Range<usize>) -> Span {
        Span::new(self.source, range.clone())
    }

    /// Where the node stands.
    pub(super) fn span(&self) -> Span {
        self.at(&self.node.range)
    }

    /// Reports an error at the node.
    pub(super) fn missing(&self, message: impl Into<String>, help: impl Into<String>) {
        self.report.error_with(MISSING, self.span(), message, help);
    }

    /// The next argument that nobody has taken.
    pub(super) fn argument(&mut self) -> Option<&'n Entry> {
        let at =
            (0..self.entries.len()).find(|at| !self.entries[*at] && self.node.entries[*at].key.is_none())?;
        self.entries[at] = true;
        Some(&self.node.entries[at])
    }

    /// The next argument that is an expression, with or without `(sql)`.
    pub(super) fn expression_argument(&mut self) -> Option<Text<'n>> {
        let entry = self.argument()?;
        self.expression_in(Given {
            value: &entry.value,
            span: self.at(&entry.range),
        })
    }

    /// All arguments that nobody has taken.
    pub(super) fn arguments(&mut self) -> Vec<&'n Entry> {
        std::iter::from_fn(|| self.argument()).collect()
    }

    /// The next argument, which must be a text: the name of `noun`.
    pub(super) fn name(&mut self, noun: &str) -> Option<Text<'n>> {
        match self.argument() {
            Some(entry) => self.text_of(entry),
            None => {
                self.missing(
                    format!("{} needs a name", article(noun)),
                    format!("write `{} NAME`", self.node.name.text),
                );
                None
            }
        }
    }

    /// The text of an entry, or an error.
    pub(super) fn text_of(&self, entry: &'n Entry) -> Option<Text<'n>> {
        self.text_in(Given {
            value: &entry.value,
            span: self.at(&entry.range),
        })
    }

    /// The text of a value, or an error.
    pub(super) fn text_in(&self, given: Given<'n>) -> Option<Text<'n>> {
        if let Literal::Text(text) = given.value {
            return Some(Text {
                text,
                span: given.span,
            });
        }
        self.report
            .error_with(VALUE, given.span, "a text belongs here", "put it between quotes");
        None
    }

    /// Whether the flag is given: as a bare argument, or as `flag=#true`.
    pub(super) fn flag(&mut self, name: &'static str) -> bool {
        self.asked.borrow_mut().flags.push(name);
        let mut found = false;
        for (at, entry) in self.node.entries.iter().enumerate() {
            if self.entries[at] {
                continue;
            }
            if entry.flag() == Some(name) {
                self.entries[at] = true;
                found = true;
            } else if entry.key.as_ref().is_some_and(|key| key.text == name) {
                self.entries[at] = true;
                match entry.value {
                    Literal::Bool(value) => found |= value,
                    _ => self.report.error_with(
                        VALUE,
                        self.at(&entry.range),
                        format!("`{name}` is a flag"),
                        format!("write `{name}`, or `{name}=#true`"),
                    ),
                }
            }
        }
        found
    }

    /// Takes a bare argument that is a node elsewhere, so that it can be explained.
    pub(super) fn misplaced(&mut self, names: &[&'static str]) -> Option<(&'n str, Span)> {
        let at = self
            .node
            .entries
            .iter()
            .zip(&self.entries)
            .position(|(entry, taken)| !taken && entry.flag().is_some_and(|word| names.contains(&word)))?;
        self.entries[at] = true;
        let entry = &self.node.entries[at];
        entry.flag().map(|word| (word, self.at(&entry.range)))
    }

    /// The value of a property, or of a child with that name. A child limited by `on=` goes before the property.
    pub(super) fn value(&mut self, name: &'static str) -> Option<Given<'n>> {
        self.asked.borrow_mut().properties.push(name);
        self.cell(name)
    }

    /// [`Fields::value`] under a name that is not ours: the column of a row.
    pub(super) fn cell(&mut self, name: &str) -> Option<Given<'n>> {
        let mut given: Option<Given<'n>> = None;
        for at in 0..self.node.entries.len() {
            let entry = &self.node.entries[at];
            if !self.entries[at] && entry.key.as_ref().is_some_and(|key| key.text == name) {
                self.entries[at] = true;
                if given.is_some() {
                    self.twice(name, self.at(&entry.range));
                }
                given = Some(Given {
                    value: &entry.value,
                    span: self.at(&entry.range),
                });
            }
        }
        let mut limited = false;
        for at in 0..self.node.children.len() {
            let child = &self.node.children[at];
            if self.children[at] || child.name.text != name {
                continue;
            }
            self.children[at] = true;
            let Some(on) = applies(self.report, self.source, child, self.dialect) else {
                continue;
            };
            let mut fields = self.child(child);
            let value = fields.argument();
            if value.is_none() {
                fields.missing(format!("`{name}` needs a value"), format!("write `{name} VALUE`"));
            }
            fields.finish(&format!("`{name}`"));
            if given.is_some() && (limited || on == Limit::None) {
                self.twice(name, self.at(&child.range));
            }
            limited |= on == Limit::Named;
            given = value
                .map(|entry| Given {
                    value: &entry.value,
                    span: self.at(&entry.range),
                })
                .or(given);
        }
        given
    }

    fn twice(&self, name: &str, span: Span) {
        self.report
            .error(CONTRADICTION, span, format!("`{name}` is given twice"));
    }

    /// [`Fields::value`] that must be a text.
    pub(super) fn text(&mut self, name: &'static str) -> Option<Text<'n>> {
        let given = self.value(name)?;
        self.text_in(given)
    }

    /// [`Fields::value`] that is an expression, with or without `(sql)`.
    pub(super) fn expression(&mut self, name: &'static str) -> Option<Text<'n>> {
        let given = self.value(name)?;
        self.expression_in(given)
    }

    /// The expression that a value is, with or without `(sql)`.
    pub(super) fn expression_in(&self, given: Given<'n>) -> Option<Text<'n>> {
        match given.value {
            Literal::Sql(text) => Some(Text {
                text,
                span: given.span,
            }),
            _ => self.text_in(given),
        }
    }

    /// [`Fields::value`] that must be a whole number.
    pub(super) fn integer(&mut self, name: &'static str) -> Option<i64> {
        let given = self.value(name)?;
        if let Literal::Integer(value) = given.value
            && let Ok(value) = i64::try_from(*value)
        {
            return Some(value);
        }
        self.report.error(
            VALUE,
            given.span,
            format!("`{name}` is a whole number of at most 64 bits"),
        );
        None
    }

    /// [`Fields::value`] that must be one of these words.
    pub(super) fn choice<T: Copy>(&mut self, name: &'static str, choices: &[(&'static str, T)]) -> Option<T> {
        let text = self.text(name)?;
        self.choose(name, &text, choices)
    }

    /// What a word stands for, or an error that lists the words.
    pub(super) fn choose<T: Copy>(
        &self,
        what: &str,
        text: &Text<'_>,
        choices: &[(&'static str, T)],
    ) -> Option<T> {
        let found = choices.iter().find(|(word, _)| *word == text.text);
        if found.is_none() {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            let help = did_you_mean(text.text, words.iter().copied())
                .unwrap_or_else(|| format!("one of: {}", words.join(", ")));
            self.report.error_with(
                VALUE,
                text.span.clone(),
                format!("`{}` is no value of `{what}`", text.text),
                help,
            );
        }
        found.map(|(_, value)| *value)
    }

    /// The children of this name that apply to the engine.
    pub(super) fn children(&mut self, name: &'static str) -> Vec<&'n Node> {
        self.asked.borrow_mut().children.push(name);
        let mut found = Vec::new();
        for (at, child) in self.node.children.iter().enumerate() {
            if child.name.text == name && !self.children[at] {
                self.children[at] = true;
                if applies(self.report, self.source, child, self.dialect).is_some() {
                    found.push(child);
                }
            }
        }
        found
    }

    /// The only child of this name that applies to the engine.
    pub(super) fn only_child(&mut self, name: &'static str) -> Option<&'n Node> {
        let found = self.children(name);
        if let [_, second, ..] = found.as_slice() {
            self.twice(name, self.at(&second.range));
        }
        found.first().copied()
    }

    /// Names given as a property (one) or as a child (several): `include a b`.
    pub(super) fn names(&mut self, name: &'static str) -> Option<Vec<Text<'n>>> {
        self.asked.borrow_mut().properties.push(name);
        let mut found = None;
        for (at, entry) in self.node.entries.iter().enumerate() {
            if !self.entries[at] && entry.key.as_ref().is_some_and(|key| key.text == name) {
                self.entries[at] = true;
                if found.is_some() {
                    self.twice(name, self.at(&entry.range));
                }
                found = self.text_of(entry).map(|text| vec![text]);
            }
        }
        if let Some(child) = self.only_child(name) {
            if found.is_some() {
                self.twice(name, self.at(&child.range));
            }
            let mut fields = self.child(child);
            let names = fields
                .arguments()
                .into_iter()
                .filter_map(|entry| self.text_of(entry))
                .collect();
            fields.finish(&format!("`{name}`"));
            found = Some(names);
        }
        found
    }

    /// What can be said of every object.
    pub(super) fn extras(&mut self) -> Extras {
        let comment = self.text("comment").map(|text| (Arc::from(text.text), text.span));
        let was = self.former_names();
        let depends_on = self
            .names("depends-on")
            .unwrap_or_default()
            .into_iter()
            .map(|text| (text.text.to_owned(), text.span))
            .collect();
        let allowed = self.children("allow");
        let allowed = allowed
            .into_iter()
            .filter_map(|node| self.child(node).allowed())
            .collect();
        Extras {
            comment,
            depends_on,
            was,
            allowed,
            said: std::mem::take(&mut self.said),
        }
    }

    /// `was=` or a child `was` with several names, the latest first.
    pub(super) fn former_names(&mut self) -> Vec<(String, Span)> {
        let names = self.names("was").unwrap_or_default();
        names
            .into_iter()
            .map(|text| (text.text.to_owned(), text.span))
            .collect()
    }

    /// `allow RULE because="…"`. Which rules there are is known to the lints alone.
    pub(super) fn allowed(mut self) -> Option<Allowed> {
        let rule = self.name("rule");
        let because = self.text("because");
        let span = self.span();
        if because.as_ref().is_none_or(|text| text.text.trim().is_empty()) {
            self.missing(
                "`allow` gives no reason",
                "write why the rule does not hold here: because=\"…\"",
            );
        }
        self.finish("`allow`");
        Some(Allowed {
            rule: rule?.text.to_owned(),
            because: because?.text.to_owned(),
            span,
        })
    }

    /// Reports everything that nobody asked for. `what` names the node in messages.
    pub(super) fn finish(self, what: &str) {
        let asked = self.asked.borrow();
        for (entry, _) in self
            .node
            .entries
            .iter()
            .zip(&self.entries)
            .filter(|(_, taken)| !**taken)
        {
            let (message, help) = match (&entry.key, entry.flag()) {
                (Some(key), _) => (
                    format!("unknown property `{}` of {what}", key.text),
                    did_you_mean(&key.text, asked.properties.iter().chain(&asked.flags).copied())
                        .or_else(|| listing("properties", &asked.properties)),
                ),
                (None, Some(word)) => (
                    format!("unknown argument `{word}` of {what}"),
                    did_you_mean(word, asked.flags.iter().copied())
                        .or_else(|| listing("flags", &asked.flags)),
                ),
                (None, None) => (format!("this value means nothing to {what}"), None),
            };
            self.unknown(UNKNOWN_ENTRY, &entry.range, message, help);
        }
        for (at, child) in self.node.children.iter().enumerate() {
            if !self.children[at] {
                let name = &child.name.text;
                let known = || asked.children.iter().chain(&asked.properties).copied();
                let help = did_you_mean(name, known()).or_else(|| {
                    let mut known: Vec<_> = known().collect();
                    known.sort_unstable();
                    known.dedup();
                    listing("nodes", &known)
                });
                let message = format!("unknown node `{name}` in {what}");
                self.unknown(UNKNOWN_NODE, &child.range, message, help);
            }
        }
    }

    fn unknown(&self, code: &'static str, range: &Range<usize>, message: String, help: Option<String>) {
        let mut diagnostic = Diagnostic::error(code, message).at(self.at(range));
        diagnostic.help = help;
        self.report.add(diagnostic);
    }
}

fn listing(kind: &str, names: &[&str]) -> Option<String> {
    (!names.is_empty()).then(|| format!("known {kind}: {}", names.join(", ")))
}

/// The noun with its article.
pub(super) fn article(noun: &str) -> String {
    let an = noun.starts_with(['a', 'e', 'i', 'o']) || noun.starts_with("un") && !noun.starts_with("uni");
    format!("{} {noun}", if an { "an" } else { "a" })
}
