//! One row of a table: a literal for each column that gets one.

use std::collections::HashMap;
use std::sync::Arc;

use crate::catalog::Ident;

use super::checks::Solution;
use super::demands::Demands;
use super::{Ground, ROWS};

/// The columns of a row that are written, with their values. The others take their defaults.
pub(super) type Cells = Vec<(Ident, String)>;

/// How the columns of a row are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// Some NULL, some by their defaults.
    Varied,
    /// A value in every column.
    Explicit,
    /// No more than the table demands.
    Bare,
    /// A value in every column that has no default, another one than before.
    Other,
}

impl Manner {
    /// In which order they are tried.
    pub(super) fn all(may_be_null: bool) -> &'static [Self] {
        const ALL: &[Manner] = &[Manner::Varied, Manner::Explicit, Manner::Bare, Manner::Other];
        if may_be_null {
            ALL
        } else {
            &[Manner::Other, Manner::Explicit]
        }
    }
}

const NULL: &str = "NULL";

/// The cells of the `nth` row; `Err` says what is missing. A pool for each link, none for one that stays open.
pub(super) fn cells(
    ground: &Ground<'_>,
    demands: &Demands,
    pools: &[Option<Vec<Vec<Arc<str>>>>],
    solutions: &[Solution],
    manner: Manner,
    nth: usize,
) -> Result<Cells, String> {
    let mut row = Row {
        ground,
        demands,
        manner,
        nth,
        cells: HashMap::new(),
    };
    row.links(pools)?;
    if !solutions.is_empty() {
        let shift = if manner == Manner::Other { ROWS } else { 0 };
        for (name, value) in &solutions[(nth + shift) % solutions.len()] {
            row.cells.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    row.rest()?;
    let in_order = demands.columns.iter();
    Ok(in_order
        .filter_map(|column| Some((column.name.clone(), row.cells.remove(&column.name)?)))
        .collect())
}

struct Row<'a> {
    ground: &'a Ground<'a>,
    demands: &'a Demands,
    manner: Manner,
    nth: usize,
    cells: HashMap<Ident, String>,
}

impl Row<'_> {
    fn links(&mut self, pools: &[Option<Vec<Vec<Arc<str>>>>]) -> Result<(), String> {
        // What must point somewhere chooses first; columns may be shared.
        let mut order: Vec<usize> = (0..self.demands.links.len()).collect();
        order.sort_by_key(|at| {
            let link = &self.demands.links[*at];
            (self.demands.can_be_open(link), link.is_new)
        });
        for at in order {
            let link = &self.demands.links[at];
            let fits = |target: &&Vec<Arc<str>>| {
                let cells = link.columns.iter().zip(target.iter());
                cells
                    .filter_map(|(column, cell)| Some((self.cells.get(column)?, cell)))
                    .all(|(own, cell)| **own == **cell)
            };
            let targets: Vec<&Vec<Arc<str>>> = pools[at].iter().flatten().filter(fits).collect();
            let can_be_open = self.demands.can_be_open(link);
            let stays_open = pools[at].is_none()
                || (targets.is_empty() && can_be_open)
                || (can_be_open && self.leaves_null(at + 1));
            if stays_open {
                self.leave_open(at);
            } else if let Some(target) = targets.get(self.nth % targets.len().max(1)) {
                let cells = link.columns.iter().cloned().zip(target.iter());
                let cells: Vec<_> = cells.map(|(column, cell)| (column, cell.to_string())).collect();
                self.cells.extend(cells);
            } else if !link.is_new {
                return Err(format!("rows of {} would be needed first", link.table));
            }
        }
        Ok(())
    }

    fn leave_open(&mut self, at: usize) {
        let link = &self.demands.links[at];
        let column = link.columns.iter().find(|name| {
            let column = self.demands.column(name);
            column.is_some_and(|column| !column.required) && !self.cells.contains_key(*name)
        });
        if let Some(column) = column {
            self.cells.insert(column.clone(), NULL.to_owned());
        }
    }

    /// Whether it is this row's turn to have NULL in the column at this place.
    fn leaves_null(&self, place: usize) -> bool {
        match self.manner {
            Manner::Varied => (self.nth + place) % ROWS == ROWS - 1,
            Manner::Bare => true,
            Manner::Explicit | Manner::Other => false,
        }
    }

    fn rest(&mut self) -> Result<(), String> {
        for (place, column) in self.demands.columns.iter().enumerate() {
            if self.cells.contains_key(&column.name) {
                continue;
            }
            let by_default = column.has_default
                && match self.manner {
                    Manner::Varied => column.keyed || (self.nth + place) % 2 == 1,
                    Manner::Explicit => false,
                    Manner::Bare | Manner::Other => true,
                };
            if by_default {
                continue;
            }
            let null = || NULL.to_owned();
            let shift = if self.manner == Manner::Other {
                5 * ROWS + 1
            } else {
                0
            };
            let value = self.ground.value(column, self.nth + shift);
            let cell = match value {
                _ if !column.required && self.leaves_null(place) => null(),
                Some(value) => value,
                None if !column.required => null(),
                None if column.has_default => continue,
                None => {
                    let (name, data_type) = (&column.name, &column.data_type);
                    return Err(format!(
                        "no value of type {data_type} can be made for its column {name}"
                    ));
                }
            };
            self.cells.insert(column.name.clone(), cell);
        }
        Ok(())
    }
}
