//! The closed set of object kinds: [`Kind`], [`Object`], [`Attr`], made from one list.
//!
//! A payload is declared with `payload!`, which makes the struct, the enum of its attributes and the comparison
//! together, so a field that nobody compares cannot exist. Must not: hold SQL or know an engine.

use std::fmt;
use std::sync::Arc;

use serde::Serialize;

use super::expr::{replace_cast, replace_literal, replace_name, replace_word};
use super::id::{Key, ObjectId};
use super::ident::Ident;
use super::kinds::{
    Aggregate, Cast, Check, Collation, Column, Comment, CompositeType, DefaultPrivileges, Domain, EnumType,
    EventTrigger, Exclusion, Extension, ForeignDataWrapper, ForeignKey, ForeignServer, Function, Grants,
    Index, Inheritance, MaterializedView, Operator, OperatorClass, OperatorFamily, Owner, Partition, Policy,
    PrimaryKey, Publication, PublishedTable, RangeType, RowSecurity, RowType, Rows, Rule, Schema, Sequence,
    Statistics, Storage, Table, TextSearchConfiguration, TextSearchDictionary, Trigger, Unique, View,
};

/// What every payload can do.
pub trait Payload: Clone + PartialEq + fmt::Debug + Serialize + Sized + 'static {
    /// One variant for each field.
    type Attr: Copy + PartialEq + fmt::Debug + 'static;
    /// The attributes in which the two differ.
    fn changed(&self, to: &Self) -> Vec<Self::Attr>;
    /// The payload in `object`, if it is of this kind.
    fn of(object: &Object) -> Option<&Self>;
    /// The attribute in `attr`, if it is of this kind.
    fn attr(attr: Attr) -> Option<Self::Attr>;
}

/// What a payload refers to; written by hand for each kind.
pub trait Refers {
    /// Adds the ids that follow from the structure (the table a foreign key points to, the columns of an index).
    /// The parent of a member is added by the catalog.
    fn references(&self, _id: &ObjectId, _out: &mut Vec<ObjectId>) {}
    /// The opaque texts in which names may stand.
    fn texts(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Follows the rename of another object.
    fn rename(&mut self, _id: &ObjectId, _rename: &Renaming<'_>) {}
}

/// The types whose values are names in literals: the engine prints `'app.texts'::regconfig`.
const NAMED_IN_LITERALS: &[&str] = &["regconfig", "regdictionary"];

/// A rename to be carried into payloads.
#[derive(Clone, Copy, Debug)]
pub struct Renaming<'a> {
    /// The old identity.
    pub from: &'a ObjectId,
    /// The new identity.
    pub to: &'a ObjectId,
    /// The new name, quoted for SQL text where it needs quotes.
    pub sql: &'a str,
}

impl Renaming<'_> {
    /// Whether a column of `table` was renamed; then the old and new names.
    pub fn column_of(&self, table: &super::ident::QName) -> Option<(&Ident, &Ident)> {
        if self.from.kind != Kind::Column || self.from.relation() != Some(table) {
            return None;
        }
        Some((self.from.name()?, self.to.name()?))
    }

    /// Replaces the column's name in a list of columns of `table`.
    pub fn in_columns(&self, table: &super::ident::QName, columns: &mut [Ident]) {
        if let Some((from, to)) = self.column_of(table) {
            for column in columns.iter_mut().filter(|column| *column == from) {
                *column = to.clone();
            }
        }
    }

    /// The text with the old name replaced where it stands as a word.
    pub fn in_text(&self, text: &str) -> String {
        match self.from.name() {
            Some(value) if self.from.is_value() => {
                let new = self.to.name().map(Ident::text).unwrap_or_default();
                replace_literal(text, value.text(), new)
            }
            Some(name) if self.from.kind == Kind::Column => replace_name(text, name.text(), self.sql),
            Some(_) if self.is_of_text_search() => {
                // With the schema, as the engine prints it, or without one, as somebody wrote it.
                let said = |id: &ObjectId| {
                    let name = id.qname()?;
                    Some([
                        format!("{}.{}", name.schema.as_ref()?, name.name),
                        name.to_string(),
                    ])
                };
                let (old, new) = (
                    said(self.from).unwrap_or_default(),
                    said(self.to).unwrap_or_default(),
                );
                replace_cast(text, NAMED_IN_LITERALS, |name| {
                    let at = old.iter().position(|old| old == name)?;
                    Some(new[at].clone())
                })
            }
            Some(name) if self.from.kind == Kind::Schema => {
                let text = replace_word(text, name.text(), self.sql);
                replace_cast(&text, NAMED_IN_LITERALS, |named| {
                    let rest = named.strip_prefix(name.text())?.strip_prefix('.')?;
                    Some(format!("{}.{rest}", self.sql))
                })
            }
            Some(name) => replace_word(text, name.text(), self.sql),
            None => text.to_owned(),
        }
    }

    fn is_of_text_search(&self) -> bool {
        matches!(
            self.from.kind,
            Kind::TextSearchDictionary | Kind::TextSearchConfiguration
        )
    }

    /// Follows the rename of an object of this kind that is known by its name alone, or of the schema in which it lies.
    pub fn in_name(&self, kind: Kind, name: &mut super::ident::QName) {
        if self.from.kind == kind
            && self.from.qname() == Some(name)
            && let Some(new) = self.to.qname()
        {
            *name = new.clone();
        }
        if self.from.kind == Kind::Schema && name.schema.as_ref() == self.from.name() {
            name.schema = self.to.name().cloned();
        }
    }

    /// Follows the rename of the type that something is made of, or of the schema in which that type lies.
    pub fn in_type(&self, data_type: &mut super::data_type::DataType) {
        let Some(user) = &mut data_type.user else {
            return;
        };
        let before = user.clone();
        user.follow(self);
        if *user != before {
            data_type.text = self.in_text(&data_type.text).into();
        }
    }

    /// The types of the arguments of a routine, which follow types and schemas.
    pub fn in_types(&self, types: &std::sync::Arc<str>) -> std::sync::Arc<str> {
        let of_types = matches!(
            self.from.kind,
            Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::Schema
        );
        if of_types && !self.from.is_value() {
            return self.in_text(types).into();
        }
        std::sync::Arc::clone(types)
    }

    /// Whether an expression over the columns of a row may name what is renamed, besides these columns.
    pub fn is_in_exprs(&self) -> bool {
        self.from.kind == Kind::Collation || self.is_of_text_search()
    }

    /// [`Renaming::in_text`] for an expression.
    pub fn in_expr(&self, expr: &mut super::expr::Expr) {
        *expr = super::expr::Expr::new(self.in_text(expr.text()));
    }
}

/// Declares a payload: the struct, its attribute enum, and the comparison. A field that comes later is left out of what is
/// serialized where it says nothing (`#[serde(…)]`), so that fingerprints stay what they were.
macro_rules! payload {
    (
        $(#[$meta:meta])*
        $name:ident / $attr:ident {
            $( $(#[doc = $doc:expr])* $(#[serde($($serde:tt)*)])? $field:ident : $type:ty => $variant:ident ),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize)]
        pub struct $name { $( $(#[doc = $doc])* $(#[serde($($serde)*)])? pub $field: $type ),* }

        #[doc = concat!("An attribute of [`", stringify!($name), "`].")]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $attr { $( $(#[doc = $doc])* $variant ),* }

        impl $crate::catalog::Payload for $name {
            type Attr = $attr;
            #[allow(unused_variables, unused_mut, reason = "a payload without fields compares nothing")]
            fn changed(&self, to: &Self) -> Vec<$attr> {
                let mut out = Vec::new();
                $( if self.$field != to.$field { out.push($attr::$variant); } )*
                out
            }
            fn of(object: &$crate::catalog::Object) -> Option<&Self> {
                match object { $crate::catalog::Object::$name(payload) => Some(payload), _ => None }
            }
            fn attr(attr: $crate::catalog::Attr) -> Option<$attr> {
                match attr { $crate::catalog::Attr::$name(attr) => Some(attr), _ => None }
            }
        }
    };
}
pub(crate) use payload;

/// Whether it is what it is where nothing is said.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

macro_rules! kinds {
    ($( $kind:ident($payload:ident, $attr:ident) $noun:literal ),* $(,)?) => {
        /// What an object is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        pub enum Kind { $( #[doc = concat!("A ", $noun, ".")] $kind ),* }

        impl Kind {
            /// Every kind, in the order in which a reader expects them.
            pub const ALL: &'static [Self] = &[ $( Self::$kind ),* ];

            /// The word for it in messages.
            pub fn noun(self) -> &'static str {
                match self { $( Self::$kind => $noun ),* }
            }
        }

        /// One object of a catalog.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[serde(untagged)]
        pub enum Object { $( #[doc = concat!("A ", $noun, ".")] $payload($payload) ),* }

        /// An attribute of an object.
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub enum Attr { $( #[doc = concat!("Of a ", $noun, ".")] $payload(super::kinds::$attr) ),* }

        impl Object {
            /// What it is.
            pub fn kind(&self) -> Kind {
                match self { $( Self::$payload(_) => Kind::$kind ),* }
            }

            /// The attributes in which the two differ; everything, if they are of different kinds.
            pub fn changed(&self, to: &Self) -> Vec<Attr> {
                match (self, to) {
                    $( (Self::$payload(from), Self::$payload(to)) => {
                        from.changed(to).into_iter().map(Attr::$payload).collect()
                    } )*
                    _ => Vec::new(),
                }
            }

            fn refers(&self) -> &dyn Refers {
                match self { $( Self::$payload(payload) => payload ),* }
            }

            fn refers_mut(&mut self) -> &mut dyn Refers {
                match self { $( Self::$payload(payload) => payload ),* }
            }
        }

        $( impl From<$payload> for Object {
            fn from(payload: $payload) -> Self { Self::$payload(payload) }
        } )*
    };
}

kinds! {
    Schema(Schema, SchemaAttr) "schema",
    Extension(Extension, ExtensionAttr) "extension",
    Collation(Collation, CollationAttr) "collation",
    TextSearchDictionary(TextSearchDictionary, TextSearchDictionaryAttr) "text search dictionary",
    TextSearchConfiguration(TextSearchConfiguration, TextSearchConfigurationAttr) "text search configuration",
    Enum(EnumType, EnumTypeAttr) "enum",
    Domain(Domain, DomainAttr) "domain",
    Composite(CompositeType, CompositeTypeAttr) "composite type",
    Range(RangeType, RangeTypeAttr) "range type",
    Sequence(Sequence, SequenceAttr) "sequence",
    Function(Function, FunctionAttr) "function",
    Aggregate(Aggregate, AggregateAttr) "aggregate",
    Cast(Cast, CastAttr) "cast",
    Operator(Operator, OperatorAttr) "operator",
    OperatorFamily(OperatorFamily, OperatorFamilyAttr) "operator family",
    OperatorClass(OperatorClass, OperatorClassAttr) "operator class",
    ForeignDataWrapper(ForeignDataWrapper, ForeignDataWrapperAttr) "foreign data wrapper",
    ForeignServer(ForeignServer, ForeignServerAttr) "foreign server",
    Table(Table, TableAttr) "table",
    Column(Column, ColumnAttr) "column",
    PrimaryKey(PrimaryKey, PrimaryKeyAttr) "primary key",
    Unique(Unique, UniqueAttr) "unique constraint",
    Check(Check, CheckAttr) "check constraint",
    ForeignKey(ForeignKey, ForeignKeyAttr) "foreign key",
    Exclusion(Exclusion, ExclusionAttr) "exclusion constraint",
    Index(Index, IndexAttr) "index",
    View(View, ViewAttr) "view",
    MaterializedView(MaterializedView, MaterializedViewAttr) "materialized view",
    Statistics(Statistics, StatisticsAttr) "statistics",
    Rule(Rule, RuleAttr) "rule",
    Trigger(Trigger, TriggerAttr) "trigger",
    Policy(Policy, PolicyAttr) "policy",
    RowSecurity(RowSecurity, RowSecurityAttr) "row security",
    Storage(Storage, StorageAttr) "storage",
    EventTrigger(EventTrigger, EventTriggerAttr) "event trigger",
    Publication(Publication, PublicationAttr) "publication",
    PublishedTable(PublishedTable, PublishedTableAttr) "published table",
    Partition(Partition, PartitionAttr) "partition",
    Inheritance(Inheritance, InheritanceAttr) "inheritance",
    RowType(RowType, RowTypeAttr) "row type",
    Owner(Owner, OwnerAttr) "owner",
    Grants(Grants, GrantsAttr) "grants",
    DefaultPrivileges(DefaultPrivileges, DefaultPrivilegesAttr) "default privileges",
    Comment(Comment, CommentAttr) "comment",
    Rows(Rows, RowsAttr) "rows",
}

impl Kind {
    /// Whether the name carries no data: dropping and creating it under another name is a rename.
    pub fn has_cosmetic_name(self) -> bool {
        matches!(
            self,
            Self::PrimaryKey | Self::Unique | Self::Check | Self::ForeignKey | Self::Exclusion | Self::Index
        )
    }

    /// Whether tables below have it from those above under the same name, and under another one with them.
    pub fn is_inherited_by_name(self) -> bool {
        matches!(self, Self::Column | Self::Check)
    }

    /// Whether a table has at most one of them.
    pub fn is_single(self) -> bool {
        self == Self::PrimaryKey
    }

    /// Whether it is an index or rests on one of its own name, which an engine that has storage stores.
    pub fn has_index(self) -> bool {
        matches!(
            self,
            Self::Index | Self::Unique | Self::PrimaryKey | Self::Exclusion
        )
    }

    /// Whether it is part of the shape of a database, of which a fingerprint is made: reference data and rights are not. They may
    /// differ from database to database, and are compared where they are declared.
    pub fn is_shape(self) -> bool {
        !matches!(
            self,
            Self::Rows | Self::Owner | Self::Grants | Self::DefaultPrivileges
        )
    }

    /// Whether its names count for one index method each.
    pub fn is_of_method(self) -> bool {
        matches!(self, Self::OperatorFamily | Self::OperatorClass)
    }

    /// Whether it is called or named in expressions, without being a type or part of a table.
    pub fn is_in_expressions(self) -> bool {
        matches!(
            self,
            Self::Function
                | Self::Aggregate
                | Self::Operator
                | Self::OperatorClass
                | Self::Collation
                | Self::TextSearchDictionary
                | Self::TextSearchConfiguration
        )
    }

    /// Whether dropping it loses rows or values.
    pub fn holds_data(self) -> bool {
        matches!(
            self,
            Self::Table | Self::Column | Self::Rows | Self::Sequence | Self::Schema | Self::Extension
        )
    }
}

impl Object {
    /// A name made of the content, for a constraint that the engine keeps no name for. What can be altered without
    /// becoming another constraint (the actions of a foreign key) is left out.
    pub fn structural_key(&self) -> Key {
        let columns = |columns: &[Ident]| columns.iter().map(Ident::key).collect::<Vec<_>>().join(", ");
        Key::Structural(Arc::from(match self {
            Self::PrimaryKey(_) => "primary key".to_owned(),
            Self::Unique(unique) => format!("unique {}", columns(&unique.columns)),
            Self::Check(check) => format!("check {}", check.expr),
            Self::ForeignKey(key) => format!("{} references {}", columns(&key.columns), key.table),
            other => other.kind().noun().to_owned(),
        }))
    }

    /// What it takes a part of that nobody else can have at the same time: what had a part of it before goes first.
    pub fn shares(&self) -> Option<ObjectId> {
        match self {
            Self::Partition(partition) => Some(ObjectId::table(partition.parent.clone())),
            _ => None,
        }
    }

    /// The ids that follow from the structure of the payload, without the parent.
    pub fn references(&self, id: &ObjectId) -> Vec<ObjectId> {
        let mut out = Vec::new();
        self.refers().references(id, &mut out);
        out
    }

    /// The opaque texts in which names may stand.
    pub fn texts(&self) -> Vec<&str> {
        self.refers().texts()
    }

    /// Follows the rename of another object.
    pub fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        self.refers_mut().rename(id, rename);
    }
}
