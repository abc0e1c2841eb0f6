//! Indexes: `op.create_index` with the options of the engine, and `op.drop_index`.

use crate::catalog::ObjectId;
use crate::catalog::kinds::{Index, IndexKey, IndexTerm};
use crate::python::string;

use super::Writer;
use super::call::Call;
use super::text::text;

impl Writer<'_> {
    pub(super) fn create_index(&mut self, id: &ObjectId, index: &Index) -> Option<()> {
        let table = id.relation()?;
        let dialect = self.words.dialect();
        let option = |name: &str| format!("{dialect}_{name}");
        let mut keys = Vec::new();
        let mut classes = Vec::new();
        for key in &index.keys {
            let IndexKey {
                term,
                collation,
                opclass,
                descending,
                nulls,
            } = key;
            let plain = collation.is_none() && !descending && nulls.is_none();
            match (term, opclass) {
                (IndexTerm::Column(column), None) if plain => keys.push(self.name(column)),
                // The class is found by the name of the column, which must then stand for one key.
                (IndexTerm::Column(column), Some(class)) if plain && occurs_once(index, key) => {
                    keys.push(self.name(column));
                    classes.push(format!("{}: {}", string(column.text()), string(class)));
                }
                _ => keys.push(text(&self.words.index_key(key))?),
            }
        }
        let predicate = match &index.predicate {
            Some(predicate) => Some(text(predicate.text())?),
            None => None,
        };
        let method = (&*index.method != "btree").then(|| string(&index.method));
        if self.concurrently {
            // A build that was interrupted has left an index that is not valid.
            self.drop_index(id)?;
        }
        let call = Call::new("op.create_index")
            .arg(self.final_name(id)?)
            .arg(self.name(&table.name))
            .arg(format!("[{}]", keys.join(", ")))
            .switch("unique", index.unique)
            .optional("schema", self.schema(table))
            .optional(&option("using"), method)
            .optional(
                &option("ops"),
                (!classes.is_empty()).then(|| format!("{{{}}}", classes.join(", "))),
            )
            .optional(
                &option("include"),
                (!index.include.is_empty()).then(|| self.names(&index.include)),
            )
            .switch(&option("nulls_not_distinct"), index.nulls_not_distinct)
            .optional(&option("where"), predicate)
            .switch(&option("concurrently"), self.concurrently);
        self.call(call);
        Some(())
    }

    pub(super) fn drop_index(&mut self, id: &ObjectId) -> Option<()> {
        let table = id.relation()?;
        let call = Call::new("op.drop_index")
            .arg(self.final_name(id)?)
            .option("table_name", self.name(&table.name))
            .optional("schema", self.schema(table))
            .switch(
                &format!("{}_concurrently", self.words.dialect()),
                self.concurrently,
            )
            .switch("if_exists", self.concurrently);
        self.call(call);
        Some(())
    }
}

fn occurs_once(index: &Index, key: &IndexKey) -> bool {
    index.keys.iter().filter(|other| other.term == key.term).count() == 1
}
