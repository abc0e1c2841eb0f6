//! Columns that take other types by way of second columns beside them, which are filled while others read and write.

use crate::catalog::kinds::{Column, ForeignKey};
use crate::catalog::{Catalog, Expr, Object, ObjectId, Payload as _, QName};

use super::Batches;

/// One stage of the way of columns to other types.
#[derive(Clone, Debug, PartialEq)]
pub struct Retype {
    /// Which stage.
    pub stage: RetypeStage,
    /// The columns, never none: one, but for the last stage, which is that of all columns that depend on each other.
    pub columns: Vec<Retyped>,
}

/// A column, and the one that takes its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Retyped {
    /// The column.
    pub id: ObjectId,
    /// The second column, until it has the name of the first.
    pub beside: ObjectId,
    /// The column before all stages.
    pub from: Column,
    /// The column after all stages.
    pub to: Column,
    /// How values of the one become values of the other, where that is said.
    pub using: Option<Expr>,
}

/// How far the columns are.
#[derive(Clone, Debug, PartialEq)]
pub enum RetypeStage {
    /// The second column is there, and has its value in every row that is written from now on.
    Begin,
    /// Rows that were there before get theirs.
    Copy(Option<Batches>),
    /// It is shown that every row has the value that it should have.
    Check,
    /// The second columns take the places of the first ones, with all that rests on them.
    Swap(Swap),
}

/// What takes the place of what in the last stage, besides the columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Swap {
    /// Keys, indexes, checks and foreign keys.
    pub moved: Vec<Moved>,
    /// What is said about the columns and about what was moved, which would go with them.
    pub said: Vec<(ObjectId, Object)>,
    /// Sequences that the columns own, which would go with them, and their columns.
    pub sequences: Vec<(ObjectId, ObjectId)>,
}

/// Something that rests on a column, and was made a second time on the second one.
#[derive(Clone, Debug, PartialEq)]
pub struct Moved {
    /// Its identity.
    pub id: ObjectId,
    /// What it is, before and after.
    pub object: Object,
    /// The second one, until it has the name of the first: of a key it is the index.
    pub beside: ObjectId,
}

impl Retype {
    /// Every table that is touched, referenced ones before those that refer to them.
    pub fn tables(&self) -> Vec<QName> {
        let mut tables: Vec<QName> = Vec::new();
        let mut add = |table: &QName| {
            if !tables.contains(table) {
                tables.push(table.clone());
            }
        };
        let moved = match &self.stage {
            RetypeStage::Swap(swap) => swap.moved.as_slice(),
            _ => &[],
        };
        let keys = moved
            .iter()
            .filter_map(|moved| Some((moved.id.relation()?, ForeignKey::of(&moved.object)?)));
        let keys: Vec<_> = keys.collect();
        // A table that refers to nothing comes first; where two refer to each other, one of them has to.
        let is_referring = |table: &QName| {
            let refers = |(own, key): &(&QName, &ForeignKey)| *own == table && key.table != *table;
            keys.iter().any(refers)
        };
        for (_, key) in keys.iter().filter(|(_, key)| !is_referring(&key.table)) {
            add(&key.table);
        }
        for (own, key) in &keys {
            add(&key.table);
            add(own);
        }
        for table in self.columns.iter().filter_map(|column| column.id.relation()) {
            add(table);
        }
        tables
    }

    /// What exists only after the stage, until the last one.
    pub fn provides(&self) -> Vec<ObjectId> {
        match self.stage {
            RetypeStage::Begin => self.columns.iter().map(|column| column.beside.clone()).collect(),
            _ => Vec::new(),
        }
    }

    /// What exists before and after the stage, and is not the same.
    pub fn mutates(&self) -> Vec<ObjectId> {
        let RetypeStage::Swap(swap) = &self.stage else {
            return Vec::new();
        };
        let columns = self.columns.iter().map(|column| column.id.clone());
        let moved = swap.moved.iter().map(|moved| moved.id.clone());
        columns.chain(moved).collect()
    }

    /// Does to a catalog what the stage does to a database.
    pub(super) fn apply(&self, catalog: &mut Catalog) {
        match &self.stage {
            RetypeStage::Begin => {
                for column in &self.columns {
                    catalog.insert(column.beside.clone(), column.second());
                }
            }
            RetypeStage::Copy(_) | RetypeStage::Check => {}
            RetypeStage::Swap(swap) => {
                for column in &self.columns {
                    catalog.remove(&column.beside);
                    catalog.insert(column.id.clone(), column.to.clone());
                }
                for moved in &swap.moved {
                    catalog.remove(&moved.beside);
                }
            }
        }
    }

    /// The title of the stage.
    pub(super) fn title(&self) -> String {
        let names: Vec<String> = self.columns.iter().map(|column| column.id.label()).collect();
        let names = names.join(", ");
        match (&self.stage, self.columns.as_slice()) {
            (RetypeStage::Begin, [column]) => {
                format!("add a second column beside {names}, as {}", column.to.data_type)
            }
            (RetypeStage::Begin, _) => format!("add second columns beside {names}"),
            (RetypeStage::Copy(_), _) => format!("copy column {names}"),
            (RetypeStage::Check, _) => format!("compare column {names} with its copy"),
            (RetypeStage::Swap(_), [_]) => format!("put the copy of column {names} in its place"),
            (RetypeStage::Swap(_), _) => format!("put the copies of columns {names} in their places"),
        }
    }
}

impl Retyped {
    /// The second column as it is made: whatever else the column has comes when it takes its place.
    pub fn second(&self) -> Column {
        Column {
            nullable: true,
            default: None,
            identity: None,
            ..self.to.clone()
        }
    }
}
