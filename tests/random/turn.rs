//! Steps that change views, sequences, tables, their members, and schemas.

use super::build::Maker;
use super::model::{Id, Member, Model, Named, PUBLIC, What};

impl Maker<'_> {
    pub(super) fn change_view(&mut self) {
        let ids: Vec<Id> = self.model.views.iter().map(|of| of.named.id).collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        let (what, at) = (self.dice.below(8), self.dice.below(8));
        let Some(base) = self.model.view(id).map(|view| view.base) else {
            return;
        };
        let columns: Vec<_> = self
            .model
            .columns(base)
            .into_iter()
            .map(|(id, _, of)| (id, of))
            .collect();
        let condition = self.condition(&columns);
        let (named, ids) = (
            self.odd("w"),
            columns.iter().map(|(id, _)| *id).collect::<Vec<Id>>(),
        );
        let source = self.dice.pick(&ids);
        let Some(view) = self.model.views.iter_mut().find(|of| of.named.id == id) else {
            return;
        };
        match (what, source) {
            (0 | 1, _) => view.condition = condition,
            (2, _) => view.barrier = !view.barrier,
            (3, _) => view.kept = !view.kept,
            (4, _) => view.joined = None,
            (5, _) if view.columns.len() > 1 => {
                view.columns.remove(at % view.columns.len());
            }
            (6, _) => view.columns[0].named.name.push('x'),
            (_, Some(source)) => {
                let shown = super::model::Shown {
                    named,
                    source,
                    function: None,
                };
                view.columns.insert(at % (view.columns.len() + 1), shown);
            }
            _ => {}
        }
    }

    pub(super) fn change_sequence(&mut self) {
        let ids: Vec<Id> = self.model.sequences.iter().map(|of| of.named.id).collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        let (what, number) = (self.dice.below(3), 1 + self.dice.below(9));
        let Some(of) = self.model.sequences.iter_mut().find(|of| of.named.id == id) else {
            return;
        };
        match what {
            0 => of.increment = number,
            1 => of.cache = number,
            _ => of.cycle = !of.cycle,
        }
    }

    pub(super) fn change_table(&mut self) {
        let what = self.dice.below(3);
        let Some(table) = self.table_mut() else { return };
        match what {
            0 => table.unlogged = !table.unlogged,
            1 => table.row_security = !table.row_security,
            _ => {
                table.fillfactor = if table.fillfactor.is_some() {
                    None
                } else {
                    Some(60)
                }
            }
        }
    }

    pub(super) fn change_member(&mut self) {
        let (at, what, number) = (self.dice.below(20), self.dice.below(4), self.dice.below(4));
        let major = self.model.major;
        let Some(id) = self.some_table() else { return };
        let Some(table) = self.model.tables.iter_mut().find(|table| table.named.id == id) else {
            return;
        };
        if table.members.is_empty() {
            return;
        }
        let count = table.members.len();
        let (_, comment, member) = &mut table.members[at % count];
        match (member, what) {
            (_, 0) => *comment = if comment.is_some() { None } else { Some(3) },
            (Member::Unique { nulls, .. }, 1) => *nulls = !*nulls && major >= 15,
            (Member::Unique { deferrable, .. } | Member::Exclude { deferrable, .. }, _) => {
                *deferrable = !*deferrable;
            }
            (Member::Foreign { delete, .. }, 1 | 2) => *delete = number,
            (Member::Foreign { deferrable, .. }, _) => *deferrable = !*deferrable,
            (Member::Check { not_valid, .. }, 1) => *not_valid = !*not_valid,
            (Member::Check { condition, .. } | Member::Policy { condition, .. }, 2) => {
                condition.or_null = !condition.or_null;
            }
            (Member::Rule { instead, .. }, 1) => *instead = !*instead,
            (Member::Check { condition, .. } | Member::Rule { condition, .. }, _) => {
                condition.number = 70 + number;
            }
            (Member::Policy { role, .. }, _) => *role = if role.is_some() { None } else { Some(1) },
            (Member::Index(index), 1) => index.keys[0].descending = !index.keys[0].descending,
            (Member::Index(index), 2) => {
                index.fillfactor = if index.fillfactor.is_some() {
                    None
                } else {
                    Some(75)
                }
            }
            (Member::Index(index), _) => index.predicate = None,
            (Member::Trigger { events, .. }, 1) => *events = number % 3,
            (Member::Trigger { after, statement, .. }, 2) => *after = *statement || !*after,
            (Member::Trigger { when, .. }, _) => *when = None,
            (Member::Statistics { target, .. }, 1) => *target = (target.is_none()).then_some(20),
            (Member::Statistics { columns, .. }, _) => columns.reverse(),
            (Member::Primary { .. }, _) => {}
        }
    }

    /// Other bounds of a partition.
    pub(super) fn change_part(&mut self) {
        let at = self.dice.below(20);
        let Some(table) = self.table_mut() else { return };
        let count = table.parts.len();
        if count > 0 {
            let part = &mut table.parts[at % count];
            part.narrow = !part.narrow;
        }
    }

    /// Another name for a schema.
    pub(super) fn change_schema(&mut self) {
        let ids: Vec<Id> = self
            .model
            .schemas
            .iter()
            .map(|of| of.named.id)
            .filter(|id| *id != PUBLIC)
            .collect();
        let Some(id) = self.dice.pick(&ids).filter(|_| self.dice.once_in(2)) else {
            return;
        };
        if let Some(of) = self.model.schemas.iter_mut().find(|of| of.named.id == id) {
            of.named.name.push_str("_new");
        }
    }
}

impl Model {
    /// Everything that has a name, and the schema in which it lies. Schemas are renamed apart.
    pub(super) fn named_mut(&mut self) -> Vec<(&mut Named, Option<&mut Id>)> {
        let mut out: Vec<(&mut Named, Option<&mut Id>)> = Vec::new();
        out.extend(
            self.enums
                .iter_mut()
                .map(|one| (&mut one.named, Some(&mut one.schema))),
        );
        out.extend(
            self.domains
                .iter_mut()
                .map(|one| (&mut one.named, Some(&mut one.schema))),
        );
        out.extend(
            self.composites
                .iter_mut()
                .map(|one| (&mut one.named, Some(&mut one.schema))),
        );
        out.extend(
            self.sequences
                .iter_mut()
                .map(|one| (&mut one.named, Some(&mut one.schema))),
        );
        out.extend(
            self.functions
                .iter_mut()
                .map(|one| (&mut one.named, Some(&mut one.schema))),
        );
        out.extend(
            self.tables
                .iter_mut()
                .map(|one| (&mut one.named, Some(&mut one.schema))),
        );
        out.extend(
            self.views
                .iter_mut()
                .map(|one| (&mut one.named, Some(&mut one.schema))),
        );
        for one in &mut self.extras {
            let schema = match one.what {
                What::Publication { .. } | What::Cast { .. } => None,
                _ => Some(&mut one.schema),
            };
            out.push((&mut one.named, schema));
        }
        out.extend(self.schemas.iter_mut().map(|one| (&mut one.named, None)));
        out
    }
}
