//! One payload a file: what an object of each kind consists of, and what it refers to.

mod aggregate;
mod cast;
mod check;
mod collation;
mod column;
mod comment;
mod composite;
mod default_privileges;
mod domain;
mod enum_type;
mod event_trigger;
mod exclusion;
mod extension;
mod foreign;
mod foreign_key;
mod function;
mod grants;
mod index;
mod inheritance;
mod materialized_view;
mod operator;
mod operator_class;
mod owner;
mod partition;
mod policy;
mod primary_key;
mod publication;
mod range_type;
mod row_security;
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

pub use aggregate::{AGGREGATE_OPTIONS, Aggregate, AggregateAttr, AggregateOption, AggregateSort};
pub use cast::{Cast, CastAttr, CastContext, CastMethod};
pub use check::{Check, CheckAttr};
pub use collation::{Collation, CollationAttr, CollationProvider};
pub use column::{Column, ColumnAttr, Generated, Identity, NotNull};
pub use comment::{Comment, CommentAttr};
pub use composite::{Attribute, CompositeType, CompositeTypeAttr};
pub use default_privileges::{DefaultGrants, DefaultPrivileges, DefaultPrivilegesAttr, DefaultsOf};
pub use domain::{Domain, DomainAttr, DomainCheck};
pub use enum_type::{EnumType, EnumTypeAttr};
pub use event_trigger::{EventTrigger, EventTriggerAttr};
pub use exclusion::{Exclusion, ExclusionAttr};
pub use extension::{Extension, ExtensionAttr};
pub use foreign::{
    Foreign, ForeignDataWrapper, ForeignDataWrapperAttr, ForeignServer, ForeignServerAttr, Options, SECRETS,
    is_secret,
};
pub use foreign_key::{ForeignKey, ForeignKeyAttr, Match, ReferentialAction};
pub use function::{Body, Function, FunctionAttr, Parallel, Volatility};
pub use grants::{Granted, Grants, GrantsAttr, Privilege};
pub use index::{Index, IndexAttr, IndexKey, IndexTerm, NullsOrder};
pub use inheritance::{Incidental, Inheritance, InheritanceAttr, passed_on};
pub use materialized_view::{MaterializedView, MaterializedViewAttr};
pub use operator::{Operands, Operator, OperatorAttr};
pub use operator_class::{
    FamilyMember, OperatorClass, OperatorClassAttr, OperatorFamily, OperatorFamilyAttr, Role, method_of,
    of_method,
};
pub use owner::{Owner, OwnerAttr};
pub use partition::{Bound, Partition, PartitionAttr, PartitionKey, PartitionStrategy, inherited};
pub use policy::{Policy, PolicyAttr, PolicyCommand};
pub use primary_key::{PrimaryKey, PrimaryKeyAttr};
pub use publication::{Publication, PublicationAttr, Published, PublishedTable, PublishedTableAttr};
pub use range_type::{RangeType, RangeTypeAttr, multirange_name};
pub use row_security::{RowSecurity, RowSecurityAttr};
pub use row_type::{RowType, RowTypeAttr};
pub use rows::{Rows, RowsAttr};
pub use rule::{Rule, RuleAttr, RuleEvent};
pub use schema::{Schema, SchemaAttr};
pub use sequence::{Sequence, SequenceAttr, SequenceOptions};
pub use statistics::{Statistics, StatisticsAttr, StatisticsKind};
pub use storage::{ReplicaIdentity, Storage, StorageAttr, StorageMode};
pub use table::{Table, TableAttr, TableExt};
pub use text_search::{
    TextSearchConfiguration, TextSearchConfigurationAttr, TextSearchDictionary, TextSearchDictionaryAttr,
    TextSearchMapping,
};
pub use trigger::{
    ConstraintTrigger, Enabled, Trigger, TriggerAction, TriggerAttr, TriggerEvent, TriggerTiming,
};
pub use unique::{Deferrable, Unique, UniqueAttr};
pub use view::{CheckOption, View, ViewAttr};
