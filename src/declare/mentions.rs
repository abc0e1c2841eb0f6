//! Dependency edges read from text: which tables, views, functions, sequences and types an expression or body names.
//!
//! Too many edges make the order stricter, a missing one fails on the scratch database; so every name that could be
//! meant counts. An edge that would close a circle is left out, weak ones (not after FROM or JOIN) first.

use std::collections::{HashMap, HashSet};

use crate::catalog::expr::mentions;
use crate::catalog::kinds::Body;
use crate::catalog::{Catalog, Kind, Object, ObjectId, QName};

/// The text without its string literals.
pub(super) fn without_literals(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut inside: Option<char> = None;
    for character in text.chars() {
        match inside {
            Some('\'') if character == '\'' => inside = None,
            Some('\'') => {}
            Some(quote) => {
                out.push(character);
                if character == quote {
                    inside = None;
                }
            }
            None => {
                if matches!(character, '\'' | '"' | '`') {
                    inside = Some(character);
                }
                if character == '\'' {
                    out.push(' ');
                } else {
                    out.push(character);
                }
            }
        }
    }
    out
}

/// Adds the edges that follow from the texts of every object.
pub(super) fn add_edges(catalog: &mut Catalog) {
    let names = Names::new(catalog);
    let mut strong = Vec::new();
    let mut weak = Vec::new();
    for (id, object) in catalog.iter() {
        // An aggregate is nothing but names; what stands in a body may be a word.
        let is_names = id.kind == Kind::Aggregate;
        for (text, kinds) in texts(object) {
            weak.extend(names.signs_in(text).map(|sign| (id.clone(), sign.clone())));
            let words = mentions(text);
            let mut relations: Vec<&QName> = Vec::new();
            for (at, word) in words.iter().enumerate() {
                let after_from = at > 0 && is_from(&words[at - 1]) || at > 1 && is_from(&words[at - 2]);
                for found in names.of(word).iter().filter(|found| kinds.contains(&found.kind)) {
                    relations.extend(found.qname());
                    let edge = (id.clone(), (*found).clone());
                    if after_from || is_names {
                        strong.push(edge);
                    } else {
                        weak.push(edge);
                    }
                }
            }
            if is_grouped(id.kind, &words) {
                let keys = relations.iter().filter_map(|table| names.primary_key_of(table));
                strong.extend(keys.map(|key| (id.clone(), key.clone())));
            }
            let own = match object {
                Object::Statistics(statistics) => Some(&statistics.of),
                _ => id.relation(),
            };
            let tables = relations.into_iter().chain(own);
            columns(catalog, &names, id, text, &words, tables, &mut weak);
        }
    }
    let mut graph = Graph::new(catalog);
    for (dependent, referenced) in strong.into_iter().chain(weak) {
        graph.add(catalog, dependent, referenced);
    }
}

/// Whether a query may be one that the engine takes only because a primary key is among what it groups by.
fn is_grouped(kind: Kind, words: &[String]) -> bool {
    let is = |word: &str, wanted: &str| word.eq_ignore_ascii_case(wanted);
    matches!(kind, Kind::View | Kind::MaterializedView)
        && words
            .windows(2)
            .any(|two| is(&two[0], "group") && is(&two[1], "by"))
}

fn is_from(word: &str) -> bool {
    ["from", "join", "into", "update", "using"]
        .iter()
        .any(|keyword| word.eq_ignore_ascii_case(keyword))
}

const ROUTINES: &[Kind] = &[
    Kind::Function,
    Kind::Aggregate,
    Kind::Sequence,
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
    Kind::OperatorClass,
    Kind::Collation,
    Kind::TextSearchDictionary,
    Kind::TextSearchConfiguration,
];
const ROW_TYPES: &[Kind] = &[
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
    Kind::Table,
];
const EVERYTHING: &[Kind] = &[
    Kind::Table,
    Kind::View,
    Kind::MaterializedView,
    Kind::Function,
    Kind::Aggregate,
    Kind::Sequence,
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
    Kind::OperatorClass,
    Kind::Collation,
    Kind::TextSearchDictionary,
    Kind::TextSearchConfiguration,
];

/// The texts of an object, and what may be named in them.
fn texts(object: &Object) -> Vec<(&str, &'static [Kind])> {
    match object {
        Object::View(view) => vec![(view.query.text(), EVERYTHING)],
        Object::MaterializedView(view) => vec![(view.query.text(), EVERYTHING)],
        Object::Function(function) => {
            let mut out: Vec<(&str, &'static [Kind])> = vec![(function.arguments.text(), ROW_TYPES)];
            out.extend(
                function
                    .returns
                    .as_ref()
                    .map(|returns| (returns.text(), ROW_TYPES)),
            );
            out.extend(
                function
                    .support
                    .as_ref()
                    .map(|support| (support.text(), ROUTINES)),
            );
            // Other languages look at their bodies when they are called.
            if function.language.eq_ignore_ascii_case("sql") || matches!(function.body, Body::Standard(_)) {
                out.push((function.body.text(), EVERYTHING));
            }
            out
        }
        Object::Trigger(_) | Object::Policy(_) | Object::Rule(_) => object
            .texts()
            .into_iter()
            .map(|text| (text, EVERYTHING))
            .collect(),
        _ => object.texts().into_iter().map(|text| (text, ROUTINES)).collect(),
    }
}

/// The columns that are named, of the tables that are named.
fn columns<'c>(
    catalog: &Catalog,
    names: &Names,
    id: &ObjectId,
    text: &str,
    words: &[String],
    tables: impl Iterator<Item = &'c QName>,
    out: &mut Vec<(ObjectId, ObjectId)>,
) {
    if matches!(id.kind, Kind::Function) {
        return;
    }
    let every = matches!(id.kind, Kind::View | Kind::MaterializedView) && text.contains('*');
    let words: HashSet<String> = words.iter().map(|word| word.to_lowercase()).collect();
    for table in tables {
        for column in names.columns_of(table) {
            let named = column
                .name()
                .is_some_and(|name| words.contains(&name.text().to_lowercase()));
            if (named || every) && catalog.contains(column) {
                out.push((id.clone(), column.clone()));
            }
        }
    }
}

/// Everything that can be named, by its name in lower case.
struct Names {
    /// Operators, whose names are no words.
    signs: Vec<ObjectId>,
    by_name: HashMap<String, Vec<ObjectId>>,
    columns: HashMap<QName, Vec<ObjectId>>,
    primary_keys: HashMap<QName, ObjectId>,
}

impl Names {
    fn new(catalog: &Catalog) -> Self {
        let mut by_name: HashMap<String, Vec<ObjectId>> = HashMap::new();
        let mut columns: HashMap<QName, Vec<ObjectId>> = HashMap::new();
        let mut primary_keys = HashMap::new();
        let mut signs = Vec::new();
        for (id, _) in catalog.iter() {
            if id.kind == Kind::Operator {
                signs.push(id.clone());
            }
            if let (Kind::PrimaryKey, Some(table)) = (id.kind, id.relation()) {
                primary_keys.insert(table.clone(), id.clone());
            }
            if let (Kind::Column, Some(table)) = (id.kind, id.relation()) {
                columns.entry(table.clone()).or_default().push(id.clone());
            } else if let (true, Some(name)) = (EVERYTHING.contains(&id.kind), id.name()) {
                by_name
                    .entry(name.text().to_lowercase())
                    .or_default()
                    .push(id.clone());
            }
        }
        Self {
            signs,
            by_name,
            columns,
            primary_keys,
        }
    }

    /// The operators whose signs stand in a text.
    fn signs_in(&self, text: &str) -> impl Iterator<Item = &ObjectId> {
        let text = if self.signs.is_empty() {
            String::new()
        } else {
            without_literals(text)
        };
        self.signs
            .iter()
            .filter(move |sign| sign.name().is_some_and(|name| text.contains(name.text())))
    }

    fn of(&self, word: &str) -> &[ObjectId] {
        self.by_name
            .get(&word.to_lowercase())
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    fn primary_key_of(&self, table: &QName) -> Option<&ObjectId> {
        self.primary_keys.get(table)
    }

    fn columns_of(&self, table: &QName) -> &[ObjectId] {
        self.columns.get(table).map(Vec::as_slice).unwrap_or_default()
    }
}

/// Who needs whom between things that stand for themselves, to see circles before they close.
struct Graph {
    needs: HashMap<ObjectId, Vec<ObjectId>>,
}

impl Graph {
    fn new(catalog: &Catalog) -> Self {
        let mut graph = Self {
            needs: HashMap::new(),
        };
        for (id, object) in catalog.iter() {
            let dependent = owner(id);
            for referenced in object.references(id) {
                // Foreign keys may go round, and so may a sequence and the column that owns it: both ties are made when
                // both sides are there.
                if !matches!(id.kind, Kind::ForeignKey | Kind::Sequence) {
                    graph.push(&dependent, owner(&referenced));
                }
            }
        }
        for edge in catalog.edges() {
            graph.push(&owner(&edge.dependent), owner(&edge.referenced));
        }
        graph
    }

    fn push(&mut self, dependent: &ObjectId, referenced: ObjectId) {
        if *dependent != referenced {
            self.needs.entry(dependent.clone()).or_default().push(referenced);
        }
    }

    fn add(&mut self, catalog: &mut Catalog, dependent: ObjectId, referenced: ObjectId) {
        let (from, to) = (owner(&dependent), owner(&referenced));
        if from == to {
            // Within one table, only what is made of columns needs them; triggers and indexes come after anyway.
            if dependent != referenced && referenced.kind == Kind::Column && dependent.kind != Kind::Column {
                catalog.add_edge(dependent, referenced);
            } else if dependent.kind == Kind::Column
                && referenced.kind == Kind::Column
                && !self.reaches(&referenced, &dependent)
            {
                self.push(&dependent, referenced.clone());
                catalog.add_edge(dependent, referenced);
            }
            return;
        }
        if self.reaches(&to, &from) {
            return;
        }
        self.push(&from, to);
        catalog.add_edge(dependent, referenced);
    }

    fn reaches(&self, from: &ObjectId, to: &ObjectId) -> bool {
        let mut seen: HashSet<&ObjectId> = HashSet::new();
        let mut stack = vec![from];
        while let Some(at) = stack.pop() {
            if at == to {
                return true;
            }
            if seen.insert(at) {
                stack.extend(self.needs.get(at).into_iter().flatten());
            }
        }
        false
    }
}

/// What is made in one go: the relation of columns and constraints. Triggers, policies, rules and indexes stand for themselves,
/// as they come after their table.
fn owner(id: &ObjectId) -> ObjectId {
    match (id.kind, id.relation()) {
        (Kind::Trigger | Kind::Index | Kind::Policy | Kind::Rule | Kind::PublishedTable, _) | (_, None) => {
            match id.target() {
                Some(target) => owner(target),
                None => id.clone(),
            }
        }
        (_, Some(relation)) => ObjectId::table(relation.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_left_out_and_quoted_names_stay() {
        assert_eq!(
            without_literals("\"st'atus\" IN ('id', 'it''s') AND x")
                .split_whitespace()
                .collect::<Vec<_>>(),
            ["\"st'atus\"", "IN", "(", ",", ")", "AND", "x"]
        );
    }
}
