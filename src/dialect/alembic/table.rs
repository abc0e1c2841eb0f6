//! Tables and their columns: `op.create_table`, `op.add_column`, and what takes them away.

use crate::catalog::kinds::{Column, Identity, NotNull, PrimaryKey, Table, TableExt};
use crate::catalog::{Object, ObjectId, Payload as _};

use super::Writer;
use super::call::Call;
use super::text::text;

impl Writer<'_> {
    pub(super) fn create_table(
        &mut self,
        id: &ObjectId,
        table: &Table,
        members: &[(&ObjectId, &Object)],
    ) -> Option<()> {
        let name = id.qname()?;
        // SQLAlchemy has words for it; what they make of an expression, nobody promises.
        if table.partitioned.is_some() {
            return None;
        }
        let key = members
            .iter()
            .find_map(|(id, object)| Some((*id, PrimaryKey::of(object)?)));
        let counts = key.filter(|(_, key)| key.autoincrement);
        let mut call = Call::new("op.create_table").arg(self.name(&name.name));
        for (id, object) in members {
            if let Object::Column(column) = object {
                let is_key =
                    key.is_some_and(|(_, key)| id.name().is_some_and(|name| key.columns.contains(name)));
                call = call.arg(self.column(id, column, is_key)?);
            }
        }
        // A constraint of rows that are not there yet is made behind the table, where it may stay unchecked.
        let mut later = Vec::new();
        for (id, object) in members {
            match object {
                Object::Column(_) => {}
                Object::Check(check) if !check.validated => later.push((*id, *object)),
                Object::ForeignKey(key) if !key.validated => later.push((*id, *object)),
                constraint => {
                    self.done.unnamed |= id.name().is_none();
                    call = call.arg(self.constraint(id, constraint)?);
                }
            }
        }
        call = call.optional("schema", self.schema(name));
        call = options(call, table)?;
        if let Some((id, key)) = counts {
            // SQLAlchemy writes that key into the column, where it loses its name.
            if id.name().is_some() || key.columns.len() != 1 {
                return None;
            }
            call = call.option("sqlite_autoincrement", "True");
        }
        self.call(call);
        later
            .into_iter()
            .try_for_each(|(id, object)| self.create_constraint(id, object))
    }

    pub(super) fn drop_table(&mut self, id: &ObjectId) -> Option<()> {
        let name = id.qname()?;
        let call = Call::new("op.drop_table").arg(self.name(&name.name));
        self.call(call.optional("schema", self.schema(name)));
        Some(())
    }

    pub(super) fn add_column(&mut self, id: &ObjectId, column: &Column) -> Option<()> {
        let table = id.relation()?;
        let column = self.column(id, column, false)?;
        let call = Call::new("op.add_column").arg(self.name(&table.name)).arg(column);
        self.call(call.optional("schema", self.schema(table)));
        Some(())
    }

    pub(super) fn drop_column(&mut self, id: &ObjectId) -> Option<()> {
        let table = id.relation()?;
        let call = Call::new("op.drop_column")
            .arg(self.name(&table.name))
            .arg(self.name(id.name()?));
        self.call(call.optional("schema", self.schema(table)));
        Some(())
    }

    /// `sa.Column(…)`
    fn column(&mut self, id: &ObjectId, column: &Column, is_key: bool) -> Option<String> {
        // SQLAlchemy has no words for it.
        if column.not_null != NotNull::default() {
            return None;
        }
        let mut call = Call::new("sa.Column")
            .arg(self.name(id.name()?))
            .arg(self.type_of(column)?);
        if let Some(identity) = &column.identity {
            call = call.arg(self::identity(identity));
        }
        if let Some(generated) = &column.generated {
            // That PostgreSQL has columns which are computed when they are read is known to few versions of SQLAlchemy.
            if !generated.stored && self.words.makes_serial() {
                return None;
            }
            let stored = if generated.stored { "True" } else { "False" };
            let computed = Call::new("sa.Computed").arg(text(generated.expr.text())?);
            call = call.arg(computed.option("persisted", stored).print());
        }
        if let Some(default) = &column.default {
            call = call.option("server_default", text(&self.words.default(default))?);
        }
        if is_key && column.identity.is_none() && self.words.makes_serial() {
            call = call.option("autoincrement", "False");
        }
        let nullable = if column.nullable { "True" } else { "False" };
        Some(call.option("nullable", nullable).print())
    }
}

/// `sa.Identity(…)`
fn identity(identity: &Identity) -> String {
    let options = &identity.options;
    let number = |value: Option<i64>| value.map(|value| value.to_string());
    Call::new("sa.Identity")
        .option("always", if identity.always { "True" } else { "False" })
        .optional("start", number(options.start))
        .optional("increment", number(options.increment))
        .optional("minvalue", number(options.min))
        .optional("maxvalue", number(options.max))
        .switch("cycle", options.cycle)
        .optional("cache", number(options.cache))
        .print()
}

/// What a table as a whole is.
fn options(call: Call, table: &Table) -> Option<Call> {
    if table.access_method.is_some() {
        return None;
    }
    Some(match table.ext {
        TableExt::Postgres { unlogged: true } => call.option("prefixes", "[\"UNLOGGED\"]"),
        // Few versions of SQLAlchemy have the word.
        TableExt::Sqlite { strict: true, .. } => return None,
        TableExt::Sqlite {
            without_rowid: true, ..
        } => call.option("sqlite_with_rowid", "False"),
        TableExt::Plain | TableExt::Postgres { .. } | TableExt::Sqlite { .. } => call,
    })
}
