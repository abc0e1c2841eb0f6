//! From sources to [`Declared`]: parse all files, read their nodes, follow references, give names, and put everything
//! into the catalog in the order in which it is made.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::Arc;

use crate::catalog::kinds::{Comment, Granted, Grants, Incidental, Inheritance, Owner, RowType};
use crate::catalog::{Catalog, Key, Kind, Object, ObjectId, Path, QName};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::dialect::KindRules;
use crate::dialect::Server;

use super::engine_names::EngineNames;
use super::engines::applies;
use super::fields::Fields;
use super::kinds::{
    ENUM, InheritanceDraft, MemberDraft, NAMED, NODES, RENAMED, RowTypeDraft, SCHEMA, TYPES, read_enum,
};
use super::mentions;
use super::naming::{self, Taken};
use super::node::{Document, parse};
use super::reading::{Draft, MaterializedDraft, Placed, Reading, TableDraft};
use super::report::{CONTRADICTION, ENGINE, RENAME, Report, UNKNOWN_NAME, UNKNOWN_NODE, did_you_mean};
use super::resolve;
use super::types::Types;
use super::undeclarable;
use super::{Beside, Declared, Naming, SourceMap};

/// See [`super::load`].
pub(super) fn load(
    sources: &[Arc<Source>],
    server: &Server,
    naming: &Naming,
    beside: &Beside,
) -> Result<Declared, Vec<Diagnostic>> {
    let report = Report::default();
    let mut documents = Vec::with_capacity(sources.len());
    for parsed in parse_all(sources) {
        match parsed {
            Ok(mut document) => {
                document.errors.drain(..).for_each(|error| report.add(error));
                documents.push(document);
            }
            Err(errors) => errors.into_iter().for_each(|error| report.add(error)),
        }
    }
    let mut reading = Reading {
        server,
        engine: server.engine(),
        naming,
        beside,
        report: &report,
        types: Types::default(),
        engine_names: EngineNames::default(),
    };
    let mut draft = Draft::default();
    read_enums(&mut reading, &documents, &mut draft);
    name_types(&mut reading, &documents);
    name_others(&mut reading, &documents);
    read_nodes(&reading, &documents, &mut draft);
    if documents.len() < sources.len() {
        // What is not declared may stand in a file that cannot be read.
        return Err(report.in_order());
    }
    resolve::tables(&reading, &mut draft);
    let declared = assemble(&reading, draft);
    let warnings = report.finish()?;
    Ok(Declared { warnings, ..declared })
}

/// Parses the files, on as many threads as there are processors.
fn parse_all(sources: &[Arc<Source>]) -> Vec<Result<Document, Vec<Diagnostic>>> {
    let threads = std::thread::available_parallelism()
        .map_or(1, NonZero::get)
        .min(sources.len());
    if threads < 2 {
        return sources.iter().map(parse).collect();
    }
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut out = Vec::new();
        while let Some((at, source)) = {
            let at = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            sources.get(at).map(|source| (at, source))
        } {
            out.push((at, parse(source)));
        }
        out
    };
    let mut parsed: Vec<(usize, Result<Document, Vec<Diagnostic>>)> = std::thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let mut all = work();
        for other in others {
            match other.join() {
                Ok(part) => all.extend(part),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        all
    });
    parsed.sort_by_key(|(at, _)| *at);
    parsed.into_iter().map(|(_, document)| document).collect()
}

fn read_enums<'n>(reading: &mut Reading<'n>, documents: &'n [Document], draft: &mut Draft<'n>) {
    let mut seen: HashMap<ObjectId, Span> = HashMap::new();
    for document in documents {
        for node in document.nodes.iter().filter(|node| node.name.text == ENUM) {
            if applies(reading.report, &document.source, node, reading.dialect()).is_none() {
                continue;
            }
            let fields = Fields::new(reading.report, &document.source, reading.dialect(), node);
            let Some(found) = read_enum(reading, fields, draft) else {
                continue;
            };
            let span = Span::new(&document.source, node.range.clone());
            let id = ObjectId::qualified(Kind::Enum, found.name.clone());
            if reading.engine.rules(Kind::Enum).is_none()
                && let Some(first) = seen.insert(id.clone(), span.clone())
            {
                reading.duplicate(&format!("{id}"), &first, span);
            }
            reading.types.insert(reading.engine, &Arc::new(found));
        }
    }
}

/// Takes in the names of types other than enums, so that whatever is made of one can be read before it is. What is wrong with
/// a type is told when it is read itself.
fn name_types(reading: &mut Reading<'_>, documents: &[Document]) {
    let quiet = Report::default();
    for document in documents {
        for node in &document.nodes {
            let Some((word, kind)) = TYPES.iter().find(|(word, _)| *word == node.name.text) else {
                continue;
            };
            if applies(&quiet, &document.source, node, reading.dialect()).is_none() {
                continue;
            }
            let mut fields = Fields::new(&quiet, &document.source, reading.dialect(), node);
            let name = fields.name(word);
            let schema = fields.text("schema");
            let several = fields.text("multirange");
            if let Some(name) = name {
                let name = reading.qname(name.text, schema.as_ref().map(|schema| schema.text));
                let several = several.map(|several| name.sibling(reading.engine.ident(several.text)));
                let id = ObjectId::qualified(*kind, name);
                reading.types.insert_other(reading.engine, &id, several.as_ref());
            }
        }
    }
}

/// Takes in the names of schemas and of what else may be meant where a name of the engine's own can stand.
fn name_others(reading: &mut Reading<'_>, documents: &[Document]) {
    let quiet = Report::default();
    reading.engine_names.add_schemas(reading.engine.default_schema());
    reading.engine_names.add_schemas(reading.beside.schemas.clone());
    for id in &reading.beside.named {
        reading.engine_names.insert(reading.engine, id);
    }
    for document in documents {
        for node in &document.nodes {
            let word = node.name.text.as_str();
            let named = NAMED.iter().find(|(known, _)| *known == word);
            let is_there = || applies(&quiet, &document.source, node, reading.dialect()).is_some();
            if !(word == SCHEMA || named.is_some()) || !is_there() {
                continue;
            }
            let mut fields = Fields::new(&quiet, &document.source, reading.dialect(), node);
            let Some(name) = fields.name(word) else {
                continue;
            };
            let Some((_, kind)) = named else {
                reading
                    .engine_names
                    .add_schemas([reading.engine.ident(name.text)]);
                continue;
            };
            let schema = fields.text("schema");
            let name = reading.qname(name.text, schema.as_ref().map(|schema| schema.text));
            let id = ObjectId::qualified(*kind, name);
            reading.engine_names.insert(reading.engine, &id);
        }
    }
}

fn read_nodes<'n>(reading: &Reading<'n>, documents: &'n [Document], draft: &mut Draft<'n>) {
    for document in documents {
        for node in document.nodes.iter().filter(|node| node.name.text != ENUM) {
            let name = &node.name.text;
            let Some((_, read)) = NODES.iter().find(|(known, _)| known == name) else {
                let span = Span::new(&document.source, node.name.range.clone());
                if let Some((message, help)) = undeclarable::why(name) {
                    reading.report.error_with(UNKNOWN_NODE, span, message, help);
                    continue;
                }
                let known = || NODES.iter().map(|(known, _)| *known).chain([ENUM]);
                let help = did_you_mean(name, known())
                    .unwrap_or_else(|| format!("known nodes: {}", known().collect::<Vec<_>>().join(", ")));
                reading
                    .report
                    .error_with(UNKNOWN_NODE, span, format!("unknown node `{name}`"), help);
                continue;
            };
            let limit = applies(reading.report, &document.source, node, reading.dialect());
            if limit.is_some() {
                let fields = Fields::new(reading.report, &document.source, reading.dialect(), node);
                read(reading, fields, draft);
            }
        }
    }
}

/// What is put together from a draft.
struct Assembly<'r, 'n> {
    reading: &'r Reading<'n>,
    catalog: Catalog,
    sources: SourceMap,
}

fn assemble<'n>(reading: &Reading<'n>, mut draft: Draft<'n>) -> Declared {
    let rows = resolve::rows(reading, &draft);
    let mut assembly = Assembly {
        reading,
        catalog: Catalog::with_capacity(draft.len()),
        sources: SourceMap::with_capacity(draft.len()),
    };
    let mut taken = taken_names(&draft);
    draft.placed.sort_by_key(|placed| placed.id.kind);
    let placed = std::mem::take(&mut draft.placed);
    assembly.place_all(placed);
    let tables = std::mem::take(&mut draft.tables);
    assembly.tables(tables, &mut taken, &mut draft);
    let views = std::mem::take(&mut draft.views);
    assembly.place_all(views);
    let materialized = std::mem::take(&mut draft.materialized);
    assembly.materialized(materialized, &mut taken, &mut draft);
    let members = std::mem::take(&mut draft.later_members);
    assembly.place_all(members);
    let sayings = std::mem::take(&mut draft.sayings);
    assembly.place_all(sayings);
    assembly.comments(&mut draft);
    assembly.place_all(rows);
    assembly.check_schemas();
    assembly.check_namespaces();
    assembly.check_grants();
    assembly.depends_on(&draft);
    assembly.renames(&mut draft);
    mentions::add_edges(&mut assembly.catalog);
    let grants = assembly.catalog.of_kind::<Grants>().next().is_some();
    Declared {
        manages_grants: grants || draft.manages_grants,
        catalog: assembly.catalog,
        intents: draft.intents,
        sources: assembly.sources,
        allowances: draft.allowances,
        warnings: Vec::new(),
    }
}

/// Every name that is given, so that unnamed constraints and indexes keep out of their way.
fn taken_names(draft: &Draft<'_>) -> Taken {
    let mut taken = Taken::default();
    for placed in draft.placed.iter().chain(&draft.views) {
        if let (Kind::Sequence | Kind::View, Some(name)) = (placed.id.kind, placed.id.name()) {
            taken.insert(placed.id.schema(), name);
        }
    }
    let tables = draft.tables.iter().map(|table| (&table.name, &table.members));
    let views = draft.materialized.iter().map(|view| (&view.name, &view.indexes));
    for (relation, members) in tables.chain(views) {
        taken.insert(relation.schema.as_ref(), &relation.name);
        for member in members {
            if let (true, Some(name)) = (member.kind.has_cosmetic_name(), &member.given) {
                taken.insert(relation.schema.as_ref(), name);
            }
        }
    }
    taken
}

impl Assembly<'_, '_> {
    /// What an owner may do needs no grant: the engine would keep none, and the next plan would grant it again.
    fn check_grants(&self) {
        for (id, grants) in self.catalog.of_kind::<Grants>() {
            let Some(target) = id.target() else { continue };
            let owner = |of: &ObjectId| {
                self.catalog
                    .payload::<Owner>(&ObjectId::on(Kind::Owner, of.clone()))
            };
            let owner = owner(target).or_else(|| owner(&self.catalog.parent(target)?));
            let role = owner.map(|owner| &owner.role);
            let to_owner = |granted: &Granted| granted.role.is_some() && granted.role.as_ref() == role;
            if let (true, Some(role), Some(span)) =
                (grants.granted.iter().any(to_owner), role, self.sources.get(id))
            {
                self.reading.report.error_with(
                    CONTRADICTION,
                    span.clone(),
                    format!("`{role}` owns {target}, and is granted a right to it"),
                    "take the grant out: an owner has every right already",
                );
            }
        }
    }

    /// Puts in an object, unless there is one under its id.
    fn place(&mut self, id: ObjectId, object: Object, span: Span) {
        if self.catalog.contains(&id) {
            if let Some(first) = self.sources.get(&id) {
                self.reading.duplicate(&id.to_string(), &first.clone(), span);
            }
            return;
        }
        self.sources.insert(id.clone(), span);
        self.catalog.insert(id, object);
    }

    fn place_all(&mut self, placed: Vec<Placed>) {
        for Placed { id, object, span } in placed {
            self.place(id, object, span);
        }
    }

    fn tables(&mut self, tables: Vec<TableDraft>, taken: &mut Taken, draft: &mut Draft<'_>) {
        let reading = self.reading;
        let keys = naming::keys(reading, taken, &tables);
        for (table, keys) in tables.into_iter().zip(keys) {
            let name = table.name;
            let id = ObjectId::table(name.clone());
            self.place(id.clone(), table.table.into(), table.span);
            if let Some(of) = table.partition {
                self.place(
                    ObjectId::on(Kind::Partition, id.clone()),
                    of.partition.into(),
                    of.span,
                );
            }
            if let Some(RowTypeDraft { of, span }) = table.row_type {
                self.place(
                    ObjectId::on(Kind::RowType, id.clone()),
                    RowType { of }.into(),
                    span,
                );
            }
            if let Some(inherits) = table.inherits {
                self.inheritance(id, inherits, table.members.iter().zip(&keys));
            }
            for column in table.columns {
                let id = ObjectId::column(&name, column.name);
                draft.say(&id, column.extras, |was| {
                    ObjectId::column(&name, reading.engine.ident(was))
                });
                if let Some(using) = column.using {
                    draft.intents.using.insert(id.clone(), using);
                }
                if let Some(backfill) = column.backfill {
                    draft.intents.backfill.insert(id.clone(), backfill);
                }
                draft.sayings.extend(column.granted);
                self.place(id, column.column.into(), column.span);
            }
            self.members(&name, table.members.into_iter().zip(keys), draft);
        }
    }

    /// What a table inherits, and what of its columns and checks it states itself.
    fn inheritance<'m>(
        &mut self,
        table: ObjectId,
        inherits: InheritanceDraft,
        members: impl Iterator<Item = (&'m MemberDraft, &'m Key)>,
    ) {
        let checks = members.filter(|(member, _)| member.kind == Kind::Check && member.inherits.is_none());
        let checks = checks.filter_map(|(_, key)| match key {
            Key::Named(name) => Some((Kind::Check, name.clone())),
            Key::Structural(_) => None,
        });
        let columns = inherits.own.into_iter().map(|name| (Kind::Column, name));
        let own = Incidental(columns.chain(checks).collect());
        let Some((_, span)) = inherits.parents.first().cloned() else {
            return;
        };
        let parents = inherits.parents.into_iter().map(|(parent, _)| parent).collect();
        self.place(
            ObjectId::on(Kind::Inheritance, table),
            Inheritance { parents, own }.into(),
            span,
        );
    }

    /// Constraints, indexes and triggers of a relation.
    fn members(
        &mut self,
        relation: &QName,
        members: impl Iterator<Item = (MemberDraft, Key)>,
        draft: &mut Draft<'_>,
    ) {
        let reading = self.reading;
        for (member, key) in members {
            let id = ObjectId {
                kind: member.kind,
                path: Path::Member(relation.clone(), key),
            };
            // Declared by the partition itself, under the name that it would have anyway.
            if member.inherits.is_some() && self.catalog.contains(&id) {
                continue;
            }
            draft.say(&id, member.extras, |was| {
                ObjectId::member(member.kind, relation, reading.engine.ident(was))
            });
            self.place(id, member.object, member.span);
        }
    }

    fn materialized(&mut self, views: Vec<MaterializedDraft>, taken: &mut Taken, draft: &mut Draft<'_>) {
        let reading = self.reading;
        for view in views {
            let keys: Vec<Key> = view
                .indexes
                .iter()
                .map(|index| naming::key(reading, taken, &view.name, index))
                .collect();
            let id = ObjectId::qualified(Kind::MaterializedView, view.name.clone());
            self.place(id, view.view.into(), view.span);
            self.members(&view.name, view.indexes.into_iter().zip(keys), draft);
        }
    }

    fn comments(&mut self, draft: &mut Draft<'_>) {
        let comments = std::mem::take(&mut draft.comments);
        if self.reading.engine.rules(Kind::Comment).is_some() {
            for (target, text, span) in comments {
                self.place(ObjectId::on(Kind::Comment, target), Comment { text }.into(), span);
            }
        } else if !comments.is_empty() {
            let message = format!(
                "{} keeps no comments: the {} declared are left out",
                self.reading.engine.title(),
                comments.len()
            );
            self.reading.report.add(Diagnostic::note(ENGINE, message));
        }
    }

    /// Warns of objects in schemas that are not declared.
    fn check_schemas(&self) {
        let default = self.reading.engine.default_schema();
        let mut warned = Vec::new();
        for (id, _) in self.catalog.iter() {
            let Some(schema) = id.schema() else { continue };
            let declared = Some(schema) == default.as_ref()
                || self.reading.beside.schemas.contains(schema)
                || self
                    .catalog
                    .contains(&ObjectId::global(Kind::Schema, schema.clone()));
            if !declared && !warned.contains(schema) {
                warned.push(schema.clone());
                self.reading.report.add(
                    Diagnostic::warning(UNKNOWN_NAME, format!("schema `{schema}` is not declared"))
                        .at_opt(self.sources.get(id).cloned())
                        .help(format!("declare it: `schema {schema}`")),
                );
            }
        }
    }

    fn check_namespaces(&self) {
        let named: Vec<(&ObjectId, &Span)> = self
            .catalog
            .iter()
            .filter_map(|(id, _)| self.sources.get(id).map(|span| (id, span)))
            .collect();
        resolve::namespaces(self.reading, &named);
    }

    /// Looks up what `depends-on` names: `table users`, or any object labelled so.
    fn depends_on(&mut self, draft: &Draft<'_>) {
        if draft.depends_on.is_empty() {
            return;
        }
        let mut labels: HashMap<String, ObjectId> = HashMap::new();
        for (id, _) in self.catalog.iter() {
            labels.insert(id.to_string(), id.clone());
            labels.entry(id.label()).or_insert_with(|| id.clone());
            if let Path::Routine(name, _) = &id.path {
                labels.entry(name.to_string()).or_insert_with(|| id.clone());
                labels
                    .entry(format!("function {name}"))
                    .or_insert_with(|| id.clone());
            }
        }
        for (id, text, span) in &draft.depends_on {
            match labels.get(text) {
                Some(target) => self.catalog.add_edge(id.clone(), target.clone()),
                None => {
                    let mut diagnostic = Diagnostic::error(
                        UNKNOWN_NAME,
                        format!("{id} depends on `{text}`, which is not declared"),
                    )
                    .at(span.clone());
                    diagnostic.help = did_you_mean(text, labels.keys().map(String::as_str));
                    self.reading.report.add(diagnostic);
                }
            }
        }
    }

    /// Checks renames and puts them in order: a table before its columns.
    fn renames(&self, draft: &mut Draft<'_>) {
        let mut renames = std::mem::take(&mut draft.renames);
        let order = |kind: Kind| RENAMED.iter().position(|known| *known == kind);
        renames.sort_by_key(|(intent, _)| order(intent.to.kind));
        let mut olds: HashMap<ObjectId, Span> = HashMap::new();
        for (intent, span) in renames {
            let problem = if order(intent.to.kind).is_none() {
                Some(format!(
                    "{} cannot be renamed: `was` means nothing here",
                    intent.to
                ))
            } else if intent.from == intent.to {
                Some(format!(
                    "{} was never called anything else: `was` is its own name",
                    intent.to
                ))
            } else if self.catalog.has(&intent.from) {
                Some(format!(
                    "{} is declared too: it cannot be the former name of {}",
                    intent.from, intent.to
                ))
            } else {
                olds.insert(intent.from.clone(), span.clone())
                    .map(|_| format!("{} is the former name of two objects", intent.from))
            };
            match problem {
                Some(problem) => self
                    .reading
                    .report
                    .error_with(RENAME, span, problem, "take out `was=`"),
                // Where the engine has no rename, what holds no rows is dropped and made under its new name.
                None if !self
                    .reading
                    .engine
                    .rules(intent.to.kind)
                    .is_some_and(KindRules::renames) => {}
                None => draft.intents.renames.push(intent),
            }
        }
    }
}
