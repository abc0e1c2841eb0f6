//! Writing a catalog as KDL, split into files: one for each table, `types.kdl`, `functions.kdl`, `views.kdl`.
//!
//! Loading what was written gives an equal catalog. What follows from the rest is left out: names that the engine would
//! give, columns of a foreign key that are the primary key, spellings of types that have a portable one.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use indexmap::IndexMap;

use crate::catalog::kinds::{
    Column, Comment, EnumType, Inheritance, Partition, PrimaryKey, PublishedTable, inherited,
};
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, DataType, EngineName, Ident, Kind, Object, ObjectId, Path, Payload, QName};
use crate::dialect::{Engine, Literal, Server};

use super::Naming;
use super::engine_names::EngineNames;
use super::kinds::{self, EnumDraft, Names};
use super::naming::implicit_name;
use super::reading::split_schema;
use super::text::Line;
use super::types::{Types, interpret, spellings};

/// Portable types, the plainest first: what an engine spells the same is written as the first of them.
const PORTABLE: &[&str] = &[
    "integer",
    "bigint",
    "smallint",
    "boolean",
    "text",
    "varchar",
    "char",
    "numeric",
    "real",
    "double",
    "date",
    "time",
    "timestamptz",
    "timestamp",
    "uuid",
    "json",
    "jsonb",
    "bytea",
];

/// What every writer of a kind has at hand.
pub(super) struct Writing<'c> {
    /// The engine.
    pub engine: &'static dyn Engine,
    catalog: &'c Catalog,
    walk: Walk<'c>,
    declared: Types,
    engine_names: EngineNames,
    unnamed: HashSet<&'c ObjectId>,
    unlisted: HashMap<QName, Vec<&'c ObjectId>>,
    /// Extended statistics by relation: their names stand beside it.
    statistics: HashMap<&'c QName, Vec<(&'c ObjectId, &'c Object)>>,
    types: RefCell<HashMap<DataTypeKey, Option<String>>>,
}

type DataTypeKey = (Arc<str>, Option<ObjectId>);

/// Writes a catalog: file names and texts.
pub(super) fn write(catalog: &Catalog, server: &Server, naming: &Naming) -> Vec<(String, String)> {
    let writing = Writing::new(catalog, server, naming);
    let mut files = Files::default();
    if let Some(schema) = writing.schema_that_is_there() {
        files.add(
            "types",
            Some(writing.said_of(writing.named("schema", schema), schema)),
        );
    }
    for (id, object) in catalog.iter() {
        let file = match id.kind {
            Kind::Schema
            | Kind::Extension
            | Kind::Collation
            | Kind::TextSearchDictionary
            | Kind::TextSearchConfiguration
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Range
            | Kind::Sequence => "types",
            Kind::Function
            | Kind::Aggregate
            | Kind::EventTrigger
            | Kind::Cast
            | Kind::Operator
            | Kind::OperatorFamily
            | Kind::OperatorClass => "functions",
            Kind::View | Kind::MaterializedView => "views",
            Kind::DefaultPrivileges => "rights",
            Kind::Publication => "publications",
            Kind::ForeignDataWrapper | Kind::ForeignServer => "servers",
            Kind::Table => {
                files.add_table(id, writing.whole(id, object));
                continue;
            }
            Kind::Rows => {
                if let (Some(table), Some(line)) = (id.target(), kinds::write(&writing, id, object)) {
                    files.add_table(table, Some(line));
                }
                continue;
            }
            _ => continue,
        };
        files.add(file, writing.whole(id, object));
    }
    files.finish()
}

impl<'c> Writing<'c> {
    fn new(catalog: &'c Catalog, server: &Server, naming: &Naming) -> Self {
        let engine = server.engine();
        let mut declared = Types::default();
        for (id, enum_type) in catalog.of_kind::<EnumType>() {
            if let Some(name) = id.qname() {
                let draft = EnumDraft {
                    name: name.clone(),
                    values: enum_type.values.clone(),
                    former: Vec::new(),
                };
                declared.insert(engine, &Arc::new(draft));
            }
        }
        for (id, object) in catalog.iter() {
            match object {
                Object::Domain(_) | Object::CompositeType(_) => declared.insert_other(engine, id, None),
                Object::RangeType(range) => declared.insert_other(engine, id, range.multirange.as_ref()),
                _ => {}
            }
        }
        let walk = Walk::new(catalog);
        let unnamed = unnamed(catalog, &walk, engine, naming);
        Self {
            engine,
            catalog,
            walk,
            declared,
            engine_names: EngineNames::of(engine, catalog),
            unnamed,
            unlisted: unlisted(catalog),
            statistics: statistics(catalog),
            types: RefCell::default(),
        }
    }

    /// The object with its comment and its members.
    fn whole(&self, id: &ObjectId, object: &Object) -> Option<Line> {
        let mut line = self.said_of(kinds::write(self, id, object)?, id);
        if let Path::Qualified(name) = &id.path
            && matches!(id.kind, Kind::Table | Kind::View | Kind::MaterializedView)
        {
            let partition = ObjectId::on(Kind::Partition, id.clone());
            let partition = self.catalog.payload::<Partition>(&partition);
            if let Some(partition) = partition {
                line = line.child(kinds::write_partition(self, partition));
            }
            let mut members: Vec<_> = self.walk.members(name).collect();
            if let Some(partition) = partition {
                let implied = self.implied(name, &partition.parent);
                members.retain(|(id, _)| !implied.contains(*id));
            }
            if let Some(row_type) = self.catalog.row_type(name) {
                line = kinds::write_row_type(self, line, row_type);
                members.retain(|(id, _)| !(self.catalog.is_of_type(id) && self.says_nothing(id)));
            }
            if let Some(inheritance) = self.catalog.inheritance_of(name) {
                line = kinds::write_inheritance(self, line, inheritance);
                members.retain(|(id, _)| !self.is_inherited(id, inheritance));
            }
            members.sort_by_key(|(id, _)| id.kind);
            let statistics = self.statistics.get(name).into_iter().flatten().copied();
            for (id, object) in members.into_iter().chain(statistics) {
                if let Some(member) = self.whole(id, object) {
                    line = line.child(member);
                }
            }
        }
        Some(line)
    }

    /// Adds comment, owner and grants.
    pub(super) fn said_of(&self, mut line: Line, id: &ObjectId) -> Line {
        if let Some(comment) = self.said::<Comment>(Kind::Comment, id) {
            line = line.expression("comment", &comment.text);
        }
        line = kinds::write_owner(self, line, id);
        kinds::write_grants(self, line, id)
    }

    /// The schema that every database has, if something is said of it: it is no object of the catalog.
    fn schema_that_is_there(&self) -> Option<&'c ObjectId> {
        let mut said = self.catalog.iter().filter_map(|(id, _)| id.target());
        said.find(|target| target.kind == Kind::Schema && !self.catalog.contains(target))
    }

    /// The tables of a publication.
    pub(super) fn published(
        &self,
        of: &ObjectId,
    ) -> impl Iterator<Item = (&'c ObjectId, &'c PublishedTable)> {
        let name = of.name().cloned();
        let tables = self.catalog.of_kind::<PublishedTable>();
        tables.filter(move |(id, _)| id.name() == name.as_ref())
    }

    /// What is said about `id` by an object of this kind.
    pub(super) fn said<T: Payload>(&self, kind: Kind, id: &ObjectId) -> Option<&'c T> {
        self.catalog.payload(&ObjectId::on(kind, id.clone()))
    }

    /// What a partition has because its parent has it, in the way in which it would have it without a word.
    fn implied(&self, table: &QName, parent: &QName) -> HashSet<&'c ObjectId> {
        let columns = |of: &QName| -> Vec<&'c Ident> {
            let columns = self.walk.members_of::<Column>(of);
            columns.filter_map(|(id, _)| id.name()).collect()
        };
        let same_order = columns(table) == columns(parent);
        let said = |kind: Kind, id: &ObjectId| self.catalog.get(&ObjectId::on(kind, id.clone()));
        // How a column is stored, it has from the parent, too.
        let stored = |id: &ObjectId| {
            let above = id.name().filter(|_| id.kind == Kind::Column);
            let above = above.map(|name| ObjectId::column(parent, name.clone()));
            above.and_then(|above| said(Kind::Storage, &above))
        };
        // Rights are never passed on.
        let silent = |id: &ObjectId| {
            said(Kind::Comment, id).is_none()
                && said(Kind::Grants, id).is_none()
                && said(Kind::Storage, id) == stored(id)
        };
        let follows = |(id, object): (&'c ObjectId, &'c Object)| match object {
            Object::Column(column) => {
                let above = id.name().map(|name| ObjectId::column(parent, name.clone()));
                let above = above.and_then(|above| self.catalog.payload::<Column>(&above));
                same_order
                    && above.is_some_and(|above| {
                        let counted = Column {
                            identity: None,
                            ..above.clone()
                        };
                        counted == *column
                    })
            }
            _ => {
                let mut above = self.walk.members(parent);
                let from = above.find(|above| inherited((id, object), *above));
                let alike = self.walk.members(table).filter(|(_, other)| *other == object);
                let alone = alike.count() == 1;
                from.is_some_and(|(above, from)| {
                    let named = match object {
                        Object::Check(_) | Object::ForeignKey(_) => above.name() == id.name(),
                        _ => self.unnamed.contains(id),
                    };
                    from == object && named && alone
                })
            }
        };
        let members = self.walk.members(table);
        let implied = members.filter(|(id, object)| silent(id) && follows((id, object)));
        implied.map(|(id, _)| id).collect()
    }

    /// Whether a table has a column or check from others, and nothing is to be said of it.
    fn is_inherited(&self, id: &ObjectId, inheritance: &Inheritance) -> bool {
        let said = |kind: Kind, id: &ObjectId| self.catalog.get(&ObjectId::on(kind, id.clone()));
        let mut above = inheritance
            .parents
            .iter()
            .filter_map(|parent| Some(ObjectId::member(id.kind, parent, id.name()?.clone())));
        let above = above.find(|above| self.catalog.contains(above));
        let stored = above.and_then(|above| match said(Kind::Storage, &above) {
            Some(Object::Storage(storage)) => storage.passed_on(),
            _ => None,
        });
        self.catalog.is_implied(id)
            && said(Kind::Comment, id).is_none()
            && said(Kind::Grants, id).is_none()
            && said(Kind::Storage, id).cloned() == stored.map(Object::from)
    }

    /// Whether nothing is said of an object besides what it is.
    fn says_nothing(&self, id: &ObjectId) -> bool {
        let mut said = [Kind::Comment, Kind::Grants, Kind::Storage].into_iter();
        !said.any(|kind| self.catalog.contains(&ObjectId::on(kind, id.clone())))
    }

    /// A node with the name of `id`.
    pub(super) fn named(&self, node: &str, id: &ObjectId) -> Line {
        match id.qname() {
            Some(name) => self.reference(node, name, &[]),
            None => Line::new(node).arguments(id.name().map(Ident::text)),
        }
    }

    /// A node with a name in a schema and further arguments.
    pub(super) fn reference(&self, node: &str, name: &QName, rest: &[&str]) -> Line {
        let line = Line::new(node);
        match self.spelling(name) {
            Some(text) => line.argument(&text).arguments(rest.iter().copied()),
            None => {
                let schema = name.schema.as_ref().map_or("main", Ident::text);
                let line = line.argument(name.name.text()).arguments(rest.iter().copied());
                line.property("schema", schema)
            }
        }
    }

    /// The name with its schema where it needs one; `None` where dots make that ambiguous.
    pub(super) fn spelling(&self, name: &QName) -> Option<String> {
        let text = spellings(self.engine, name).into_iter().next()?;
        let default = self.engine.default_schema();
        let meant = (
            name.schema
                .as_ref()
                .filter(|schema| Some(*schema) != default.as_ref()),
            &name.name,
        );
        let (schema, bare) = split_schema(&text);
        (schema == meant.0.map(Ident::text) && bare == meant.1.text()).then_some(text)
    }

    /// How a collation is written behind `collation=`.
    pub(super) fn collation(&self, collation: &EngineName) -> String {
        self.engine_name(Kind::Collation, collation)
    }

    /// How something is written that the engine brings many of.
    pub(super) fn engine_name(&self, kind: Kind, name: &EngineName) -> String {
        self.engine_names.spell(self.engine, kind, name)
    }

    /// Adds `name=`, unless the name follows from the rest.
    pub(super) fn member_name(&self, line: Line, id: &ObjectId) -> Line {
        match id.name() {
            _ if self.unnamed.contains(id) => line,
            Some(name) => line.property("name", name.text()),
            None => line.literal_property("name", &Literal::Null),
        }
    }

    /// The columns of a view of which something is said.
    pub(super) fn unlisted_columns(&self, of: &ObjectId) -> &[&'c ObjectId] {
        let said = of.qname().and_then(|of| self.unlisted.get(of));
        said.map(Vec::as_slice).unwrap_or_default()
    }

    /// The primary key of a table.
    pub(super) fn primary_key(&self, table: &QName) -> Option<&'c PrimaryKey> {
        self.walk
            .members_of::<PrimaryKey>(table)
            .next()
            .map(|(_, key)| key)
    }

    /// The type of a column of a table.
    pub(super) fn column_type(&self, table: &QName, column: &Ident) -> &'c str {
        let id = ObjectId::column(table, column.clone());
        self.catalog
            .payload::<Column>(&id)
            .map_or("", |column| &column.data_type.text)
    }

    /// How a type is declared; `None` if only its raw text says it.
    pub(super) fn type_text(&self, data_type: &DataType) -> Option<String> {
        let key = (Arc::clone(&data_type.text), data_type.user.clone());
        if let Some(known) = self.types.borrow().get(&key) {
            return known.clone();
        }
        let found = self.candidates(data_type).into_iter().find(|candidate| {
            interpret(self.engine, &self.declared, candidate).is_ok_and(|typed| typed.data_type == *data_type)
        });
        self.types.borrow_mut().insert(key, found.clone());
        found
    }

    fn candidates(&self, data_type: &DataType) -> Vec<String> {
        if let Some(name) = data_type.user.as_ref().and_then(ObjectId::qname) {
            let mut names = spellings(self.engine, name);
            let user = data_type.user.iter();
            names.extend(
                user.flat_map(|user| self.declared.spellings_of(user))
                    .map(str::to_owned),
            );
            return names
                .iter()
                .flat_map(|name| [name.clone(), format!("{name}[]")])
                .collect();
        }
        let text = &*data_type.text;
        let array = if text.ends_with("[]") { "[]" } else { "" };
        let arguments = match (text.find('('), text.find(')')) {
            (Some(open), Some(close)) if open < close => &text[open..=close],
            _ => "",
        };
        let mut out: Vec<String> = PORTABLE
            .iter()
            .map(|name| format!("{name}{arguments}{array}"))
            .collect();
        out.push(text.to_owned());
        out
    }
}

/// The columns that are no objects and of which something is said: those of views, and attributes.
fn unlisted(catalog: &Catalog) -> HashMap<QName, Vec<&ObjectId>> {
    let mut found: HashMap<QName, Vec<&ObjectId>> = HashMap::new();
    for (id, _) in catalog.iter() {
        if let Some(target) = id.target()
            && target.kind == Kind::Column
            && !catalog.contains(target)
            && let Some(relation) = target.relation()
        {
            let columns = found.entry(relation.clone()).or_default();
            if !columns.contains(&target) {
                columns.push(target);
            }
        }
    }
    found
}

fn statistics(catalog: &Catalog) -> HashMap<&QName, Vec<(&ObjectId, &Object)>> {
    let mut found: HashMap<&QName, Vec<(&ObjectId, &Object)>> = HashMap::new();
    for (id, object) in catalog.iter() {
        if let Object::Statistics(statistics) = object {
            found.entry(&statistics.of).or_default().push((id, object));
        }
    }
    found
}

/// The constraints and indexes whose names follow from the rest.
fn unnamed<'c>(
    catalog: &'c Catalog,
    walk: &Walk<'c>,
    engine: &'static dyn Engine,
    naming: &Naming,
) -> HashSet<&'c ObjectId> {
    let is_relation = |kind| {
        matches!(
            kind,
            Kind::Table | Kind::View | Kind::MaterializedView | Kind::Sequence
        )
    };
    let takes_name = |kind: Kind| kind.has_cosmetic_name() || is_relation(kind);
    let mut counts: HashMap<(Option<&Ident>, &Ident), usize> = HashMap::new();
    for (id, _) in catalog.iter().filter(|(id, _)| takes_name(id.kind)) {
        if let Some(name) = id.name() {
            *counts.entry((id.schema(), name)).or_default() += 1;
        }
    }
    let follows = |id: &ObjectId, object: &Object| {
        let Some(table) = id.relation() else {
            return false;
        };
        let names = names_of(engine, walk, table, object);
        let implicit = implicit_name(engine, naming, id.kind, table, &names);
        match (id.name(), implicit) {
            (Some(name), Ok(Some(implicit))) => {
                implicit == name.text() && counts.get(&(id.schema(), name)) == Some(&1)
            }
            (None, Ok(None)) => true,
            _ => false,
        }
    };
    catalog
        .iter()
        .filter(|(id, object)| id.kind.has_cosmetic_name() && follows(id, object))
        .map(|(id, _)| id)
        .collect()
}

/// What the name of an unnamed constraint or index would be made of.
fn names_of(engine: &'static dyn Engine, walk: &Walk<'_>, table: &QName, object: &Object) -> Names {
    let mut names = Names::default();
    match object {
        Object::PrimaryKey(key) => names = Names::of(&key.columns),
        Object::Unique(unique) => names = Names::of(&[unique.columns.as_slice(), &unique.include].concat()),
        Object::ForeignKey(key) => {
            names = Names::of(&key.columns);
            let columns = key.referenced.iter().map(|column| column.text().to_owned());
            names.referred = Some((key.table.name.text().to_owned(), columns.collect()));
        }
        Object::Index(index) => names = kinds::index_names(&index.keys, &index.include),
        Object::Exclusion(one) => names = kinds::index_names(&one.keys, &one.include),
        Object::Check(check) => {
            let columns: Vec<Ident> = walk
                .members_of::<Column>(table)
                .filter_map(|(id, _)| id.name().cloned())
                .collect();
            names = kinds::check_names(engine, &check.expr, &columns);
        }
        _ => {}
    }
    names
}

/// Nodes by file.
#[derive(Default)]
struct Files {
    shared: Vec<(&'static str, Vec<Line>)>,
    tables: IndexMap<ObjectId, Vec<Line>>,
}

impl Files {
    fn add(&mut self, file: &'static str, line: Option<Line>) {
        let Some(line) = line else { return };
        match self.shared.iter_mut().find(|(name, _)| *name == file) {
            Some((_, lines)) => lines.push(line),
            None => self.shared.push((file, vec![line])),
        }
    }

    fn add_table(&mut self, table: &ObjectId, line: Option<Line>) {
        let Some(line) = line else { return };
        self.tables.entry(table.clone()).or_default().push(line);
    }

    fn finish(self) -> Vec<(String, String)> {
        let mut taken: HashSet<String> = ["types", "functions", "views", "rights", "publications", "servers"]
            .map(str::to_owned)
            .into();
        let mut out = Vec::new();
        for (name, lines) in self.shared {
            out.push((format!("{name}.kdl"), render(&lines)));
        }
        for (id, lines) in self.tables {
            let stem = file_stem(&id.label());
            let mut name = stem.clone();
            let mut count = 1;
            while !taken.insert(name.to_lowercase()) {
                count += 1;
                name = format!("{stem}-{count}");
            }
            out.push((format!("{name}.kdl"), render(&lines)));
        }
        out
    }
}

fn render(lines: &[Line]) -> String {
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        line.render(0, &mut out);
    }
    out
}

/// A file name that every file system takes.
fn file_stem(label: &str) -> String {
    let mut out: String = label
        .chars()
        .take(100)
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') {
                c
            } else {
                '_'
            }
        })
        .collect();
    if out.is_empty() || out.starts_with(['.', '-']) {
        out.insert(0, '_');
    }
    out
}
