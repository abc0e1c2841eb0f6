//! What every reader of a kind has at hand ([`Reading`]) and fills ([`Draft`]).

use std::sync::Arc;

use crate::catalog::kinds::{MaterializedView, Table};
use crate::catalog::{EngineName, Ident, Kind, Object, ObjectId, QName};
use crate::diagnostic::Span;
use crate::dialect::{Dialect, Engine, Server, qualify};
use crate::diff::{Intents, RenameIntent};

use super::engine_names::EngineNames;
use super::fields::{Extras, Fields, Text, article};
use super::kinds::{ColumnDraft, InheritanceDraft, MemberDraft, PartitionDraft, RowTypeDraft, RowsDraft};
use super::report::{DUPLICATE, ENGINE, NAME, Report};
use super::types::Types;
use super::{Allowance, Beside, Naming};

/// What a reader looks at.
pub(super) struct Reading<'n> {
    /// The server the declarations are meant for.
    pub server: &'n Server,
    /// Its engine.
    pub engine: &'static dyn Engine,
    /// How unnamed objects are named.
    pub naming: &'n Naming,
    /// What else is there.
    pub beside: &'n Beside,
    /// Where findings go.
    pub report: &'n Report,
    /// The declared enums and domains.
    pub types: Types,
    /// The declared collations, text search dictionaries and configurations.
    pub engine_names: EngineNames,
}

/// An object that stands for itself.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    /// Its identity.
    pub id: ObjectId,
    /// What it is.
    pub object: Object,
    /// Where it stands.
    pub span: Span,
}

/// A table with what belongs to it, before names are given and references followed.
#[derive(Debug)]
pub(super) struct TableDraft {
    /// Its name.
    pub name: QName,
    /// The table itself.
    pub table: Table,
    /// Where it stands.
    pub span: Span,
    /// Its columns in order.
    pub columns: Vec<ColumnDraft>,
    /// Its constraints, indexes and triggers.
    pub members: Vec<MemberDraft>,
    /// What it is a part of.
    pub partition: Option<PartitionDraft>,
    /// What it inherits.
    pub inherits: Option<InheritanceDraft>,
    /// The composite type that it is made of.
    pub row_type: Option<RowTypeDraft>,
}

impl TableDraft {
    /// The column of this name.
    pub(super) fn column(&self, name: &Ident) -> Option<&ColumnDraft> {
        self.columns.iter().find(|column| column.name == *name)
    }
}

/// A materialized view with its indexes, before they are given names.
#[derive(Debug)]
pub(super) struct MaterializedDraft {
    /// Its name.
    pub name: QName,
    /// The view itself.
    pub view: MaterializedView,
    /// Where it stands.
    pub span: Span,
    /// Its indexes.
    pub indexes: Vec<MemberDraft>,
}

/// Everything read so far.
#[derive(Default)]
pub(super) struct Draft<'n> {
    /// Objects that stand for themselves, views excepted.
    pub placed: Vec<Placed>,
    /// Views, which come after tables.
    pub views: Vec<Placed>,
    /// Materialized views, which may read views and be read by them.
    pub materialized: Vec<MaterializedDraft>,
    /// What belongs to views, and what belongs to relations under a name in a schema.
    pub later_members: Vec<Placed>,
    /// What is said about other objects than in a comment, to be placed after them.
    pub sayings: Vec<Placed>,
    /// Tables.
    pub tables: Vec<TableDraft>,
    /// Reference data, to be read when all tables are known.
    pub rows: Vec<RowsDraft<'n>>,
    /// Comments by what they are said about.
    pub comments: Vec<(ObjectId, Arc<str>, Span)>,
    /// `depends-on`, to be looked up when everything is known.
    pub depends_on: Vec<(ObjectId, String, Span)>,
    /// `was=`, to be ordered and checked.
    pub renames: Vec<(RenameIntent, Span)>,
    /// The other intents.
    pub intents: Intents,
    /// `allow`: lints that are not to be heeded.
    pub allowances: Vec<Allowance>,
    /// `grants`: what nobody may do by a declaration is revoked, even where no declaration gives a right.
    pub manages_grants: bool,
}

impl Draft<'_> {
    /// About how many objects it makes: comments on columns are said while tables are put in.
    pub(super) fn len(&self) -> usize {
        let members = |table: &TableDraft| {
            let comments = table
                .columns
                .iter()
                .filter(|column| column.extras.comment.is_some());
            1 + table.columns.len() + table.members.len() + comments.count()
        };
        let tables: usize = self.tables.iter().map(members).sum();
        let others = [&self.placed, &self.views, &self.later_members, &self.sayings];
        let others: usize = others.iter().map(|placed| placed.len()).sum();
        let indexes = |view: &MaterializedDraft| 1 + view.indexes.len();
        let materialized: usize = self.materialized.iter().map(indexes).sum();
        tables + others + materialized + self.rows.len() + self.comments.len()
    }

    /// Takes in what was said of `id`. `old` makes the identity of a former name.
    pub(super) fn say(&mut self, id: &ObjectId, extras: Extras, old: impl Fn(&str) -> ObjectId) {
        if let Some((text, span)) = extras.comment {
            self.comments.push((id.clone(), text, span));
        }
        for (text, span) in extras.depends_on {
            self.depends_on.push((id.clone(), text, span));
        }
        for (was, span) in extras.was {
            let intent = RenameIntent {
                from: old(&was),
                to: id.clone(),
            };
            self.renames.push((intent, span));
        }
        for (object, span) in extras.said {
            let id = ObjectId::on(object.kind(), id.clone());
            self.sayings.push(Placed { id, object, span });
        }
        for allowed in extras.allowed {
            self.allowances.push(Allowance::new(allowed, Some(id.clone())));
        }
    }

    /// Puts in an object of the database or of a schema.
    pub(super) fn place(&mut self, id: ObjectId, object: impl Into<Object>, span: Span) {
        self.placed.push(Placed {
            id,
            object: object.into(),
            span,
        });
    }
}

impl<'n> Reading<'n> {
    /// The dialect.
    pub(super) fn dialect(&self) -> Dialect {
        self.server.dialect
    }

    /// Whether the engine has this kind; otherwise reports it.
    pub(super) fn has(&self, kind: Kind, span: Span) -> bool {
        if self.engine.rules(kind).is_some() {
            return true;
        }
        let others: Vec<&str> = Dialect::ALL
            .iter()
            .filter(|dialect| dialect.engine().rules(kind).is_some())
            .map(|dialect| dialect.name())
            .collect();
        let message = format!("{} has no {}", self.engine.title(), plural(kind));
        let help = match others.as_slice() {
            [] => "take it out".to_owned(),
            others => format!("limit it to engines that do: on=\"{}\"", others.join(" ")),
        };
        self.report.error_with(ENGINE, span, message, help);
        false
    }

    /// A name as the engine stores it, after checking that it can be one.
    pub(super) fn ident(&self, text: &Text<'_>, noun: &str) -> Ident {
        self.check_name(text.text, &text.span, noun);
        self.engine.ident(text.text)
    }

    /// Reports a name that the engine does not take.
    pub(super) fn check_name(&self, name: &str, span: &Span, noun: &str) {
        if name.is_empty() {
            self.report.error(
                NAME,
                span.clone(),
                format!("the name of {} is empty", article(noun)),
            );
        } else if name.contains('\0') {
            self.report.error(
                NAME,
                span.clone(),
                format!("the name of {} holds a NUL character", article(noun)),
            );
        }
        if let Some(limit) = self.engine.name_limit()
            && name.len() > limit
        {
            self.report.error_with(
                NAME,
                span.clone(),
                format!("the name `{name}` of {} has {} bytes", article(noun), name.len()),
                format!(
                    "{} cuts names after {limit} bytes: choose a shorter one",
                    self.engine.title()
                ),
            );
        }
    }

    /// A name in a schema: `schema=` says which, or else what stands before the first dot.
    pub(super) fn qname(&self, text: &str, schema: Option<&str>) -> QName {
        let split = match schema {
            Some(schema) => (Some(schema), text),
            None => split_schema(text),
        };
        qualify(self.dialect(), split.0, split.1)
    }

    /// Reads the name and `schema=` of a node.
    pub(super) fn read_qname(&self, fields: &mut Fields<'n>, noun: &str) -> Option<QName> {
        let name = fields.name(noun)?;
        let schema = fields.text("schema");
        let qname = self.qname(name.text, schema.as_ref().map(|schema| schema.text));
        self.check_name(qname.name.text(), &name.span, noun);
        if let Some(schema) = &qname.schema {
            self.check_name(schema.text(), &name.span, "schema");
        }
        Some(qname)
    }

    /// What the text of `collation=` means.
    pub(super) fn collation(&self, text: &str) -> EngineName {
        self.engine_name(Kind::Collation, text)
    }

    /// What a text means where something is named that the engine brings many of.
    pub(super) fn engine_name(&self, kind: Kind, text: &str) -> EngineName {
        self.engine_names.read(self.engine, kind, text)
    }

    /// Names of columns.
    pub(super) fn idents(&self, texts: &[Text<'_>]) -> Vec<Ident> {
        texts.iter().map(|text| self.engine.ident(text.text)).collect()
    }

    /// Reports two objects under one name.
    pub(super) fn duplicate(&self, what: &str, first: &Span, second: Span) {
        let (line, _) = first.line_column();
        self.report.error_with(
            DUPLICATE,
            second,
            format!("{what} is declared twice; first in {}:{line}", first.source.name),
            "take one of them out, or give it another name",
        );
    }
}

/// The schema and the name in `schema.name`; a name without a dot has no schema.
pub(super) fn split_schema(text: &str) -> (Option<&str>, &str) {
    match text.split_once('.') {
        Some((schema, name)) if !schema.is_empty() && !name.is_empty() => (Some(schema), name),
        _ => (None, text),
    }
}

fn plural(kind: Kind) -> String {
    match kind.noun() {
        index @ "index" => format!("{index}es"),
        several @ ("row security" | "grants" | "rows" | "statistics" | "default privileges") => {
            several.to_owned()
        }
        "policy" => "policies".to_owned(),
        noun => format!("{noun}s"),
    }
}
