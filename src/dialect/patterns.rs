//! Which objects a project means by kind and name: [`Patterns`] of what is left alone, and of what is only looked at.
//!
//! In: patterns, and what was read. Out: which of that is meant; or what was read without what the patterns meet and without
//! what rests on that. Must not: ask an engine anything.

use std::collections::HashMap;

use globset::{Glob, GlobMatcher};

use crate::catalog::{Catalog, Kind, ObjectId};
use crate::diagnostic::Diagnostic;

/// Kinds that are reported, and not managed yet.
const UNMANAGED: &[&str] = &[
    "access method",
    "base type",
    "conversion",
    "language",
    "postfix operator",
    "operator family member",
    "partitioned table",
    "security label",
    "shell operator",
    "subscription",
    "text search parser",
    "text search template",
    "transform",
    "typed table",
    "user mapping",
    "window function",
];

/// Objects by kind and name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Patterns {
    /// The noun of a kind, and a pattern of names as they stand in messages: `users`, `audit.events`, `users.email`.
    rules: Vec<(String, Glob)>,
}

impl Patterns {
    /// The words that name kinds in settings.
    pub fn kinds() -> Vec<String> {
        let nouns = Kind::ALL
            .iter()
            .map(|kind| kind.noun())
            .chain(UNMANAGED.iter().copied());
        let mut words: Vec<String> = nouns.map(|noun| noun.replace(' ', "-")).collect();
        words.sort_unstable();
        words
    }

    /// Adds a pattern of the names of a kind, by its word in settings.
    pub fn add(&mut self, word: &str, pattern: &str) -> Result<(), globset::Error> {
        self.rules.push((word.replace('-', " "), Glob::new(pattern)?));
        Ok(())
    }

    /// Whether nothing is.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Which of these objects are meant, by themselves or with their schema.
    pub fn among<'a>(&self, ids: impl Iterator<Item = &'a ObjectId>) -> Vec<&'a ObjectId> {
        let rules = self.compiled();
        let meets = |id: &&ObjectId| {
            let label = id.label();
            rules.iter().any(|(noun, pattern)| {
                let by_name = *noun == id.kind.noun() && pattern.is_match(&label);
                let schema = id.schema().filter(|_| *noun == Kind::Schema.noun());
                by_name || schema.is_some_and(|schema| pattern.is_match(schema.text()))
            })
        };
        ids.filter(meets).collect()
    }

    /// Marks what is meant, and what is part of that, as somebody else's.
    pub fn mark(&self, catalog: &mut Catalog) {
        if self.is_empty() {
            return;
        }
        let meant = self.among(catalog.iter().map(|(id, _)| id));
        let meant: Vec<ObjectId> = meant.into_iter().cloned().collect();
        catalog.observe(meant);
    }

    fn compiled(&self) -> Vec<(&str, GlobMatcher)> {
        let rules = self.rules.iter();
        rules
            .map(|(noun, pattern)| (noun.as_str(), pattern.compile_matcher()))
            .collect()
    }

    /// Takes what is meant out of the list of what is not managed anyway: each about a kind and a name.
    fn hush(&self, notes: &mut Vec<Diagnostic>) {
        let rules = self.compiled();
        let meets = |subject: &str| {
            rules.iter().any(|(noun, pattern)| {
                let name = subject.strip_prefix(noun).and_then(|rest| rest.strip_prefix(' '));
                name.is_some_and(|name| pattern.is_match(name))
            })
        };
        notes.retain(|note| note.subject.as_ref().is_none_or(|subject| !meets(subject)));
    }

    /// Takes out what is meant, what is part of that, and what rests on it, and says the last.
    pub fn leave_out(&self, catalog: &mut Catalog, notes: &mut Vec<Diagnostic>) {
        if self.is_empty() {
            return;
        }
        self.hush(notes);
        let meant = self.among(catalog.iter().map(|(id, _)| id));
        let mut out: Out = meant.into_iter().map(|id| (id.clone(), Why::Part)).collect();
        let mut edges: HashMap<&ObjectId, Vec<&ObjectId>> = HashMap::new();
        for edge in catalog.edges() {
            edges.entry(&edge.dependent).or_default().push(&edge.referenced);
        }
        loop {
            let found: Vec<(ObjectId, Why)> = catalog
                .iter()
                .filter(|(id, _)| !out.contains_key(id))
                .filter_map(|(id, _)| {
                    let edges = edges.get(id).map(Vec::as_slice).unwrap_or_default();
                    Some((id.clone(), because(id, (catalog, edges), &out)?))
                })
                .collect();
            if found.is_empty() {
                break;
            }
            out.extend(found);
        }
        let mut resting: Vec<_> = out
            .iter()
            .filter_map(|(id, why)| match why {
                Why::RestsOn(on) => Some((id, on)),
                Why::Part => None,
            })
            .collect();
        resting.sort();
        notes.extend(resting.into_iter().map(|(id, on)| {
            Diagnostic::note(
                "RC0607",
                format!("{id} is not managed: it rests on {on}, which is ignored"),
            )
            .about(id)
            .help("ignore it as well, and this is not said any more")
        }));
        catalog.retain(|id, _| !out.contains_key(id));
    }
}

/// Why an object is left out.
enum Why {
    /// It is meant, or part of what is.
    Part,
    /// It cannot be made without this.
    RestsOn(ObjectId),
}

/// What is left out.
type Out = HashMap<ObjectId, Why>;

/// Why an object goes with what is left out already, if it does.
fn because(id: &ObjectId, (catalog, edges): (&Catalog, &[&ObjectId]), out: &Out) -> Option<Why> {
    if catalog.parent(id).is_some_and(|parent| out.contains_key(&parent)) {
        return Some(Why::Part);
    }
    let structural = catalog.structural_references(id);
    let mut on = structural.iter().chain(edges.iter().copied());
    let on = on.find(|on| out.contains_key(on))?;
    Some(Why::RestsOn(on.clone()))
}
