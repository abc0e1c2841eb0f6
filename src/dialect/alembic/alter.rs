//! Changes of what is there: `op.alter_column`, comments, and other names.

use crate::catalog::kinds::{Column, ColumnAttr};
use crate::catalog::{Attr, Expr, Kind, ObjectId, Payload as _};
use crate::dialect::rules::AlterItem;
use crate::python::string;

use super::call::Call;
use super::text::text;
use super::{ColumnStep, Writer};

impl Writer<'_> {
    pub(super) fn alter_column(
        &mut self,
        id: &ObjectId,
        (from, to): (&Column, &Column),
        attrs: &[Attr],
        using: Option<&Expr>,
    ) -> Option<()> {
        // Some partitions and heirs may keep what they have: `ALTER TABLE ONLY`.
        let table = id.relation()?;
        if self.types.is_partitioned(table) || self.types.heirs_of(table).next().is_some() {
            return None;
        }
        let attrs: Vec<ColumnAttr> = attrs.iter().filter_map(|attr| Column::attr(*attr)).collect();
        // How it is stored is forgotten with the type, and has to be said again.
        let storage = ObjectId::on(Kind::Storage, id.clone());
        if attrs.contains(&ColumnAttr::DataType) && self.types.contains(&storage) {
            return None;
        }
        let change = AlterItem {
            id,
            from,
            to,
            attrs,
            using,
        };
        for step in self.words.alter_column(&change)? {
            self.column_step(id, &step)?;
        }
        Some(())
    }

    fn column_step(&mut self, id: &ObjectId, step: &ColumnStep<'_>) -> Option<()> {
        let mut call = self.altered(id)?;
        if let Some((column, using)) = step.data_type {
            call = call.option("type_", self.type_of(column)?);
            if let Some(using) = using {
                // SQLAlchemy hands the text to the driver as it is, and drivers differ in what a percent sign means.
                if using.text().contains('%') {
                    return None;
                }
                let option = format!("{}_using", self.words.dialect());
                call = call.option(&option, string(using.text()));
            }
        }
        if let Some(default) = step.default {
            let default = match default {
                Some(default) => text(&self.words.default(default))?,
                None => "None".to_owned(),
            };
            call = call.option("server_default", default);
        }
        if let Some(nullable) = step.nullable {
            call = call.option("nullable", if nullable { "True" } else { "False" });
        }
        self.call(call.optional("schema", self.schema(id.relation()?)));
        Some(())
    }

    /// `op.alter_column` with the names of the table and the column.
    fn altered(&self, id: &ObjectId) -> Option<Call> {
        let table = self.name(&id.relation()?.name);
        Some(Call::new("op.alter_column").arg(table).arg(self.name(id.name()?)))
    }

    pub(super) fn comment(&mut self, id: &ObjectId, said: Option<&str>) -> Option<()> {
        // What SQLAlchemy makes of a backslash depends on a setting of the server.
        if said.is_some_and(|said| said.contains('\\')) {
            return None;
        }
        let target = id.target()?;
        let call = match (target.kind, said) {
            (Kind::Table, said) => {
                let table = target.qname()?;
                let function = if said.is_some() {
                    "op.create_table_comment"
                } else {
                    "op.drop_table_comment"
                };
                let call = Call::new(function)
                    .arg(self.name(&table.name))
                    .args(said.map(string));
                call.optional("schema", self.schema(table))
            }
            (Kind::Column, said) => self
                .altered(target)?
                .option("comment", said.map_or_else(|| "None".to_owned(), string))
                .optional("schema", self.schema(target.relation()?)),
            _ => return None,
        };
        self.call(call);
        Some(())
    }

    pub(super) fn rename_table(&mut self, from: &ObjectId, to: &ObjectId) -> Option<()> {
        let (before, after) = (from.qname()?, to.qname()?);
        if before.schema != after.schema {
            return None;
        }
        let call = Call::new("op.rename_table")
            .arg(self.name(&before.name))
            .arg(self.name(&after.name));
        self.call(call.optional("schema", self.schema(before)));
        Some(())
    }

    pub(super) fn rename_column(&mut self, from: &ObjectId, to: &ObjectId) -> Option<()> {
        let call = self
            .altered(from)?
            .option("new_column_name", self.name(to.name()?));
        self.call(call.optional("schema", self.schema(from.relation()?)));
        Some(())
    }
}
