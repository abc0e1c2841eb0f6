//! Objects and edges out of rows: [`assemble`].
//!
//! In: the rows of all queries. Out: a catalog in a fixed order (schemas, extensions, collations, text search, enums, domains, sequences, functions,
//! tables with their members, views after what they read, comments), its edges, and a diagnostic for everything that
//! is not modelled. A table that is not modelled as a whole is left out with all that belongs to it. Must not: ask the
//! server anything.

mod casts;
mod collations;
mod comments;
mod compounds;
mod default_privileges;
mod edges;
mod foreign;
mod grants;
mod heirs;
mod members;
mod operators;
mod publications;
mod routines;
mod statistics;
mod storage;
mod text_search;
mod views;

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::catalog::kinds::{
    Domain, EnumType, Extension, Schema, Sequence, SequenceOptions, Table, TableExt,
};
use crate::catalog::{Catalog, DataType, Ident, Kind, ObjectId, QName};
use crate::diagnostic::Diagnostic;
use crate::dialect::{EngineError, Scope, Server};

use super::super::unmodelled::{self, Strange};
use super::batch::Raw;
use super::columns::Attribute;
use super::comments::Commented;
use super::compounds::TypeName;
use super::depends::class;
use super::relations::Relation;
use super::types::Typed;

/// The schema that a new database has.
const PUBLIC: &str = "public";

/// What was read, as objects.
pub(super) struct Assembled {
    /// The catalog with its edges.
    pub(super) catalog: Catalog,
    /// What is there and not modelled.
    pub(super) unmodelled: Vec<Diagnostic>,
    /// Comments on what is no object of the catalog.
    pub(super) commented: Vec<Commented>,
}

/// Makes a catalog of the rows.
pub(super) fn assemble(mut raw: Raw, scope: &Scope, server: &Server) -> Result<Assembled, EngineError> {
    let mut catalog = Catalog::new();
    let mut notes = unmodelled::Notes::default();
    let mut known = Known::new(&raw);
    known.sort_relations(&raw, scope, &mut notes);
    known.insert_globals(&raw, scope, &mut catalog);
    collations::insert(&mut known, &mut raw, scope, &mut catalog);
    text_search::insert(&mut known, &mut raw, scope, &mut catalog);
    known.insert_enums(&mut raw, scope, &mut catalog);
    let compounds = compounds::name(&mut known, &mut raw, scope, &mut notes);
    known.insert_domains(&mut raw, scope, &mut catalog);
    compounds::insert(&known, &raw, compounds, &mut catalog);
    known.insert_sequences(&raw, scope, &mut catalog);
    routines::insert(&mut known, &mut raw, scope, &mut catalog, &mut notes);
    casts::insert(&mut known, &mut raw, scope, &mut catalog);
    operators::insert(&mut known, &mut raw, scope, &mut catalog);
    foreign::insert(&mut known, &mut raw, &mut catalog, &mut notes);
    members::insert_tables(&mut known, &mut raw, scope, &mut catalog, &mut notes)?;
    heirs::follow_parents(&mut catalog);
    views::insert(&mut known, &raw, &mut catalog, &mut notes);
    members::insert_of_views(&mut known, &raw, &mut catalog, &mut notes)?;
    statistics::insert(&mut known, &mut raw, scope, &mut catalog);
    publications::insert(&mut known, &mut raw, &mut catalog, &mut notes);
    routines::insert_event_triggers(&mut known, &mut raw, &mut catalog);
    storage::insert(&known, &raw, &mut catalog);
    grants::insert(&known, &raw, (scope, server), &mut catalog, &mut notes);
    default_privileges::insert(&raw, scope, &mut catalog, &mut notes);
    let commented = comments::insert(&known, &raw, scope, &mut catalog);
    edges::insert(&known, &raw, &mut catalog);
    for strange in std::mem::take(&mut raw.strange) {
        if known.is_strange_of_ours(&strange, &raw, scope) {
            notes.strange(&strange.kind, &strange.label(), None);
        }
    }
    let unmodelled = notes.finish();
    Ok(Assembled {
        catalog,
        unmodelled,
        commented,
    })
}

/// What becomes of a relation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Table,
    View,
    MaterializedView,
    /// Not in the scope, or an extension's.
    Elsewhere,
    /// Reported, and left out as a whole.
    Strange,
}

impl Verdict {
    /// Whether it is a view of either sort.
    fn is_view(self) -> bool {
        matches!(self, Self::View | Self::MaterializedView)
    }
}

/// A relation as the other rows refer to it.
struct Named {
    name: QName,
    verdict: Verdict,
    /// Where its columns stand among the attributes.
    columns: Range<usize>,
}

/// From the engine's numbers to our ids.
struct Known {
    relations: HashMap<u32, Named>,
    /// Indexes of tables and of views of either sort in `Raw::relations`, by name.
    tables: Vec<usize>,
    views: Vec<usize>,
    /// Every object of the catalog but columns, by catalog and number, and what the engine made along with it.
    ids: HashMap<(u32, u32), ObjectId>,
    /// What the engine made along with an object: arrays, row types, the checks of domains.
    along: HashSet<(u32, u32)>,
    /// What an extension owns.
    owned: HashMap<(u32, u32), ObjectId>,
    /// Enums and domains, and the types of their arrays.
    types: HashMap<u32, ObjectId>,
    identities: HashMap<(u32, i16), SequenceOptions>,
    /// The attributes of composite types, by the number of the type among relations.
    attributes: HashMap<(u32, i16), Ident>,
}

impl Known {
    /// A type as the engine spells it, with the object that it is.
    fn data_type(&self, (oid, text): Typed) -> DataType {
        DataType {
            text,
            user: self.types.get(&oid).cloned(),
        }
    }

    fn new(raw: &Raw) -> Self {
        let extensions: HashMap<u32, ObjectId> = raw
            .extensions
            .iter()
            .map(|(oid, name, _)| (*oid, ObjectId::global(Kind::Extension, name.clone())))
            .collect();
        let nobody = ObjectId::global(Kind::Extension, Ident::exact("plpgsql"));
        let owned = raw
            .dependencies
            .iter()
            .filter(|dependency| dependency.of_extension && dependency.referenced_class == class::EXTENSION)
            .map(|dependency| {
                let owner = extensions.get(&dependency.referenced).unwrap_or(&nobody);
                ((dependency.class, dependency.object), owner.clone())
            })
            .collect();
        Self {
            relations: HashMap::with_capacity(raw.relations.len()),
            tables: Vec::new(),
            views: Vec::new(),
            ids: HashMap::new(),
            along: HashSet::new(),
            owned,
            types: HashMap::new(),
            identities: HashMap::new(),
            attributes: HashMap::new(),
        }
    }

    /// Takes in what the engine made along with an object: whoever needs it needs the object.
    fn insert_along(&mut self, place: (u32, u32), id: &ObjectId) {
        self.ids.insert(place, id.clone());
        self.along.insert(place);
    }

    /// The object under a number, if it is not only what came along with one.
    fn itself(&self, place: (u32, u32)) -> Option<&ObjectId> {
        self.ids.get(&place).filter(|_| !self.along.contains(&place))
    }

    fn is_owned(&self, class: u32, oid: u32) -> bool {
        self.owned.contains_key(&(class, oid))
    }

    /// Decides what becomes of each relation.
    fn sort_relations(&mut self, raw: &Raw, scope: &Scope, notes: &mut unmodelled::Notes) {
        let columns = column_ranges(&raw.attributes);
        let types = self.composites(raw, scope);
        for (at, relation) in raw.relations.iter().enumerate() {
            let Some(schema) = raw.schemas.get(&relation.schema) else {
                continue;
            };
            let name = relation.qname(schema);
            let strange = strange_relation(relation, &raw.inherits, &types);
            let left_out = scope.leave_out.iter().any(|left| {
                let is_here = |wanted: &Ident| Some(wanted) == name.schema.as_ref();
                left.name.text() == relation.name.text() && left.schema.as_ref().is_none_or(is_here)
            });
            let elsewhere = left_out || self.is_owned(class::CLASS, relation.oid) || !in_scope(scope, schema);
            let verdict = match (elsewhere, strange, relation.kind) {
                (true, ..) => Verdict::Elsewhere,
                (_, Some(_), _) => Verdict::Strange,
                (_, None, b'v') => Verdict::View,
                (_, None, b'm') => Verdict::MaterializedView,
                (_, None, _) => Verdict::Table,
            };
            match verdict {
                Verdict::Table => self.tables.push(at),
                Verdict::View | Verdict::MaterializedView => self.views.push(at),
                Verdict::Strange => notes.strange(strange.unwrap_or_default(), &name.to_string(), None),
                Verdict::Elsewhere => {}
            }
            let columns = columns.get(&relation.oid).cloned().unwrap_or_default();
            let named = Named {
                name,
                verdict,
                columns,
            };
            self.relations.insert(relation.oid, named);
        }
        self.leave_out_orphans(raw, notes);
        let names: HashMap<u32, &QName> = self
            .relations
            .iter()
            .map(|(oid, named)| (*oid, &named.name))
            .collect();
        let by_name = |at: &usize| names.get(&raw.relations[*at].oid).copied();
        self.tables.sort_by_key(by_name);
        self.views.sort_by_key(by_name);
    }

    /// The composite types that are read.
    fn composites(&self, raw: &Raw, scope: &Scope) -> HashSet<u32> {
        let types = raw.composites.iter().map(|row| &row.named);
        let schema = |named: &TypeName| raw.schemas.get(&named.schema);
        types
            .filter(|named| schema(named).is_some_and(|schema| in_scope(scope, schema)))
            .filter(|named| !self.is_owned(class::TYPE, named.oid))
            .map(|named| named.oid)
            .collect()
    }

    /// A partition of a table that is not in the catalog cannot be in it, nor can a table that inherits one.
    fn leave_out_orphans(&mut self, raw: &Raw, notes: &mut unmodelled::Notes) {
        let mut parents: HashMap<u32, Vec<u32>> = HashMap::new();
        for (child, parent) in &raw.inherits {
            parents.entry(*child).or_default().push(*parent);
        }
        loop {
            let is_table = |oid: &u32| {
                let named = self.relations.get(oid);
                named.is_some_and(|named| named.verdict == Verdict::Table)
            };
            let orphans: Vec<usize> = self
                .tables
                .iter()
                .copied()
                .filter(|at| {
                    let above = parents.get(&raw.relations[*at].oid);
                    above.is_some_and(|above| !above.iter().all(is_table))
                })
                .collect();
            if orphans.is_empty() {
                return;
            }
            self.tables.retain(|at| !orphans.contains(at));
            for at in orphans {
                if let Some(named) = self.relations.get_mut(&raw.relations[at].oid) {
                    named.verdict = Verdict::Strange;
                    let (what, why) = if raw.relations[at].partition {
                        ("partition", "it is a part of a table that is not read")
                    } else {
                        ("table with inheritance", "it inherits a table that is not read")
                    };
                    notes.strange(what, &named.name.to_string(), Some(why));
                }
            }
        }
    }

    /// The schema under a number; the one that every database has is no object of the catalog.
    fn schema(&self, raw: &Raw, scope: &Scope, oid: u32) -> Option<ObjectId> {
        let known = self.ids.get(&(class::NAMESPACE, oid)).cloned();
        let name = raw.schemas.get(&oid);
        let public = || name.filter(|name| name.text() == PUBLIC && in_scope(scope, name));
        known.or_else(|| Some(ObjectId::global(Kind::Schema, public()?.clone())))
    }

    fn insert_globals(&mut self, raw: &Raw, scope: &Scope, catalog: &mut Catalog) {
        let mut schemas: Vec<(&u32, &Ident)> = raw
            .schemas
            .iter()
            .filter(|(oid, name)| {
                name.text() != PUBLIC && in_scope(scope, name) && !self.is_owned(class::NAMESPACE, **oid)
            })
            .collect();
        schemas.sort_by_key(|(_, name)| *name);
        for (oid, name) in schemas {
            let id = ObjectId::global(Kind::Schema, name.clone());
            self.ids.insert((class::NAMESPACE, *oid), id.clone());
            catalog.insert(id, Schema {});
        }
        for (oid, name, extension) in &raw.extensions {
            let id = ObjectId::global(Kind::Extension, name.clone());
            self.ids.insert((class::EXTENSION, *oid), id.clone());
            let nothing = Extension {
                schema: None,
                version: None,
            };
            catalog.insert(id, if scope.details { extension.clone() } else { nothing });
        }
    }

    /// Takes in a type and the type of its arrays.
    fn insert_type(&mut self, (oid, array): (u32, u32), id: &ObjectId) {
        self.types.insert(oid, id.clone());
        self.types.insert(array, id.clone());
        self.ids.insert((class::TYPE, oid), id.clone());
        self.insert_along((class::TYPE, array), id);
    }

    fn insert_enums(&mut self, raw: &mut Raw, scope: &Scope, catalog: &mut Catalog) {
        let mut found = Vec::new();
        for row in std::mem::take(&mut raw.enums) {
            let schema = raw.schemas.get(&row.schema);
            if let Some(schema) = schema.filter(|schema| in_scope(scope, schema))
                && !self.is_owned(class::TYPE, row.oid)
            {
                found.push((QName::in_schema(schema.clone(), row.name.clone()), row));
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, row) in found {
            let id = ObjectId::qualified(Kind::Enum, name);
            self.insert_type((row.oid, row.array), &id);
            catalog.insert(id, EnumType { values: row.values });
        }
    }

    fn insert_domains(&mut self, raw: &mut Raw, scope: &Scope, catalog: &mut Catalog) {
        let mut found = Vec::new();
        for row in std::mem::take(&mut raw.domains) {
            let schema = raw.schemas.get(&row.schema);
            if let Some(schema) = schema.filter(|schema| in_scope(scope, schema))
                && !self.is_owned(class::TYPE, row.oid)
            {
                let name = QName::in_schema(schema.clone(), row.name.clone());
                found.push((ObjectId::qualified(Kind::Domain, name), row));
            }
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        // One domain may be made of another.
        for (id, row) in &found {
            self.insert_type((row.oid, row.array), id);
            for (check, _) in &row.checks {
                self.insert_along((class::CONSTRAINT, *check), id);
            }
        }
        for (id, row) in found {
            let domain = Domain {
                base: DataType {
                    text: row.base_text,
                    user: self.types.get(&row.base).cloned(),
                },
                collation: row.collation.map(|named| raw.engine_name(&named)),
                default: row.default,
                nullable: !row.not_null,
                checks: row.checks.into_iter().map(|(_, check)| check).collect(),
            };
            catalog.insert(id, domain);
        }
    }

    fn insert_sequences(&mut self, raw: &Raw, scope: &Scope, catalog: &mut Catalog) {
        let mut found = Vec::new();
        for row in &raw.sequences {
            if let (true, Some(owner)) = (row.identity, row.owner) {
                self.identities.insert(owner, row.options.clone());
                continue;
            }
            let schema = raw.schemas.get(&row.schema);
            let Some(schema) = schema.filter(|schema| in_scope(scope, schema)) else {
                continue;
            };
            let owned_by = match row.owner {
                Some((table, column)) => match self.column(raw, table, column) {
                    Some(id) => Some(id),
                    None => continue,
                },
                None => None,
            };
            if self.is_owned(class::CLASS, row.oid) {
                continue;
            }
            let sequence = Sequence {
                data_type: Arc::clone(&row.data_type),
                options: row.options.clone(),
                owned_by,
            };
            found.push((
                QName::in_schema(schema.clone(), row.name.clone()),
                row.oid,
                sequence,
            ));
        }
        found.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, oid, sequence) in found {
            let id = ObjectId::qualified(Kind::Sequence, name);
            self.ids.insert((class::CLASS, oid), id.clone());
            catalog.insert(id, sequence);
        }
    }

    /// Whether a row of the query for what is not modelled is about something that we would manage.
    fn is_strange_of_ours(&self, strange: &Strange, raw: &Raw, scope: &Scope) -> bool {
        if self.is_owned(strange.class, strange.oid) {
            return false;
        }
        if let Some(named) = strange.relation.and_then(|oid| self.relations.get(&oid)) {
            return named.verdict == Verdict::Table || named.verdict.is_view();
        }
        match &strange.schema {
            None => true,
            Some(schema) => {
                in_scope(scope, &Ident::exact(schema))
                    && raw.schemas.values().any(|name| name.text() == schema)
            }
        }
    }

    fn attribute<'a>(&self, raw: &'a Raw, relation: u32, number: i16) -> Option<&'a Attribute> {
        let columns = &raw.attributes[self.relations.get(&relation)?.columns.clone()];
        let at = columns
            .binary_search_by_key(&number, |column| column.number)
            .ok()?;
        columns.get(at)
    }

    fn column_name<'a>(&self, raw: &'a Raw, relation: u32, number: i16) -> Option<&'a Ident> {
        self.attribute(raw, relation, number).map(|column| &column.name)
    }

    /// The name of an attribute of a composite type, as a column of it.
    fn of_attribute(&self, relation: u32, number: i16) -> Option<ObjectId> {
        let name = self.attributes.get(&(relation, number))?;
        let of = self.ids.get(&(class::CLASS, relation))?.qname()?;
        Some(ObjectId::column(of, name.clone()))
    }

    /// The id of a column of a table, or of a view, of which something is said.
    fn said_column(&self, raw: &Raw, relation: u32, number: i16) -> Option<ObjectId> {
        let named = self.relations.get(&relation)?;
        if named.verdict != Verdict::Table && !named.verdict.is_view() {
            return None;
        }
        let column = self.column_name(raw, relation, number)?;
        Some(ObjectId::column(&named.name, column.clone()))
    }

    /// The id of a column of a table of the catalog.
    fn column(&self, raw: &Raw, relation: u32, number: i16) -> Option<ObjectId> {
        let named = self.relations.get(&relation)?;
        let is_table = named.verdict == Verdict::Table;
        is_table.then(|| self.said_column(raw, relation, number))?
    }
}

/// Whether a schema is asked for.
fn in_scope(scope: &Scope, schema: &Ident) -> bool {
    scope
        .schemas
        .as_ref()
        .is_none_or(|schemas| schemas.contains(schema))
}

/// What a relation is called, if it is of a sort that is not modelled.
fn strange_relation(
    relation: &Relation,
    inherits: &[(u32, u32)],
    types: &HashSet<u32>,
) -> Option<&'static str> {
    let related = |(child, parent): &(u32, u32)| [*child, *parent].contains(&relation.oid);
    match relation.kind {
        b'r' | b'p' if relation.of_type.is_some_and(|of| !types.contains(&of)) => Some("typed table"),
        b'f' if !relation.partition && inherits.iter().any(related) => Some("foreign table with inheritance"),
        _ => None,
    }
}

/// Where the columns of each relation stand; they come sorted.
fn column_ranges(attributes: &[Attribute]) -> HashMap<u32, Range<usize>> {
    let mut ranges: HashMap<u32, Range<usize>> = HashMap::new();
    for (at, attribute) in attributes.iter().enumerate() {
        ranges
            .entry(attribute.relation)
            .and_modify(|range| range.end = at + 1)
            .or_insert(at..at + 1);
    }
    ranges
}

/// What a table as a whole is, but for its partition key.
fn table_payload(relation: &Relation) -> Table {
    let ext = if relation.unlogged {
        TableExt::Postgres { unlogged: true }
    } else {
        TableExt::Plain
    };
    Table {
        access_method: relation.access_method.clone(),
        ..Table::new(ext)
    }
}
