//! What the rows of a table have to meet: [`Demands`], from the state that is there and, as far as it has the same tables
//! and columns, from the state that a plan leads to.

use std::sync::Arc;

use crate::catalog::expr::replace_word;
use crate::catalog::kinds::{Check, Column, ForeignKey, PrimaryKey, Rows, Unique};
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, DataType, Ident, Kind, ObjectId, QName};

use super::Ground;

/// A column that rows can be given a value in.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) name: Ident,
    pub(super) data_type: DataType,
    /// Its type in the state to come, where that is another.
    pub(super) becomes: Option<DataType>,
    /// NULL is refused.
    pub(super) required: bool,
    /// Part of the primary key or of a unique constraint.
    pub(super) keyed: bool,
    pub(super) has_default: bool,
}

/// A foreign key, in the names of the state that is there.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) columns: Vec<Ident>,
    pub(super) table: QName,
    pub(super) referenced: Vec<Ident>,
    /// Only the state to come has it.
    pub(super) is_new: bool,
    /// The rows that the referenced table will have, where they are declared.
    pub(super) declared: Vec<Vec<Arc<str>>>,
}

/// What the rows of one table have to meet.
#[derive(Debug)]
pub(super) struct Demands {
    pub(super) table: QName,
    /// What it is a partition of, and what that is one of.
    pub(super) above: Vec<QName>,
    pub(super) columns: Vec<Wanted>,
    pub(super) key: Vec<Ident>,
    pub(super) links: Vec<Link>,
    /// The checks that are there, and then those to come.
    pub(super) checks: Vec<String>,
    /// How many of them are there.
    pub(super) own_checks: usize,
}

impl Demands {
    pub(super) fn read(ground: &Ground<'_>, walk: &Walk<'_>, table: &QName) -> Self {
        let mut keyed: Vec<Ident> = Vec::new();
        let mut key = Vec::new();
        for (_, primary) in walk.members_of::<PrimaryKey>(table) {
            key.clone_from(&primary.columns);
            keyed.extend(primary.columns.iter().cloned());
        }
        for (_, unique) in walk.members_of::<Unique>(table) {
            keyed.extend(unique.columns.iter().cloned());
        }
        let columns = walk.members_of::<Column>(table).filter_map(|(id, column)| {
            let name = id.name()?;
            let is_written = column.identity.is_none() && column.generated.is_none();
            is_written.then(|| Wanted {
                name: name.clone(),
                data_type: column.data_type.clone(),
                becomes: becomes(ground, table, name, column),
                required: !column.nullable || key.contains(name),
                keyed: keyed.contains(name),
                has_default: column.default.is_some(),
            })
        });
        let mut out = Self {
            table: table.clone(),
            above: ground.from.lineage(table).cloned().collect(),
            columns: columns.collect(),
            links: walk
                .members_of::<ForeignKey>(table)
                .filter(|(_, link)| !link.not_enforced)
                .map(|(_, link)| own(link))
                .collect(),
            checks: walk
                .members_of::<Check>(table)
                .filter(|(_, check)| !check.not_enforced)
                .map(|(_, check)| check.expr.text().to_owned())
                .collect(),
            own_checks: 0,
            key,
        };
        let parts: Vec<&QName> = std::iter::once(table).chain(&out.above).collect();
        let own = parts.iter().filter_map(|part| {
            let sides = (ground.from, ground.from);
            ground.engine().rows_of(part, sides)
        });
        let own: Vec<String> = own.map(|condition| condition.text().to_owned()).collect();
        out.checks.extend(own);
        out.own_checks = out.checks.len();
        if let Some(after) = ground.mapping.table(table) {
            out.links.extend(links_to_come(ground, after, &out.links));
            for check in checks_to_come(ground, table, after) {
                if !out.checks.contains(&check) {
                    out.checks.push(check);
                }
            }
        }
        out
    }

    pub(super) fn column(&self, name: &Ident) -> Option<&Wanted> {
        self.columns.iter().find(|column| column.name == *name)
    }

    /// Whether a row may leave the link open: one NULL suffices.
    pub(super) fn can_be_open(&self, link: &Link) -> bool {
        link.columns
            .iter()
            .any(|name| self.column(name).is_some_and(|column| !column.required))
    }
}

fn becomes(ground: &Ground<'_>, table: &QName, name: &Ident, column: &Column) -> Option<DataType> {
    let after = ground.mapping.column(table, name)?;
    let after = ground.to.payload::<Column>(after)?;
    let (was, is) = (&column.data_type, &after.data_type);
    let user = |state: &Catalog, of: &DataType| of.user.as_ref().and_then(|id| state.get(id)).cloned();
    let differs = was.text != is.text || user(ground.from, was) != user(ground.to, is);
    differs.then(|| is.clone())
}

fn own(key: &ForeignKey) -> Link {
    Link {
        columns: key.columns.clone(),
        table: key.table.clone(),
        referenced: key.referenced.clone(),
        is_new: false,
        declared: Vec::new(),
    }
}

/// The foreign keys that the state to come has besides.
fn links_to_come(ground: &Ground<'_>, after: &QName, own: &[Link]) -> Vec<Link> {
    let mut out = Vec::new();
    for (id, key) in ground.to.of_kind::<ForeignKey>() {
        if id.relation() != Some(after) || key.not_enforced {
            continue;
        }
        let Some(columns) = ground.mapping.columns_before(after, &key.columns) else {
            continue;
        };
        let before = ground.mapping.table_before(&key.table);
        let referenced = ground.mapping.columns_before(&key.table, &key.referenced);
        if own
            .iter()
            .any(|link| link.columns == columns && Some(&link.table) == before)
        {
            continue;
        }
        out.push(Link {
            columns,
            table: before.unwrap_or(&key.table).clone(),
            referenced: referenced.unwrap_or_else(|| key.referenced.clone()),
            is_new: true,
            declared: declared(ground.to, key),
        });
    }
    out
}

/// The declared rows of the referenced table, in the referenced columns.
fn declared(to: &Catalog, key: &ForeignKey) -> Vec<Vec<Arc<str>>> {
    let id = ObjectId::on(Kind::Rows, ObjectId::table(key.table.clone()));
    let Some(rows) = to.payload::<Rows>(&id) else {
        return Vec::new();
    };
    let place = |name: &Ident| rows.columns.iter().position(|column| column == name);
    let places: Option<Vec<usize>> = key.referenced.iter().map(place).collect();
    let cells = |row: &Vec<Arc<str>>| -> Option<Vec<Arc<str>>> {
        places.as_ref()?.iter().map(|at| row.get(*at).cloned()).collect()
    };
    rows.rows.iter().filter_map(cells).collect()
}

/// The checks of the state to come, in the names of the columns that are there.
fn checks_to_come(ground: &Ground<'_>, table: &QName, after: &QName) -> Vec<String> {
    let own = ground.to.of_kind::<Check>();
    let own = own.filter(|(id, check)| id.relation() == Some(after) && !check.not_enforced);
    let own = own.map(|(_, check)| check.expr.clone());
    let parts = std::iter::once(after).chain(ground.to.lineage(after));
    let bounds = parts.filter_map(|part| ground.engine().rows_of(part, (ground.from, ground.to)));
    own.chain(bounds)
        .map(|condition| {
            let mut text = condition.text().to_owned();
            for (old, new) in ground.mapping.renamed(table) {
                text = replace_word(&text, new.text(), &ground.engine().quote(old.text()));
            }
            text
        })
        .collect()
}
