//! SQL files beside the KDL: cut into statements, each judged by the engine's words for it, before any of them is run.
//!
//! In: sources, the server they are meant for, and what KDL declares. Out: [`SqlFile`], or every statement that cannot stand
//! there. Must not: run a statement, or understand more of it than what it is about.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

use crate::catalog::expr::mentions;
use crate::catalog::walk::{References, Walk};
use crate::catalog::{Catalog, Ident, Kind, Object, ObjectId, QName};
use crate::diagnostic::{Diagnostic, Source, Span};
use crate::dialect::{About, Fold, Server, Written};
use crate::statements::{Piece, pieces};

use super::SourceMap;
use super::kinds::NAMED;
use super::report::{STATEMENT, TWICE};

/// A SQL file, cut.
#[derive(Clone, Debug)]
pub struct SqlFile {
    /// Its statements, those that are run.
    pub statements: Vec<Statement>,
    /// What it says and is left out of account, in words: one note for all statements of one sort.
    pub notes: Vec<Diagnostic>,
}

impl SqlFile {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty() && self.notes.is_empty()
    }
}

/// A statement that is run.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Its text, without its semicolon.
    pub span: Span,
    /// What it is about, where its words tell.
    pub about: Option<About>,
    /// Whether it is run before anything else.
    pub is_first: bool,
    /// A query for the roles in it that the server does not have.
    pub missing_roles: Option<String>,
}

impl Statement {
    /// The statement.
    pub fn text(&self) -> &str {
        self.span
            .source
            .text
            .get(self.span.range.clone())
            .unwrap_or_default()
    }

    /// How it begins, for messages.
    pub fn opening(&self) -> String {
        opening(self.text())
    }

    /// Its first line.
    pub fn first_line(&self) -> Span {
        first_line(&self.span.source, &self.span.range)
    }
}

/// What SQL files make that declarations may refer to.
#[derive(Clone, Debug, Default)]
pub struct Beside {
    /// Schemas.
    pub schemas: Vec<Ident>,
    /// Tables and views.
    pub relations: Vec<QName>,
    /// Collations, text search dictionaries and configurations.
    pub named: Vec<ObjectId>,
}

impl Beside {
    /// As far as the first words of the statements tell.
    pub fn of(files: &[SqlFile]) -> Self {
        let mut beside = Self::default();
        let statements = files.iter().flat_map(|file| &file.statements);
        let about = statements.filter_map(|statement| statement.about.as_ref());
        for about in about.filter(|about| about.on.is_none()) {
            if about.kinds.contains(&Kind::Schema) {
                beside.schemas.push(about.name.clone());
                continue;
            }
            let name = QName {
                schema: about.schema.clone(),
                name: about.name.clone(),
            };
            if about.makes && about.has_rows {
                beside.relations.push(name);
            } else if let (true, [kind]) = (about.makes, about.kinds)
                && NAMED.iter().any(|(_, known)| known == kind)
            {
                beside.named.push(ObjectId::qualified(*kind, name));
            }
        }
        beside
    }
}

/// Cuts SQL files into statements; reports every one that may not be run.
pub fn read_sql(sources: &[Arc<Source>], server: &Server) -> Result<Vec<SqlFile>, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let files = sources.iter().map(|source| cut(source, server, &mut errors));
    let files: Vec<SqlFile> = files.collect();
    if errors.is_empty() { Ok(files) } else { Err(errors) }
}

fn cut(source: &Arc<Source>, server: &Server, errors: &mut Vec<Diagnostic>) -> SqlFile {
    let engine = server.engine();
    let mut statements = Vec::new();
    let mut owners: Vec<Span> = Vec::new();
    let mut refused = Refusals::default();
    for piece in pieces(&source.text, engine.lexis()) {
        let range = match piece {
            Piece::Statement { range, .. } => range,
            Piece::Client(range) => {
                errors.extend(client(source, &range));
                continue;
            }
            // The statement before them is refused.
            Piece::Rows(_) => continue,
        };
        let text = &source.text[range.clone()];
        let statement = |about, is_first, missing_roles| Statement {
            span: Span::new(source, range.clone()),
            about,
            is_first,
            missing_roles,
        };
        match engine.written(text, server) {
            Written::Run(about) => statements.push(statement(about, false, None)),
            Written::First(about) => statements.push(statement(Some(about), true, None)),
            Written::Rights(query) => statements.push(statement(None, false, Some(query))),
            Written::Owner => owners.push(first_line(source, &range)),
            Written::Idle => {}
            Written::Refused { why, help } => refused.add(source, &range, why, help),
        }
    }
    errors.extend(refused.told());
    SqlFile {
        statements,
        notes: owner_note(&owners).into_iter().collect(),
    }
}

/// The statements of a file that may not be run. A dump with its rows has one for each table, and says so once.
#[derive(Default)]
struct Refusals {
    found: Vec<(&'static str, Diagnostic, usize)>,
}

impl Refusals {
    /// How many are told one by one that are refused for the same reason.
    const EACH: usize = 3;

    fn add(&mut self, source: &Arc<Source>, range: &Range<usize>, why: &'static str, help: &'static str) {
        let alike = self.found.iter().filter(|(known, ..)| *known == why).count();
        if alike == Self::EACH {
            if let Some((_, _, more)) = self.found.iter_mut().rfind(|(known, ..)| *known == why) {
                *more += 1;
            }
            return;
        }
        let message = format!("`{}` {why}", opening(&source.text[range.clone()]));
        let problem = Diagnostic::error(STATEMENT, message).at(first_line(source, range));
        self.found.push((why, problem.help(help), 0));
    }

    fn told(self) -> impl Iterator<Item = Diagnostic> {
        self.found.into_iter().map(|(_, mut problem, more)| {
            if more > 0 {
                problem.message = format!("{} (and {more} more like it)", problem.message);
            }
            problem
        })
    }
}

/// A line for the engine's client. What keeps a client from running anything else is of no use here.
fn client(source: &Arc<Source>, range: &Range<usize>) -> Option<Diagnostic> {
    let line = &source.text[range.clone()];
    let word = line.split_whitespace().next().unwrap_or_default();
    if matches!(word, "\\restrict" | "\\unrestrict") {
        return None;
    }
    let message = format!("`{}` is a command of the client, and no SQL", opening(line));
    Some(
        Diagnostic::error(STATEMENT, message)
            .at(Span::new(source, range.clone()))
            .help("take it out; files below the schema folder are run in the order of their names, without being included"),
    )
}

fn owner_note(owners: &[Span]) -> Option<Diagnostic> {
    let first = owners.first()?;
    let message = match owners.len() {
        1 => "1 statement says whose something is: owners are not taken from SQL files".to_owned(),
        count => format!("{count} statements say whose something is: owners are not taken from SQL files"),
    };
    let note = Diagnostic::note(STATEMENT, message).at(first.clone());
    Some(note.help(
        "write `owner=` in a KDL file for what is to be owned by somebody else, and dump with --no-owner",
    ))
}

/// The beginning of a statement, on one line.
fn opening(text: &str) -> String {
    const LONGEST: usize = 60;
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let short: String = line.chars().take(LONGEST).collect();
    format!("{}…", short.trim_end())
}

fn first_line(source: &Arc<Source>, range: &Range<usize>) -> Span {
    let text = &source.text[range.clone()];
    let length = text.lines().next().unwrap_or_default().trim_end().len();
    Span::new(source, range.start..range.start + length)
}

/// What is made by a statement and declared in KDL, too: errors that name both places.
pub fn twice(files: &[SqlFile], catalog: &Catalog, sources: &SourceMap) -> Vec<Diagnostic> {
    let statements = files.iter().flat_map(|file| &file.statements);
    let twice = statements.flat_map(|statement| {
        let about = statement.about.as_ref().filter(|about| about.makes);
        let about = about.filter(|about| !is_routine(about));
        let declared = about
            .into_iter()
            .flat_map(|about| catalog.iter().filter(|(id, _)| about.is(id)));
        declared.map(|(id, _)| {
            let place = sources
                .get(id)
                .map(|span| format!(": in {span}"))
                .unwrap_or_default();
            Diagnostic::error(
                TWICE,
                format!("{id} is made here, and declared in KDL, too{place}"),
            )
            .about(id)
            .at(statement.first_line())
            .help("take one of the two out")
        })
    });
    twice.collect()
}

/// Of routines there may be several under one name.
fn is_routine(about: &About) -> bool {
    about.kinds.contains(&Kind::Function)
}

/// The declared objects that rest on what SQL files make, and what rests on those: they cannot be there before.
pub fn made(files: &[SqlFile], catalog: &Catalog, server: &Server) -> HashSet<ObjectId> {
    let statements = files.iter().flat_map(|file| &file.statements);
    let about = statements.filter(|statement| !statement.is_first);
    let about = about.filter_map(|statement| statement.about.as_ref());
    let made = about.filter(|about| about.makes && about.on.is_none());
    let names: HashMap<String, bool> = made
        .map(|about| (about.name.text().to_lowercase(), about.has_rows))
        .collect();
    let mut found = HashSet::new();
    if names.is_empty() {
        return found;
    }
    let (walk, references) = (Walk::new(catalog), References::new(catalog));
    let is_folded = |kind: Kind| {
        let rules = server.engine().rules(kind);
        kind == Kind::Column || rules.is_some_and(|rules| rules.fold() == Fold::Always)
    };
    let mut queue: Vec<ObjectId> = catalog
        .iter()
        .filter(|(id, _)| !server.engine().ignores_order(id.kind))
        .filter(|(id, object)| names_any(id, object, catalog, &names))
        .map(|(id, _)| id.clone())
        .collect();
    while let Some(id) = queue.pop() {
        // A table is made in one go, so that its columns keep their order.
        if let Some(relation) = id.relation().filter(|_| is_folded(id.kind)) {
            queue.extend(catalog.parent(&id).filter(|parent| !found.contains(parent)));
            let members = walk.members(relation).map(|(id, _)| id);
            queue.extend(
                members
                    .filter(|id| is_folded(id.kind) && !found.contains(*id))
                    .cloned(),
            );
        }
        queue.extend(
            references
                .dependents(&id)
                .iter()
                .filter(|id| !found.contains(*id))
                .cloned(),
        );
        found.insert(id);
    }
    found
}

/// Whether an object names any of these: in a query anything, in an expression what has no rows.
fn names_any(id: &ObjectId, object: &Object, catalog: &Catalog, names: &HashMap<String, bool>) -> bool {
    let queries = [
        Kind::View,
        Kind::MaterializedView,
        Kind::Function,
        Kind::Trigger,
        Kind::Policy,
    ];
    let may_query = queries.contains(&id.kind);
    let is_made = |word: &str| names.get(&word.to_lowercase()).copied();
    let mut texts = object.texts().into_iter().flat_map(mentions);
    let mut types = types(object).into_iter().flat_map(mentions);
    texts.any(|word| is_made(&word).is_some_and(|has_rows| may_query || !has_rows))
        || types.any(|word| is_made(&word).is_some())
        || object
            .references(id)
            .into_iter()
            .chain(id.target().cloned())
            .filter(|referenced| !catalog.has(referenced))
            .any(|referenced| {
                let name = referenced
                    .name()
                    .or_else(|| referenced.relation().map(|of| &of.name));
                name.is_some_and(|name| is_made(name.text()).is_some())
            })
}

/// The types that an object is made of.
fn types(object: &Object) -> Vec<&str> {
    match object {
        Object::Column(column) => vec![&column.data_type.text],
        Object::Domain(domain) => vec![&domain.base.text],
        Object::RangeType(range) => vec![&range.subtype.text],
        Object::CompositeType(composite) => {
            let attributes = composite.attributes.iter();
            attributes.map(|attribute| &*attribute.data_type.text).collect()
        }
        _ => Vec::new(),
    }
}
