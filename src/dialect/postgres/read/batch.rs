//! Sending the queries and taking their rows: [`Part`], [`Cells`], [`Raw`].
//!
//! All queries go out as one text and come back as one stream of rows in text form, so the number of round trips does
//! not grow with their number, and rows are decoded while the server works on the next ones.

use std::collections::{HashMap, HashSet};
use std::str::FromStr;
use std::sync::Arc;

use futures_util::TryStreamExt as _;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{Either, Executor as _, Row as _};

use crate::catalog::Ident;
use crate::catalog::kinds::{Aggregate, Bound, Extension, Function, Storage};
use crate::dialect::EngineError;
use crate::dialect::session::EngineErrorKind;

use super::super::session::{explain, raw};
use super::super::unmodelled::Strange;
use super::casts::CastRow;
use super::collations::{self, CollationRow};
use super::columns::{Attribute, DefaultValue};
use super::comments::CommentRow;
use super::compounds::{CompositeRow, RangeRow};
use super::constraints::Constraint;
use super::default_privileges::DefaultRow;
use super::depends::Dependency;
use super::foreign::{OptionsRow, ServerRow, TableRow, WrapperRow};
use super::functions::Routine;
use super::grants::GrantRow;
use super::indexes::IndexRow;
use super::operators::{FamilyRow, MemberRow, OperatorRow};
use super::partitions::KeyRow;
use super::policies::PolicyRow;
use super::publications::{PublicationRow, PublishedRow};
use super::relations::{Relation, ViewRow};
use super::rules::RuleRow;
use super::sequences::SequenceRow;
use super::statistics::StatisticsRow;
use super::text_search::{ConfigurationRow, DictionaryRow};
use super::triggers::{EventTriggerRow, TriggerRow};
use super::types::{DomainRow, EnumRow};

/// One query, and what becomes of each of its rows.
pub(in super::super) struct Part {
    /// What it reads, for errors.
    pub(in super::super) what: &'static str,
    /// Its text.
    pub(in super::super) sql: String,
    /// Takes one row.
    pub(in super::super) take: fn(&mut Raw, &Cells<'_>) -> Result<(), EngineError>,
}

/// The rows of all queries.
#[derive(Default)]
pub(in super::super) struct Raw {
    names: Names,
    pub(in super::super) schemas: HashMap<u32, Ident>,
    pub(super) relations: Vec<Relation>,
    /// Children and their parents; partitions too.
    pub(super) inherits: Vec<(u32, u32)>,
    /// Children that are neither attached nor detached.
    pub(super) detaching: HashSet<u32>,
    pub(super) partition_keys: HashMap<u32, KeyRow>,
    pub(super) bounds: HashMap<u32, Bound>,
    pub(super) views: Vec<ViewRow>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) defaults: Vec<DefaultValue>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) indexes: Vec<IndexRow>,
    pub(super) index_expressions: HashMap<(u32, i16), Arc<str>>,
    pub(super) opclasses: HashMap<u32, Arc<str>>,
    pub(super) collations: HashMap<u32, collations::Named>,
    pub(super) made_collations: Vec<CollationRow>,
    pub(super) dictionaries: Vec<DictionaryRow>,
    pub(super) configurations: Vec<ConfigurationRow>,
    pub(super) enums: Vec<EnumRow>,
    pub(super) domains: Vec<DomainRow>,
    pub(super) composites: Vec<CompositeRow>,
    pub(super) ranges: Vec<RangeRow>,
    pub(super) extensions: Vec<(u32, Ident, Extension)>,
    pub(super) sequences: Vec<SequenceRow>,
    pub(super) routines: Vec<Routine<Function>>,
    pub(super) aggregates: Vec<Routine<Aggregate>>,
    pub(super) triggers: Vec<TriggerRow>,
    pub(super) policies: Vec<PolicyRow>,
    pub(super) rules: Vec<RuleRow>,
    pub(super) foreign_tables: HashMap<u32, TableRow>,
    /// Options of columns of foreign tables, and the names of those that are secret.
    pub(super) column_options: HashMap<(u32, i16), OptionsRow>,
    pub(super) casts: Vec<CastRow>,
    pub(super) operators: Vec<OperatorRow>,
    /// Operator families and classes.
    pub(super) families: Vec<FamilyRow>,
    pub(super) family_members: Vec<MemberRow>,
    pub(super) wrappers: Vec<WrapperRow>,
    pub(super) servers: Vec<ServerRow>,
    pub(super) publications: Vec<PublicationRow>,
    pub(super) published: Vec<PublishedRow>,
    pub(super) statistics: Vec<StatisticsRow>,
    pub(super) storage: HashMap<u32, Storage>,
    pub(super) column_storage: HashMap<(u32, i16), Storage>,
    /// The operator classes that have options, with these, by index and place.
    pub(super) opclass_options: HashMap<(u32, i16), Arc<str>>,
    pub(super) event_triggers: Vec<EventTriggerRow>,
    pub(super) grants: Vec<GrantRow>,
    pub(super) default_privileges: Vec<DefaultRow>,
    pub(super) comments: Vec<CommentRow>,
    pub(super) dependencies: Vec<Dependency>,
    /// Objects of kinds that are not modelled.
    pub(in super::super) strange: Vec<Strange>,
}

impl Raw {
    /// The name, stored once however often it is read.
    pub(super) fn ident(&mut self, text: &str) -> Ident {
        self.names.ident(text)
    }

    /// Adds the rows of other queries.
    pub(super) fn absorb(&mut self, other: Self) {
        self.schemas.extend(other.schemas);
        self.relations.extend(other.relations);
        self.inherits.extend(other.inherits);
        self.detaching.extend(other.detaching);
        self.partition_keys.extend(other.partition_keys);
        self.bounds.extend(other.bounds);
        self.views.extend(other.views);
        self.attributes.extend(other.attributes);
        self.defaults.extend(other.defaults);
        self.constraints.extend(other.constraints);
        self.indexes.extend(other.indexes);
        self.index_expressions.extend(other.index_expressions);
        self.opclasses.extend(other.opclasses);
        self.collations.extend(other.collations);
        self.made_collations.extend(other.made_collations);
        self.dictionaries.extend(other.dictionaries);
        self.configurations.extend(other.configurations);
        self.enums.extend(other.enums);
        self.domains.extend(other.domains);
        self.composites.extend(other.composites);
        self.ranges.extend(other.ranges);
        self.extensions.extend(other.extensions);
        self.sequences.extend(other.sequences);
        self.routines.extend(other.routines);
        self.aggregates.extend(other.aggregates);
        self.triggers.extend(other.triggers);
        self.policies.extend(other.policies);
        self.rules.extend(other.rules);
        self.foreign_tables.extend(other.foreign_tables);
        self.column_options.extend(other.column_options);
        self.casts.extend(other.casts);
        self.operators.extend(other.operators);
        self.families.extend(other.families);
        self.family_members.extend(other.family_members);
        self.wrappers.extend(other.wrappers);
        self.servers.extend(other.servers);
        self.publications.extend(other.publications);
        self.published.extend(other.published);
        self.statistics.extend(other.statistics);
        self.storage.extend(other.storage);
        self.column_storage.extend(other.column_storage);
        self.opclass_options.extend(other.opclass_options);
        self.event_triggers.extend(other.event_triggers);
        self.grants.extend(other.grants);
        self.default_privileges.extend(other.default_privileges);
        self.comments.extend(other.comments);
        self.dependencies.extend(other.dependencies);
        self.strange.extend(other.strange);
    }

    /// The text, stored once however often it is read.
    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        self.names.text(text)
    }
}

/// Every name once.
#[derive(Default)]
struct Names {
    idents: HashMap<Box<str>, Ident>,
    texts: HashMap<Box<str>, Arc<str>>,
}

impl Names {
    fn ident(&mut self, text: &str) -> Ident {
        if let Some(ident) = self.idents.get(text) {
            return ident.clone();
        }
        let ident = Ident::exact(text);
        self.idents.insert(text.into(), ident.clone());
        ident
    }

    fn text(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.texts.get(text) {
            return Arc::clone(known);
        }
        let made: Arc<str> = Arc::from(text);
        self.texts.insert(text.into(), Arc::clone(&made));
        made
    }
}

/// The cells of one row.
pub(in super::super) struct Cells<'a> {
    row: &'a PgRow,
    what: &'static str,
}

impl<'a> Cells<'a> {
    /// The text of a cell; `None` for NULL.
    pub(in super::super) fn opt(&self, at: usize) -> Result<Option<&'a str>, EngineError> {
        let value = self
            .row
            .try_get_raw(at)
            .map_err(|error| self.broken(at, &error))?;
        if sqlx::ValueRef::is_null(&value) {
            return Ok(None);
        }
        value.as_str().map(Some).map_err(|error| self.broken(at, &error))
    }

    /// The text of a cell that is never NULL.
    pub(in super::super) fn text(&self, at: usize) -> Result<&'a str, EngineError> {
        self.opt(at)?.ok_or_else(|| self.broken(at, &"it is NULL"))
    }

    /// A number, NULL being zero.
    pub(in super::super) fn number<T: FromStr + Default>(&self, at: usize) -> Result<T, EngineError> {
        match self.opt(at)? {
            None => Ok(T::default()),
            Some(text) => text
                .parse()
                .map_err(|_| self.broken(at, &format_args!("`{text}` is not a number of its size"))),
        }
    }

    /// A truth value, NULL being false.
    pub(in super::super) fn flag(&self, at: usize) -> Result<bool, EngineError> {
        Ok(self.opt(at)? == Some("t"))
    }

    /// A `"char"`; zero when empty or NULL.
    pub(in super::super) fn letter(&self, at: usize) -> Result<u8, EngineError> {
        Ok(self
            .opt(at)?
            .and_then(|text| text.bytes().next())
            .unwrap_or_default())
    }

    /// The numbers of a vector (`1 2`) or an array (`{1,2}`); empty for NULL.
    pub(in super::super) fn numbers<T: FromStr>(&self, at: usize) -> Result<Vec<T>, EngineError> {
        let text = self.opt(at)?.unwrap_or_default();
        text.split([' ', ',', '{', '}'])
            .filter(|part| !part.is_empty())
            .map(|part| {
                part.parse()
                    .map_err(|_| self.broken(at, &format_args!("`{part}` is not a number of its size")))
            })
            .collect()
    }

    fn broken(&self, at: usize, reason: &dyn std::fmt::Display) -> EngineError {
        let message = format!("cell {at} of a row about {} cannot be read: {reason}", self.what);
        EngineError::new(EngineErrorKind::Catalog, message)
    }
}

/// Runs all parts in one round trip.
pub(super) async fn run(connection: &mut PgConnection, parts: &[Part]) -> Result<Raw, EngineError> {
    let mut into = Raw::default();
    let texts: Vec<&str> = parts.iter().map(|part| part.sql.as_str()).collect();
    let sql = texts.join(";\n");
    let mut stream = connection.fetch_many(raw(&sql));
    let mut at = 0;
    while let Some(part) = parts.get(at) {
        let told = |error| explain(error, Some(&part.sql));
        match stream.try_next().await.map_err(told)? {
            Some(Either::Right(row)) => (part.take)(
                &mut into,
                &Cells {
                    row: &row,
                    what: part.what,
                },
            )?,
            Some(Either::Left(_)) => at += 1,
            None => break,
        }
    }
    // The rest of the answer says that the server is ready for the next query.
    while stream
        .try_next()
        .await
        .map_err(|error| explain(error, None))?
        .is_some()
    {}
    Ok(into)
}
