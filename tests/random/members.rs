//! Columns, constraints, indexes, triggers and policies of a table as declarations.

use super::model::{Column, Condition, Id, Index, Member, Model, Named, ROLES, Table, Using};
use super::text::quoted;
use super::types::Type;
use super::write::{Writer, named_as, q, trigger_name};

impl Writer<'_> {
    pub(super) fn column(&self, column: &Column, old: Option<&Column>, table: &Table) -> String {
        let of = q(&self.type_name(column.of));
        let name = Self::part(&column.named, old.map(|old| &old.named));
        let mut head = format!("column {name} {of}");
        if column.nullable && column.generated.is_none() {
            head.push_str(" nullable");
        }
        if let Some((source, number)) = column.generated {
            let source = table.columns.iter().find(|one| one.named.id == source);
            let text = source.map(|source| match source.of {
                Type::Plain(2) => format!("{} || '{number}'", quoted(&source.named.name)),
                _ => format!("{} + {number}", quoted(&source.named.name)),
            });
            head.push_str(&format!(
                " nullable generated=(sql){}",
                q(&text.unwrap_or_default())
            ));
        }
        if let Some(default) = self.model.default(&column.default, column.of) {
            head.push_str(&format!(" default=(sql){}", q(&default)));
        }
        if column.collated {
            let collation = column.collation.map(|id| self.model.reference(id));
            head.push_str(&format!(" collation={}", q(collation.as_deref().unwrap_or("C"))));
        }
        if let Some(using) = column.using {
            let using = match using {
                Using::Value => self.model.value(column.of, 0),
                Using::Length => format!("length({})", quoted(&column.named.name)),
            };
            head.push_str(&format!(" using={}", q(&using)));
        }
        if let Some(at) = column.backfill {
            let value = self.model.value(column.of, at);
            head.push_str(&format!(" backfill=(sql){}", q(&value)));
        }
        let (comment, mut lines) = Self::said(&column.said, self.model.grants);
        if let Some((always, start)) = column.identity {
            let how = if always { "always" } else { "by-default" };
            lines.push(format!("identity {how} start={start}"));
        }
        if let Some(how) = column.storage {
            let mode = if matches!(column.of, Type::Plain(2 | 6)) {
                [" external", " main", ""][how]
            } else {
                ""
            };
            lines.push(format!("storage{mode} statistics={}", 50 + how));
        }
        let lines: String = lines.iter().map(|line| format!("{line}; ")).collect();
        format!("{head}{comment} {{ {lines}}}")
    }

    pub(super) fn member(
        &self,
        of: (&Named, Option<u32>, &Member),
        old: Option<&Named>,
        table: &Table,
    ) -> String {
        let (named, comment, member) = of;
        let columns = self.model.columns(table.named.id);
        let name = |id: Id| name_of(id, &columns);
        let condition = |of: &Condition| self.model.condition(of, &columns, "");
        let names = |ids: &[Id]| ids.iter().map(|id| name(*id)).collect::<Vec<_>>().join(" ");
        let said = comment
            .map(|number| format!(" comment=\"no {number}\""))
            .unwrap_or_default();
        let with = format!("{}{said}", named_as(named, old));
        let defers = |deferrable: bool| {
            if deferrable {
                " deferrable=initially-deferred"
            } else {
                ""
            }
        };
        let include = |of: Option<Id>| of.map(|id| format!("include {}; ", name(id))).unwrap_or_default();
        match member {
            Member::Primary { columns } => format!("primary-key {} {with}", names(columns)),
            Member::Unique {
                columns,
                deferrable,
                nulls,
                include: more,
            } => {
                let nulls = if *nulls { " nulls-not-distinct" } else { "" };
                format!(
                    "unique {} {with}{nulls}{} {{ {} }}",
                    names(columns),
                    defers(*deferrable),
                    include(*more)
                )
            }
            Member::Check {
                condition: of,
                not_valid,
            } => {
                let not_valid = if *not_valid { " not-valid" } else { "" };
                format!("check {} {with}{not_valid}", q(&condition(of)))
            }
            Member::Foreign {
                column,
                table: other,
                to,
                delete,
                deferrable,
            } => {
                let target = self.model.columns(*other).into_iter().find(|(id, ..)| id == to);
                let action = ["no-action", "cascade", "set-null", "restrict"][*delete];
                format!(
                    "foreign-key {} {with} on-delete={action}{} {{ references {} {}; }}",
                    name(*column),
                    defers(*deferrable),
                    q(&self.model.reference(*other)),
                    q(&target.map(|(_, name, _)| name).unwrap_or_default())
                )
            }
            Member::Exclude { column, deferrable } => {
                format!(
                    "exclude {with}{} {{ key {} with=\"&&\"; }}",
                    defers(*deferrable),
                    name(*column)
                )
            }
            Member::Index(index) => self.index(index, &with, &columns, &include(index.include)),
            _ => self.behaviour(&trigger_name(named, old, &said), member, &columns),
        }
    }

    /// Triggers, policies, rules, and statistics.
    fn behaviour(&self, title: &str, member: &Member, columns: &[(Id, String, Type)]) -> String {
        match member {
            Member::Trigger {
                function,
                after,
                events,
                of,
                when,
                statement,
            } => {
                let when_said = when.as_ref().map(|when| {
                    let text = self.model.condition(when, columns, "NEW.");
                    format!("when {}; ", q(&text))
                });
                format!(
                    "trigger {} {{ {} {}; {}{}{}execute {}; }}",
                    title,
                    if *after { "after" } else { "before" },
                    ["insert", "update", "insert update"][*events],
                    of.map(|id| format!("of {}; ", name_of(id, columns)))
                        .unwrap_or_default(),
                    if *statement { "for-each statement; " } else { "" },
                    when_said.unwrap_or_default(),
                    q(&self.model.reference(*function))
                )
            }
            Member::Statistics { columns: of, target } => {
                let names = of.map(|id| name_of(id, columns)).join(" ");
                let target = target
                    .map(|target| format!(" target={target}"))
                    .unwrap_or_default();
                format!("statistics {title} schema=public{target} {{ of {names}; }}")
            }
            Member::Rule {
                condition: of,
                instead,
            } => {
                let instead = if *instead { " instead" } else { "" };
                format!(
                    "rule {} for=delete{instead} {{ when {}; do NOTHING; }}",
                    title,
                    q(&self.model.condition(of, columns, "OLD."))
                )
            }
            Member::Policy {
                of,
                condition: which,
                role,
                restrictive,
            } => {
                let to = role
                    .map(|role| format!(" to={}", ROLES[role]))
                    .unwrap_or_default();
                let kind = if *restrictive { " restrictive" } else { "" };
                format!(
                    "policy {}{kind}{}{to} using={}",
                    title,
                    ["", " for=select", " for=delete"][*of],
                    q(&self.model.condition(which, columns, ""))
                )
            }
            _ => String::new(),
        }
    }

    fn index(&self, index: &Index, with: &str, columns: &[(Id, String, Type)], include: &str) -> String {
        let hash = Model::is_hash(index);
        let keys = index.keys.iter().filter_map(|key| {
            let (_, name, of) = columns.iter().find(|(id, ..)| *id == key.column)?;
            let term = if key.computed {
                format!("(sql){}", q(&self.model.computed(key, name, *of)))
            } else {
                q(name)
            };
            let descending = if key.descending && !hash { " desc" } else { "" };
            let nulls = match (key.nulls_other && !hash, key.descending) {
                (false, _) => "",
                (true, false) => " nulls=first",
                (true, true) => " nulls=last",
            };
            Some(format!("key {term}{descending}{nulls}; "))
        });
        let keys: String = keys.collect();
        let predicate = index
            .predicate
            .as_ref()
            .map(|of| format!(" where={}", q(&self.model.condition(of, columns, ""))));
        let fillfactor = index
            .fillfactor
            .map(|number| format!("storage fillfactor={number}; "))
            .unwrap_or_default();
        format!(
            "index {with}{}{}{} {{ {keys}{include}{fillfactor} }}",
            if index.unique { " unique" } else { "" },
            if hash { " method=hash" } else { "" },
            predicate.unwrap_or_default()
        )
    }
}

fn name_of(id: Id, columns: &[(Id, String, Type)]) -> String {
    let found = columns.iter().find(|(own, ..)| *own == id);
    q(found.map_or("", |(_, name, _)| name))
}
