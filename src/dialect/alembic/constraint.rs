//! Constraints: inside of `op.create_table`, or by an operation of their own.

use crate::catalog::kinds::{Check, Deferrable, ForeignKey, Match, ReferentialAction, Unique};
use crate::catalog::{Ident, Kind, Object, ObjectId};
use crate::python::string;

use super::Writer;
use super::call::Call;
use super::text::text;

impl Writer<'_> {
    /// As an argument of `op.create_table`.
    pub(super) fn constraint(&self, id: &ObjectId, object: &Object) -> Option<String> {
        let name = id.name().map(|_| self.final_name(id));
        let call = match object {
            Object::PrimaryKey(key) if key.include.is_empty() && !key.without_overlaps => deferrable(
                Call::new("sa.PrimaryKeyConstraint").args(keys(&key.columns)),
                key.deferrable,
            ),
            Object::Unique(key) => unique(Call::new("sa.UniqueConstraint").args(keys(&key.columns)), key)?,
            Object::Check(check) => checked(
                Call::new("sa.CheckConstraint").arg(text(check.expr.text())?),
                check,
            )?,
            Object::ForeignKey(key) => {
                let referenced: Option<Vec<String>> = key
                    .referenced
                    .iter()
                    .map(|column| self.referenced(&key.table, column))
                    .collect();
                let call = Call::new("sa.ForeignKeyConstraint")
                    .arg(format!("[{}]", keys(&key.columns).join(", ")))
                    .arg(format!("[{}]", referenced?.join(", ")));
                foreign(call, key)?
            }
            _ => return None,
        };
        Some(match name {
            Some(name) => call.option("name", name?).print(),
            None => call.print(),
        })
    }

    /// By an operation of its own.
    pub(super) fn create_constraint(&mut self, id: &ObjectId, object: &Object) -> Option<()> {
        let table = id.relation()?;
        let (name, on) = (self.final_name(id)?, self.name(&table.name));
        let begin = |function: &str| Call::new(function).arg(name).arg(on);
        let schema = self.schema(table);
        let call = match object {
            Object::PrimaryKey(key)
                if key.include.is_empty() && key.deferrable == Deferrable::No && !key.without_overlaps =>
            {
                begin("op.create_primary_key")
                    .arg(self.names(&key.columns))
                    .optional("schema", schema)
            }
            Object::Unique(key) => {
                let call = begin("op.create_unique_constraint").arg(self.names(&key.columns));
                unique(call, key)?.optional("schema", schema)
            }
            Object::Check(check) => {
                let call = begin("op.create_check_constraint").arg(text(check.expr.text())?);
                checked(call, check)?.optional("schema", schema)
            }
            Object::ForeignKey(key) => {
                // Here, too, the referenced column becomes a text with dots that is taken apart.
                let survives = |column| self.referenced(&key.table, column);
                key.referenced
                    .iter()
                    .try_for_each(|column| survives(column).map(drop))?;
                let call = begin("op.create_foreign_key")
                    .arg(self.name(&key.table.name))
                    .arg(self.names(&key.columns))
                    .arg(self.names(&key.referenced));
                foreign(call, key)?
                    .optional("source_schema", schema)
                    .optional("referent_schema", self.schema(&key.table))
            }
            _ => return None,
        };
        self.call(call);
        Some(())
    }

    pub(super) fn drop_constraint(&mut self, id: &ObjectId, object: &Object) -> Option<()> {
        let table = id.relation()?;
        let word = match object.kind() {
            Kind::PrimaryKey => "primary",
            Kind::Unique => "unique",
            Kind::Check => "check",
            Kind::ForeignKey => "foreignkey",
            _ => return None,
        };
        let call = Call::new("op.drop_constraint")
            .arg(self.final_name(id)?)
            .arg(self.name(&table.name))
            .option("type_", string(word))
            .optional("schema", self.schema(table));
        self.call(call);
        Some(())
    }
}

/// Columns that are looked up in the table.
fn keys(columns: &[Ident]) -> Vec<String> {
    columns.iter().map(|column| string(column.text())).collect()
}

fn unique(call: Call, key: &Unique) -> Option<Call> {
    // `INCLUDE` is known to few versions of SQLAlchemy, and `WITHOUT OVERLAPS` to none.
    if !key.include.is_empty() || key.without_overlaps {
        return None;
    }
    let call = call.switch("postgresql_nulls_not_distinct", key.nulls_not_distinct);
    Some(deferrable(call, key.deferrable))
}

fn checked(call: Call, check: &Check) -> Option<Call> {
    if check.no_inherit || check.not_enforced {
        return None;
    }
    Some(call.switch("postgresql_not_valid", !check.validated))
}

fn foreign(call: Call, key: &ForeignKey) -> Option<Call> {
    // SQLAlchemy has no words for the columns that an action sets, for periods, and for what is not enforced.
    if key.referenced.is_empty() || key.not_enforced || key.period || !key.on_delete_columns.is_empty() {
        return None;
    }
    let words =
        |action: ReferentialAction| (action != ReferentialAction::NoAction).then(|| string(action.sql()));
    let call = call
        .optional("onupdate", words(key.on_update))
        .optional("ondelete", words(key.on_delete))
        .optional("match", (key.match_type == Match::Full).then(|| string("FULL")));
    Some(deferrable(call, key.deferrable).switch("postgresql_not_valid", !key.validated))
}

fn deferrable(call: Call, deferrable: Deferrable) -> Call {
    let initially = match deferrable {
        Deferrable::No => return call,
        Deferrable::InitiallyImmediate => "IMMEDIATE",
        Deferrable::InitiallyDeferred => "DEFERRED",
    };
    call.option("deferrable", "True")
        .option("initially", string(initially))
}
