//! What is neither a table, nor a type of columns, nor a view: made, changed and written.

use super::build::Maker;
use super::model::{Extra, Id, Model, Named, PUBLIC, Said, What};
use super::types::Type;
use super::write::{Writer, q};

impl Model {
    /// Those that are of this sort.
    pub(super) fn extras_of(&self, is: impl Fn(&What) -> bool) -> Vec<Id> {
        let extras = self.extras.iter().filter(|one| is(&one.what));
        extras.map(|one| one.named.id).collect()
    }
}

impl Maker<'_> {
    pub(super) fn extra(&mut self) {
        let (named, schema) = (self.named("x"), self.some_schema());
        let Some(what) = self.what() else { return };
        let schema = match what {
            What::Publication { .. } | What::Cast { .. } => PUBLIC,
            _ => schema,
        };
        // One cast from a type to another.
        let twice = self.model.extras.iter().any(|one| match (&one.what, &what) {
            (What::Cast { from, .. }, What::Cast { from: other, .. }) => from == other,
            _ => false,
        });
        if !twice {
            self.model.extras.push(Extra {
                named,
                schema,
                comment: self.dice.once_in(4).then_some(5),
                what,
            });
        }
    }

    fn what(&mut self) -> Option<What> {
        Some(match self.dice.below(7) {
            0 => What::Collation,
            1 => What::Aggregate {
                start: self.dice.below(4),
            },
            2 => {
                let tables = [self.some_table(), self.some_table()];
                let mut tables: Vec<Id> = tables.into_iter().flatten().collect();
                tables.dedup();
                What::Publication { tables }
            }
            3 => {
                let mut columns = Vec::new();
                for _ in 0..=self.dice.below(3) {
                    let column = (self.named("c"), self.some_type(), self.dice.once_in(2));
                    columns.push(column);
                }
                What::Foreign { columns }
            }
            4 => What::Dictionary {
                accept: self.dice.once_in(2),
            },
            5 => {
                let dictionaries = self
                    .model
                    .extras_of(|what| matches!(what, What::Dictionary { .. }));
                What::Configuration {
                    dictionary: self.dice.pick(&dictionaries)?,
                }
            }
            _ => {
                let enums: Vec<Id> = self.model.enums.iter().map(|one| one.named.id).collect();
                What::Cast {
                    from: Type::Enum(self.dice.pick(&enums)?),
                    assigns: self.dice.once_in(2),
                }
            }
        })
    }

    pub(super) fn change_extra(&mut self) {
        let ids = self.model.extras_of(|_| true);
        let Some(id) = self.dice.pick(&ids) else { return };
        let (table, comments) = (self.some_table(), self.dice.once_in(4));
        let column = (self.named("c"), self.some_type(), true);
        let takes = self.dice.once_in(2);
        let Some(extra) = self.model.extras.iter_mut().find(|one| one.named.id == id) else {
            return;
        };
        if comments {
            extra.comment = (extra.comment.is_none()).then_some(6);
            return;
        }
        match &mut extra.what {
            What::Collation | What::Configuration { .. } => extra.comment = Some(9),
            What::Aggregate { start } => *start += 1,
            What::Publication { tables } => match table {
                Some(table) if !tables.contains(&table) => tables.push(table),
                _ => {
                    tables.pop();
                }
            },
            What::Foreign { columns } if takes => {
                columns.pop();
            }
            What::Foreign { columns } => columns.push(column),
            What::Dictionary { accept } => *accept = !*accept,
            What::Cast { assigns, .. } => *assigns = !*assigns,
        }
    }
}

impl Writer<'_> {
    pub(super) fn extra(&mut self, extra: &Extra) {
        let said = Said {
            comment: extra.comment,
            grants: Vec::new(),
        };
        let head = self.head(extra.named.id);
        let id = extra.named.id;
        let before = self.before.extras.iter().find(|one| one.named.id == id);
        let (head, lines) = match &extra.what {
            What::Collation => (format!("collation {head} locale=C"), Vec::new()),
            What::Aggregate { start } => (
                format!("aggregate {head} arguments=integer sfunc=int4pl stype=integer initcond=\"{start}\""),
                Vec::new(),
            ),
            What::Publication { tables } => {
                // Nothing else could be told apart without a key.
                let mut lines = vec!["publish insert truncate".to_owned()];
                lines.extend(
                    tables
                        .iter()
                        .map(|id| format!("table {}", q(&self.model.reference(*id)))),
                );
                (format!("publication {head}"), lines)
            }
            What::Foreign { columns } => {
                let place = format!("foreign-data-wrapper w{id}\nforeign-server o{id} wrapper=w{id}\n");
                self.out.push_str(&place);
                let old: &[(Named, Type, bool)] = match before.map(|before| &before.what) {
                    Some(What::Foreign { columns }) => columns,
                    _ => &[],
                };
                let column = |(named, of, nullable): &(Named, Type, bool)| {
                    let old = old.iter().find(|(old, ..)| old.id == named.id);
                    let name = Self::part(named, old.map(|(old, ..)| old));
                    let nullable = if *nullable { " nullable" } else { "" };
                    format!("column {name} {}{nullable}", q(&self.type_name(*of)))
                };
                let lines = columns.iter().map(column).collect();
                (format!("foreign-table {head} server=o{id}"), lines)
            }
            What::Dictionary { accept } => (
                format!("text-search-dictionary {head} template=simple"),
                vec![format!("options accept=#{accept}")],
            ),
            What::Configuration { dictionary } => (
                format!("text-search-configuration {head}"),
                vec![format!(
                    "mapping word {{ with {}; }}",
                    q(&self.model.reference(*dictionary))
                )],
            ),
            What::Cast { from, assigns } => {
                let how = if *assigns { " as=assignment" } else { "" };
                let from = q(&self.type_name(*from));
                (format!("cast from={from} to=integer{how} with-inout"), Vec::new())
            }
        };
        self.object(&head, &said, &lines);
    }
}
