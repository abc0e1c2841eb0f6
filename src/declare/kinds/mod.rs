//! Reading and writing each kind of object, side by side.

mod aggregate;
mod allow;
mod cast;
mod check;
mod collation;
mod column;
mod composite;
mod copy;
mod default_privileges;
mod domain;
mod enum_type;
mod event_trigger;
mod exclusion;
mod extension;
mod foreign;
mod foreign_key;
mod foreign_table;
mod function;
mod grants;
mod index;
mod inheritance;
mod materialized_view;
mod member;
mod operator;
mod operator_class;
mod options;
mod owner;
mod partition;
mod policy;
mod primary_key;
mod publication;
mod range_type;
mod row_type;
mod rows;
mod rule;
mod schema;
mod sequence;
mod statistics;
mod storage;
mod table;
mod text_search;
mod trigger;
mod unique;
mod view;

use crate::catalog::{Kind, Object, ObjectId};

use super::fields::Fields;
use super::reading::{Draft, Reading};
use super::text::Line;
use super::write::Writing;

pub(super) use check::names as check_names;
pub(super) use column::ColumnDraft;
pub(super) use enum_type::{EnumDraft, read as read_enum};
pub(super) use grants::write as write_grants;
pub(super) use index::names as index_names;
pub(super) use inheritance::{InheritanceDraft, write as write_inheritance};
pub(super) use member::{Inherits, MemberDraft, Names};
pub(super) use owner::write as write_owner;
pub(super) use partition::{PartitionDraft, write as write_partition};
pub(super) use row_type::{RowTypeDraft, write as write_row_type};
pub(super) use rows::{RowsDraft, report_key, resolve as resolve_rows};

/// Reads a node of a kind into the draft.
type Read = for<'n> fn(&Reading<'n>, Fields<'n>, &mut Draft<'n>);

/// The node of enums, which are read before all others.
pub(super) const ENUM: &str = "enum";

/// The node of domains, whose names are known before any other node is read.
pub(super) const DOMAIN: &str = "domain";

/// The nodes of types other than enums, by the kind of the type.
pub(super) const TYPES: &[(&str, Kind)] = &[
    (DOMAIN, Kind::Domain),
    ("composite", Kind::Composite),
    ("range", Kind::Range),
];

/// The nodes of what the engine brings many of, by their kind: their names are known before any other node is read.
pub(super) const NAMED: &[(&str, Kind)] = &[
    (COLLATION, Kind::Collation),
    (DICTIONARY, Kind::TextSearchDictionary),
    (CONFIGURATION, Kind::TextSearchConfiguration),
    (OPERATOR, Kind::Operator),
    (FAMILY, Kind::OperatorFamily),
];

const COLLATION: &str = "collation";
const DICTIONARY: &str = "text-search-dictionary";
const CONFIGURATION: &str = "text-search-configuration";
const OPERATOR: &str = "operator";
const FAMILY: &str = "operator-family";

/// The node of schemas, whose names are, too.
pub(super) const SCHEMA: &str = "schema";

/// The other nodes that may stand in a file, and their readers.
pub(super) const NODES: &[(&str, Read)] = &[
    (SCHEMA, schema::read),
    ("extension", extension::read),
    (COLLATION, collation::read),
    (DICTIONARY, text_search::read_dictionary),
    (CONFIGURATION, text_search::read_configuration),
    (DOMAIN, domain::read),
    ("composite", composite::read),
    ("range", range_type::read),
    ("sequence", sequence::read),
    ("function", function::read),
    ("procedure", function::read_procedure),
    ("aggregate", aggregate::read),
    ("event-trigger", event_trigger::read),
    ("cast", cast::read),
    (OPERATOR, operator::read),
    (FAMILY, operator_class::read_family),
    ("operator-class", operator_class::read_class),
    ("foreign-data-wrapper", foreign::read_wrapper),
    ("foreign-server", foreign::read_server),
    ("table", table::read),
    ("foreign-table", foreign_table::read),
    ("view", view::read),
    ("publication", publication::read),
    ("materialized-view", materialized_view::read),
    ("default-privileges", default_privileges::read),
    ("rows", rows::read),
    ("grants", grants::read_all),
    ("allow", allow::read),
];

/// Writes an object without its comment and its members. Comments, owners, grants, row security and storage are written
/// with what they are said about.
pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, object: &Object) -> Option<Line> {
    Some(match object {
        Object::Schema(_) => writing.named("schema", id),
        Object::Extension(extension) => extension::write(writing, id, extension),
        Object::Collation(collation) => collation::write(writing, id, collation),
        Object::TextSearchDictionary(dictionary) => text_search::write_dictionary(writing, id, dictionary),
        Object::TextSearchConfiguration(configuration) => {
            text_search::write_configuration(writing, id, configuration)
        }
        Object::EnumType(enum_type) => enum_type::write(writing, id, enum_type),
        Object::Domain(domain) => domain::write(writing, id, domain),
        Object::CompositeType(composite) => composite::write(writing, id, composite),
        Object::RangeType(range) => range_type::write(writing, id, range),
        Object::Sequence(sequence) => sequence::write(writing, id, sequence),
        Object::Function(function) => function::write(writing, id, function),
        Object::Aggregate(aggregate) => aggregate::write(writing, id, aggregate),
        Object::EventTrigger(trigger) => event_trigger::write(writing, id, trigger),
        Object::Table(table) => table::write(writing, id, table),
        Object::Column(column) => column::write(writing, id, column),
        Object::PrimaryKey(key) => primary_key::write(writing, id, key),
        Object::Unique(unique) => unique::write(writing, id, unique),
        Object::Check(check) => check::write(writing, id, check),
        Object::ForeignKey(key) => foreign_key::write(writing, id, key),
        Object::Exclusion(exclusion) => exclusion::write(writing, id, exclusion),
        Object::Index(index) => index::write(writing, id, index),
        Object::View(view) => view::write(writing, id, view),
        Object::MaterializedView(view) => materialized_view::write(writing, id, view),
        Object::Trigger(trigger) => trigger::write(writing, id, trigger),
        Object::Policy(policy) => policy::write(writing, id, policy),
        Object::Rule(rule) => rule::write(writing, id, rule),
        Object::Statistics(statistics) => statistics::write(id, statistics),
        Object::DefaultPrivileges(privileges) => default_privileges::write(id, privileges),
        Object::Cast(cast) => cast::write(writing, cast),
        Object::Operator(operator) => operator::write(writing, id, operator),
        Object::OperatorFamily(family) => operator_class::write_family(writing, id, family),
        Object::OperatorClass(class) => operator_class::write_class(writing, id, class),
        Object::ForeignDataWrapper(wrapper) => foreign::write_wrapper(writing, id, wrapper),
        Object::ForeignServer(server) => foreign::write_server(writing, id, server),
        Object::Publication(publication) => publication::write(writing, id, publication),
        Object::Rows(rows) => rows::write(writing, id, rows),
        // Said within what it is said about.
        Object::Comment(_)
        | Object::Partition(_)
        | Object::Inheritance(_)
        | Object::RowType(_)
        | Object::PublishedTable(_)
        | Object::RowSecurity(_)
        | Object::Storage(_)
        | Object::Owner(_)
        | Object::Grants(_) => return None,
    })
}

/// The kinds whose objects may have had another name (`was=`), in the order in which renames are carried out.
pub(super) const RENAMED: &[Kind] = &[
    Kind::Schema,
    Kind::Collation,
    Kind::TextSearchDictionary,
    Kind::TextSearchConfiguration,
    Kind::Enum,
    Kind::Domain,
    Kind::Composite,
    Kind::Range,
    Kind::Sequence,
    Kind::Function,
    Kind::Aggregate,
    Kind::OperatorFamily,
    Kind::OperatorClass,
    Kind::Table,
    Kind::View,
    Kind::MaterializedView,
    Kind::Column,
    Kind::PrimaryKey,
    Kind::Unique,
    Kind::Check,
    Kind::ForeignKey,
    Kind::Exclusion,
    Kind::Index,
    Kind::Trigger,
    Kind::Policy,
    Kind::Rule,
    Kind::Statistics,
    Kind::Publication,
    Kind::ForeignDataWrapper,
    Kind::ForeignServer,
    Kind::EventTrigger,
];
