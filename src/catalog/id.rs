//! Identity. An [`ObjectId`] names one object of a catalog: its kind and its path.
//!
//! Ids are names, not OIDs and not positions. This is the only place that turns an id into text.
//! Must not: hold anything of the object but its name.

use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::ident::{Ident, QName};
use super::object::{Kind, Renaming};

/// The name of an object of a table: given, or derived from its content where the engine keeps no name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Key {
    /// The name that the engine stores.
    Named(Ident),
    /// For an unnamed SQLite constraint: a text made of its content, so that identity does not depend on position.
    Structural(Arc<str>),
}

impl Key {
    /// The stored name, if there is one.
    pub fn name(&self) -> Option<&Ident> {
        match self {
            Self::Named(name) => Some(name),
            Self::Structural(_) => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(name) => write!(f, "{name}"),
            Self::Structural(content) => write!(f, "({content})"),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Where an object stands.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Path {
    /// One name for the whole database: a schema, an extension.
    Global(Ident),
    /// A name in a schema: a table, a view, an enum, a sequence.
    Qualified(QName),
    /// A routine or an operator: a name in a schema and the types of its arguments, as the engine prints them. Of an operator
    /// class or family, the index method stands in their place.
    Routine(QName, Arc<str>),
    /// Something of a table or view: a column, a constraint, an index, a trigger.
    Member(QName, Key),
    /// Something said about another object: its comment, the rows of a table.
    On(Box<ObjectId>),
}

/// The kinds whose names stand among the types of the arguments of routines.
const TYPES: &[Kind] = &[
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
    Kind::Table,
    Kind::View,
];

/// The identity of one object.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub path: Path,
}

impl ObjectId {
    /// A database-wide object.
    pub fn global(kind: Kind, name: Ident) -> Self {
        Self {
            kind,
            path: Path::Global(name),
        }
    }

    /// An object with a name in a schema.
    pub fn qualified(kind: Kind, name: QName) -> Self {
        Self {
            kind,
            path: Path::Qualified(name),
        }
    }

    /// The table of this name.
    pub fn table(name: QName) -> Self {
        Self::qualified(Kind::Table, name)
    }

    /// The column of this name.
    pub fn column(table: &QName, name: Ident) -> Self {
        Self::member(Kind::Column, table, name)
    }

    /// A named object of a table.
    pub fn member(kind: Kind, table: &QName, name: Ident) -> Self {
        Self {
            kind,
            path: Path::Member(table.clone(), Key::Named(name)),
        }
    }

    /// A value of an enum. It is no object of a catalog: it names what a rename is about.
    pub fn value(of: &QName, value: &str) -> Self {
        Self::member(Kind::Enum, of, Ident::exact(value))
    }

    /// Whether it is a value of an enum.
    pub fn is_value(&self) -> bool {
        self.kind == Kind::Enum && self.relation().is_some()
    }

    /// What is said about `target`: its comment, its rows.
    pub fn on(kind: Kind, target: Self) -> Self {
        Self {
            kind,
            path: Path::On(Box::new(target)),
        }
    }

    /// The object's own name, if it has one.
    pub fn name(&self) -> Option<&Ident> {
        match &self.path {
            Path::Global(name) => Some(name),
            Path::Qualified(name) | Path::Routine(name, _) => Some(&name.name),
            Path::Member(_, key) => key.name(),
            Path::On(_) => None,
        }
    }

    /// The table or view that this object is a member of.
    pub fn relation(&self) -> Option<&QName> {
        match &self.path {
            Path::Member(relation, _) => Some(relation),
            _ => None,
        }
    }

    /// The name in a schema of a table, view, type, sequence or routine.
    pub fn qname(&self) -> Option<&QName> {
        match &self.path {
            Path::Qualified(name) | Path::Routine(name, _) => Some(name),
            _ => None,
        }
    }

    /// The object that this one is said about.
    pub fn target(&self) -> Option<&Self> {
        match &self.path {
            Path::On(target) => Some(target),
            _ => None,
        }
    }

    /// The schema that contains the object, on engines that have schemas.
    pub fn schema(&self) -> Option<&Ident> {
        match &self.path {
            Path::Global(_) => None,
            Path::Qualified(name) | Path::Routine(name, _) | Path::Member(name, _) => name.schema.as_ref(),
            Path::On(target) => target.schema(),
        }
    }

    /// The schema in which it lies, as an object.
    pub fn room(&self) -> Option<Self> {
        let lies_there = matches!(self.path, Path::Qualified(_) | Path::Routine(..));
        let schema = self.schema().filter(|_| lies_there)?;
        Some(Self::global(Kind::Schema, schema.clone()))
    }

    /// Changes this id as the rename of another object (or of itself) demands.
    pub fn follow(&mut self, rename: &Renaming<'_>) {
        if self == rename.from {
            *self = rename.to.clone();
            return;
        }
        let (from, to) = (rename.from, rename.to);
        match (&mut self.path, from.kind) {
            (Path::On(target), _) => target.follow(rename),
            (
                Path::Member(relation, _),
                Kind::Table | Kind::View | Kind::MaterializedView | Kind::Composite,
            ) if from.qname() == Some(relation) => {
                if let Some(name) = to.qname() {
                    *relation = name.clone();
                }
            }
            // A table of a publication has its name.
            (Path::Member(_, key), Kind::Publication)
                if self.kind == Kind::PublishedTable && key.name() == from.name() =>
            {
                if let Some(name) = to.name() {
                    *key = Key::Named(name.clone());
                }
            }
            // The name of a cast is made of its types.
            (Path::Global(name), kind)
                if self.kind == Kind::Cast
                    && (kind == Kind::Schema || TYPES.contains(&kind) && !from.is_value()) =>
            {
                *name = Ident::exact(&rename.in_text(name.text()));
            }
            (Path::Routine(_, types), kind)
                if TYPES.contains(&kind) && !from.is_value() && !self.kind.is_of_method() =>
            {
                *types = rename.in_text(types).into();
            }
            (Path::Routine(name, types), Kind::Schema) => {
                if !self.kind.is_of_method() {
                    *types = rename.in_text(types).into();
                }
                if name.schema.as_ref() == from.name() {
                    name.schema = to.name().cloned();
                }
            }
            (Path::Qualified(name) | Path::Member(name, _), Kind::Schema)
                if name.schema.as_ref() == from.name() =>
            {
                name.schema = to.name().cloned();
            }
            _ => {}
        }
    }

    /// The same path without the kind: `users.email`, as a person would say it.
    pub fn label(&self) -> String {
        match &self.path {
            Path::Global(name) => name.to_string(),
            Path::Qualified(name) => name.to_string(),
            Path::Routine(name, method) if self.kind.is_of_method() => format!("{name} using {method}"),
            Path::Routine(name, arguments) => format!("{name}({arguments})"),
            Path::Member(relation, key) => format!("{relation}.{key}"),
            Path::On(target) => target.label(),
        }
    }
}

impl fmt::Display for ObjectId {
    /// The kind and the name: `column users.email`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.path {
            Path::On(target) if self.kind == Kind::Partition => {
                write!(f, "{} {}", self.kind.noun(), target.label())
            }
            Path::On(target) => write!(f, "{} of {target}", self.kind.noun()),
            Path::Member(of, value) if self.is_value() => write!(f, "value {value} of enum {of}"),
            _ => write!(f, "{} {}", self.kind.noun(), self.label()),
        }
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for ObjectId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
