//! Steps that need to look for something to be done to: members of tables, views, comments and rights.

use super::build::Maker;
use super::model::{Body, Condition, Id, Index, Key, Member, Model, PUBLIC, Said, Shown, View};
use super::types::{Family, Type};

impl Maker<'_> {
    /// A condition over one of these columns.
    pub(super) fn condition(&mut self, columns: &[(Id, Type)]) -> Option<Condition> {
        let ids: Vec<Id> = columns.iter().map(|(id, _)| *id).collect();
        let column = self.dice.pick(&ids)?;
        let (_, of) = columns.iter().find(|(id, _)| *id == column)?;
        let functions = self.model.functions_of(*of);
        let function = self.dice.pick(&functions).filter(|_| self.dice.once_in(2));
        let number = 60 + self.dice.below(5);
        Some(Condition {
            column,
            number,
            function,
            or_null: self.dice.once_in(4),
        })
    }

    fn own_columns(&self, table: Id) -> Vec<(Id, Type)> {
        let columns = self
            .model
            .table(table)
            .map(|table| table.columns.as_slice())
            .unwrap_or_default();
        columns
            .iter()
            .map(|column| (column.named.id, column.of))
            .collect()
    }

    pub(super) fn member(&mut self) {
        let Some(table) = self.some_table() else { return };
        let named = self.odd("m");
        let comment = self.dice.once_in(10).then_some(7);
        let Some(member) = self.some_member(table) else {
            return;
        };
        if let Some(table) = self.model.tables.iter_mut().find(|one| one.named.id == table) {
            table.members.push((named, comment, member));
        }
    }

    fn some_member(&mut self, table: Id) -> Option<Member> {
        let columns = self.own_columns(table);
        let ids: Vec<Id> = columns.iter().map(|(id, _)| *id).collect();
        let first = self.dice.pick(&ids)?;
        let second = self
            .dice
            .pick(&ids)
            .filter(|second| *second != first && self.dice.once_in(3));
        let other = self.dice.pick(&ids).filter(|_| self.dice.once_in(6));
        match self.dice.below(15) {
            0 => Some(Member::Unique {
                columns: [Some(first), second].into_iter().flatten().collect(),
                deferrable: self.dice.once_in(4),
                nulls: self.dice.once_in(5) && self.model.major >= 15,
                include: other,
            }),
            1..=2 => Some(Member::Check {
                condition: self.condition(&columns)?,
                not_valid: self.dice.once_in(8),
            }),
            3..=4 => self.foreign(table, &columns),
            5 => {
                let family = |of: Type| self.model.family(of);
                let ranges: Vec<Id> = columns
                    .iter()
                    .filter(|(_, of)| family(*of) == Family::Range)
                    .map(|(id, _)| *id)
                    .collect();
                let column = self.dice.pick(&ranges)?;
                Some(Member::Exclude {
                    column,
                    deferrable: self.dice.once_in(3),
                })
            }
            6..=8 => Some(Member::Index(self.index(&columns, first, second, other))),
            9..=10 => self.trigger(&columns),
            11 => Some(Member::Policy {
                of: self.dice.below(3),
                condition: self.condition(&columns)?,
                role: self.dice.once_in(2).then_some(self.dice.below(2)),
                restrictive: self.dice.once_in(4),
            }),
            12 => Some(Member::Statistics {
                columns: [first, self.dice.pick(&ids).filter(|other| *other != first)?],
                target: self.dice.once_in(3).then_some(50),
            }),
            13 => Some(Member::Rule {
                condition: self.condition(&columns)?,
                instead: self.dice.once_in(2),
            }),
            _ => Some(Member::Primary { columns: vec![first] }),
        }
    }

    fn foreign(&mut self, table: Id, columns: &[(Id, Type)]) -> Option<Member> {
        let mut found = Vec::new();
        for other in &self.model.tables {
            for (_, _, member) in &other.members {
                let (Member::Primary { columns: keys }
                | Member::Unique {
                    columns: keys,
                    deferrable: false,
                    ..
                }) = member
                else {
                    continue;
                };
                let [key] = keys.as_slice() else { continue };
                let of = other.columns.iter().find(|column| column.named.id == *key)?.of;
                let fits = columns
                    .iter()
                    .filter(|(id, own)| *own == of && (other.named.id != table || id != key));
                found.extend(fits.map(|(own, _)| (*own, other.named.id, *key)));
            }
        }
        if found.is_empty() {
            return None;
        }
        let (column, table, to) = found[self.dice.below(found.len())];
        Some(Member::Foreign {
            column,
            table,
            to,
            delete: self.dice.below(4),
            deferrable: self.dice.once_in(4),
        })
    }

    fn index(&mut self, columns: &[(Id, Type)], first: Id, second: Option<Id>, include: Option<Id>) -> Index {
        let mut keys = Vec::new();
        for column in [Some(first), second].into_iter().flatten() {
            let of = columns.iter().find(|(id, _)| *id == column).map(|(_, of)| *of);
            let functions = of.map(|of| self.model.functions_of(of)).unwrap_or_default();
            let computed = self.dice.once_in(4);
            keys.push(Key {
                column,
                computed,
                function: self.dice.pick(&functions).filter(|_| computed),
                descending: self.dice.once_in(4),
                nulls_other: self.dice.once_in(5),
            });
        }
        let hash = keys.len() == 1 && self.dice.once_in(8);
        Index {
            keys,
            unique: self.dice.once_in(6),
            hash,
            predicate: self.condition(columns).filter(|_| self.dice.once_in(4)),
            include,
            fillfactor: self.dice.once_in(6).then_some(80),
        }
    }

    fn trigger_function(&mut self) -> Option<Id> {
        let functions = self
            .model
            .functions
            .iter()
            .filter(|function| matches!(function.body, Body::Trigger(_)));
        let functions: Vec<Id> = functions.map(|function| function.named.id).collect();
        self.dice.pick(&functions)
    }

    fn trigger(&mut self, columns: &[(Id, Type)]) -> Option<Member> {
        let function = self.trigger_function()?;
        let ids: Vec<Id> = columns.iter().map(|(id, _)| *id).collect();
        let statement = self.dice.once_in(4);
        Some(Member::Trigger {
            function,
            after: statement || self.dice.once_in(2),
            events: self.dice.below(3),
            of: self.dice.pick(&ids).filter(|_| self.dice.once_in(3)),
            when: self
                .condition(columns)
                .filter(|_| !statement && self.dice.once_in(3)),
            statement,
        })
    }

    pub(super) fn view(&mut self) {
        let (named, schema) = (self.odd("v"), self.some_schema());
        let tables = self.model.tables.iter().map(|table| table.named.id);
        let views = self.model.views.iter().map(|view| view.named.id);
        let relations: Vec<Id> = tables.chain(views).collect();
        let Some(base) = self.dice.pick(&relations) else {
            return;
        };
        let joined = self
            .dice
            .pick(&relations)
            .filter(|joined| *joined != base && self.dice.once_in(4));
        let columns: Vec<(Id, Type)> = self
            .model
            .columns(base)
            .into_iter()
            .map(|(id, _, of)| (id, of))
            .collect();
        let others = joined
            .map(|joined| self.model.columns(joined))
            .unwrap_or_default();
        let mut shown = Vec::new();
        for (source, of) in columns
            .iter()
            .copied()
            .chain(others.iter().map(|(id, _, of)| (*id, *of)))
        {
            if self.dice.once_in(3) && shown.len() + 1 < columns.len() {
                continue;
            }
            let functions = self.model.functions_of(of);
            let function = self.dice.pick(&functions).filter(|_| self.dice.once_in(3));
            shown.push(Shown {
                named: self.odd("w"),
                source,
                function,
            });
            if shown.len() > 5 {
                break;
            }
        }
        let condition = self.condition(&columns).filter(|_| self.dice.once_in(3));
        self.model.views.push(View {
            named,
            schema,
            said: Said::default(),
            kept: self.dice.once_in(3),
            base,
            joined,
            columns: shown,
            condition,
            grouped: self.dice.once_in(6),
            barrier: self.dice.once_in(6),
            indexes: Vec::new(),
            triggers: Vec::new(),
        });
    }

    /// An index of a view that is kept, a trigger of one that is not.
    pub(super) fn view_part(&mut self) {
        let views: Vec<Id> = self.model.views.iter().map(|view| view.named.id).collect();
        let Some(id) = self.dice.pick(&views) else { return };
        let function = self.trigger_function();
        let named = self.odd("vi");
        let at = self.dice.below(6);
        let Some(view) = self.model.views.iter_mut().find(|view| view.named.id == id) else {
            return;
        };
        if !view.kept {
            view.triggers.extend(function.map(|function| (named, function)));
        } else if !view.columns.is_empty() {
            let column = view.columns[at % view.columns.len()].named.id;
            view.indexes.push((named, column));
        }
    }

    /// Something on which a comment can be.
    pub(super) fn some_said(&mut self) -> Option<&mut Said> {
        let mut all = every_said(self.model);
        let ids: Vec<Id> = all
            .iter()
            .map(|(id, _, _)| *id)
            .filter(|id| *id != PUBLIC)
            .collect();
        let id = self.dice.pick(&ids)?;
        let at = all.iter().position(|(one, _, _)| *one == id)?;
        Some(all.swap_remove(at).2)
    }

    /// Something on which there can be rights, and which.
    pub(super) fn grantable(&mut self) -> Option<(&'static [&'static str], &mut Said)> {
        let mut all = every_said(self.model);
        let ids: Vec<Id> = all
            .iter()
            .filter(|(id, words, _)| *id != PUBLIC && !words.is_empty())
            .map(|(id, _, _)| *id)
            .collect();
        let id = self.dice.pick(&ids)?;
        let at = all.iter().position(|(one, _, _)| *one == id)?;
        let (_, words, said) = all.swap_remove(at);
        Some((words, said))
    }
}

const OF_TABLES: &[&str] = &["select", "insert", "update"];

/// All that is said of anything, and the rights that there are to it.
fn every_said(model: &mut Model) -> Vec<(Id, &'static [&'static str], &mut Said)> {
    let mut out: Vec<(Id, &'static [&'static str], &mut Said)> = Vec::new();
    out.extend(
        model
            .schemas
            .iter_mut()
            .map(|one| (one.named.id, &["usage", "create"][..], &mut one.said)),
    );
    out.extend(
        model
            .enums
            .iter_mut()
            .map(|one| (one.named.id, &["usage"][..], &mut one.said)),
    );
    out.extend(
        model
            .domains
            .iter_mut()
            .map(|one| (one.named.id, &["usage"][..], &mut one.said)),
    );
    out.extend(
        model
            .composites
            .iter_mut()
            .map(|one| (one.named.id, &[][..], &mut one.said)),
    );
    out.extend(
        model
            .sequences
            .iter_mut()
            .map(|one| (one.named.id, &["usage", "select"][..], &mut one.said)),
    );
    out.extend(
        model
            .functions
            .iter_mut()
            .map(|one| (one.named.id, &["execute"][..], &mut one.said)),
    );
    for table in &mut model.tables {
        out.push((table.named.id, OF_TABLES, &mut table.said));
        let columns = table.columns.iter_mut();
        out.extend(columns.map(|column| (column.named.id, OF_TABLES, &mut column.said)));
    }
    out.extend(
        model
            .views
            .iter_mut()
            .map(|one| (one.named.id, OF_TABLES, &mut one.said)),
    );
    out
}
