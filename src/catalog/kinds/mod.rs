//! One payload a file: what an object of each kind consists of, and what it refers to.

mod check;
mod column;
mod comment;
mod domain;
mod enum_type;
mod extension;
mod foreign_key;
mod function;
mod index;
mod primary_key;
mod rows;
mod schema;
mod sequence;
mod table;
mod trigger;
mod unique;
mod view;

pub use check::{Check, CheckAttr};
pub use column::{Column, ColumnAttr, Generated, Identity};
pub use comment::{Comment, CommentAttr};
pub use domain::{Domain, DomainAttr, DomainCheck};
pub use enum_type::{EnumType, EnumTypeAttr};
pub use extension::{Extension, ExtensionAttr};
pub use foreign_key::{ForeignKey, ForeignKeyAttr, Match, ReferentialAction};
pub use function::{Function, FunctionAttr, Volatility};
pub use index::{Index, IndexAttr, IndexKey, IndexTerm, NullsOrder};
pub use primary_key::{PrimaryKey, PrimaryKeyAttr};
pub use rows::{Rows, RowsAttr};
pub use schema::{Schema, SchemaAttr};
pub use sequence::{Sequence, SequenceAttr, SequenceOptions};
pub use table::{Table, TableAttr, TableExt};
pub use trigger::{Trigger, TriggerAction, TriggerAttr, TriggerEvent, TriggerTiming};
pub use unique::{Deferrable, Unique, UniqueAttr};
pub use view::{View, ViewAttr};
