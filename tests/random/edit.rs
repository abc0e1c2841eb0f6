//! Steps that change a catalog.

use super::build::Maker;
use super::dice::Dice;
use super::model::{Body, Column, Default, Id, Member, Model, Named, PUBLIC, Table, Using};
use super::types::{Family, INTEGER, Type};

/// What a step changes, each as often as it stands here.
const VERBS: &[fn(&mut Maker<'_>)] = &[
    |maker| maker.build(),
    |maker| maker.build(),
    |maker| maker.build(),
    |maker| maker.build(),
    |maker| maker.build(),
    |maker| maker.build(),
    |maker| maker.build(),
    |maker| maker.drop_thing(),
    |maker| maker.drop_thing(),
    |maker| maker.drop_column(),
    |maker| maker.drop_member(),
    |maker| maker.drop_member(),
    |maker| maker.rename_thing(),
    |maker| maker.rename_thing(),
    |maker| maker.rename_part(),
    |maker| maker.rename_part(),
    |maker| maker.rename_part(),
    |maker| maker.retype(),
    |maker| maker.retype(),
    |maker| maker.retype_by_expression(),
    |maker| maker.change_null(),
    |maker| maker.change_default(),
    |maker| maker.change_default(),
    |maker| maker.change_column(),
    |maker| maker.change_column(),
    |maker| maker.change_enum(),
    |maker| maker.change_enum(),
    |maker| maker.change_domain(),
    |maker| maker.change_composite(),
    |maker| maker.change_function(),
    |maker| maker.change_function(),
    |maker| maker.change_view(),
    |maker| maker.change_view(),
    |maker| maker.change_sequence(),
    |maker| maker.change_table(),
    |maker| maker.change_member(),
    |maker| maker.change_member(),
    |maker| maker.change_schema(),
    |maker| maker.change_part(),
    |maker| maker.change_part(),
    |maker| maker.change_extra(),
    |maker| maker.change_extra(),
];

pub(super) fn step(model: &mut Model, number: u32, dice: &mut Dice) {
    let mut maker = Maker::new(model, number, dice);
    let verb = *maker.dice.one(VERBS);
    verb(&mut maker);
}

/// Another name for the same.
fn rename(named: &mut Named) {
    if let Some(stem) = named.name.strip_suffix(" New") {
        named.name = stem.to_owned();
    } else if named.id.is_multiple_of(9) {
        named.name.push_str(" New");
    } else {
        named.name.push_str("_new");
    }
}

fn is_renamed(named: &Named) -> bool {
    named.name.ends_with("_new") || named.name.ends_with(" New")
}

impl Maker<'_> {
    fn is_divided(&self, table: Id) -> bool {
        let table = self.model.table(table);
        table.is_some_and(|table| table.divided.is_some())
    }

    /// A table, by what the dice say; nothing where there is none.
    pub(super) fn table_mut(&mut self) -> Option<&mut Table> {
        let id = self.some_table()?;
        self.model.tables.iter_mut().find(|table| table.named.id == id)
    }

    /// A column that nothing is computed from, that is not computed, and that its table is not divided by.
    fn free_column(&mut self) -> Option<(Id, Id)> {
        let table = self.some_table()?;
        let table = self.model.table(table)?;
        let sources: Vec<Id> = table
            .columns
            .iter()
            .filter_map(|column| column.generated.map(|(of, _)| of))
            .collect();
        let free = |column: &&Column| {
            column.generated.is_none()
                && !sources.contains(&column.named.id)
                && !table.is_divided_by(column.named.id)
        };
        let ids: Vec<Id> = table
            .columns
            .iter()
            .filter(free)
            .map(|column| column.named.id)
            .collect();
        let table = table.named.id;
        Some((table, self.dice.pick(&ids)?))
    }

    pub(super) fn column_mut(&mut self, of: (Id, Id)) -> Option<&mut Column> {
        let table = self
            .model
            .tables
            .iter_mut()
            .find(|table| table.named.id == of.0)?;
        table.columns.iter_mut().find(|column| column.named.id == of.1)
    }

    fn drop_thing(&mut self) {
        let mut ids: Vec<Id> = self
            .model
            .named_mut()
            .into_iter()
            .map(|(named, _)| named.id)
            .collect();
        ids.retain(|id| *id != PUBLIC);
        let Some(id) = self.dice.pick(&ids) else { return };
        let model = &mut *self.model;
        model.schemas.retain(|one| one.named.id != id);
        model.enums.retain(|one| one.named.id != id);
        model.domains.retain(|one| one.named.id != id);
        model.composites.retain(|one| one.named.id != id);
        model.sequences.retain(|one| one.named.id != id);
        model.functions.retain(|one| one.named.id != id);
        model.tables.retain(|one| one.named.id != id);
        model.views.retain(|one| one.named.id != id);
        model.extras.retain(|one| one.named.id != id);
    }

    fn drop_column(&mut self) {
        let Some((table, column)) = self.free_column() else {
            return;
        };
        let dares = self.dice.once_in(10);
        let required = |one: &Column| !one.nullable && one.default == Default::None && one.identity.is_none();
        // Without a value for rows that are there it could not come back.
        if self.column_mut((table, column)).is_some_and(|one| required(one)) && !dares {
            return;
        }
        if let Some(table) = self.model.tables.iter_mut().find(|one| one.named.id == table) {
            table.columns.retain(|one| one.named.id != column);
        }
    }

    fn drop_member(&mut self) {
        let at = self.dice.below(20);
        let Some(table) = self.table_mut() else { return };
        if table.parts.len() > at {
            table.parts.remove(at);
        } else if !table.members.is_empty() {
            table.members.remove(at % table.members.len());
        }
    }

    fn rename_thing(&mut self) {
        let all = self.model.named_mut();
        let ids: Vec<Id> = all
            .iter()
            .map(|(named, _)| named.id)
            .filter(|id| *id != PUBLIC)
            .collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        let moved = self.some_schema();
        let moves = self.dice.once_in(6);
        for (named, schema) in self.model.named_mut() {
            if named.id != id {
                continue;
            }
            match schema {
                Some(schema) if moves => *schema = moved,
                _ => rename(named),
            }
        }
    }

    /// A column, a constraint, an index, a trigger, a policy, a value, an attribute, an index of a view.
    fn rename_part(&mut self) {
        let (model, mut all) = (&mut *self.model, Vec::new());
        for table in &mut model.tables {
            let divided = table.divided.is_some();
            // The engine makes the index of a partition anew when a column of it takes another type, and names it as a new one
            // would be: with a column that has another name, too, the name that it has is not known before.
            let columns = table
                .columns
                .iter_mut()
                .filter(|column| !(divided && column.retyped));
            all.extend(columns.map(|column| &mut column.named));
            all.extend(table.members.iter_mut().map(|(named, ..)| named));
            for part in &mut table.parts {
                all.push(&mut part.named);
                all.extend(part.own.as_mut().map(|own| &mut own.named));
            }
        }
        all.extend(model.enums.iter_mut().flat_map(|of| &mut of.values));
        all.extend(
            model
                .composites
                .iter_mut()
                .flat_map(|of| &mut of.attributes)
                .map(|(named, _)| named),
        );
        all.extend(
            model
                .views
                .iter_mut()
                .flat_map(|of| of.indexes.iter_mut().chain(&mut of.triggers))
                .map(|(named, _)| named),
        );
        let ids: Vec<Id> = all.iter().map(|named| named.id).collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        all.into_iter().filter(|named| named.id == id).for_each(rename);
    }

    /// Another type, both ways without a word. What refers to the column goes along where the two still fit.
    fn retype(&mut self) {
        let Some(of) = self.free_column() else { return };
        let at = self.dice.below(20);
        let divided = self.is_divided(of.0);
        let Some(column) = self.column_mut(of) else { return };
        let relatives = column.of.relatives();
        if relatives.is_empty() || divided && is_renamed(&column.named) {
            return;
        }
        let now = Type::Plain(relatives[at % relatives.len()]);
        column.of = now;
        column.retyped = true;
        for table in &mut self.model.tables {
            let own = table.named.id;
            let tied = table.members.iter().filter_map(|(_, _, member)| match member {
                Member::Foreign {
                    column, table, to, ..
                } if *table == of.0 && *to == of.1 => Some(*column),
                _ => None,
            });
            let mut tied: Vec<Id> = tied.collect();
            // What something is computed from does not change its type.
            tied.retain(|id| {
                !table
                    .columns
                    .iter()
                    .any(|one| one.generated.is_some_and(|(source, _)| source == *id))
            });
            tied.retain(|id| !table.is_divided_by(*id) && (own, *id) != of);
            let columns = table
                .columns
                .iter_mut()
                .filter(|column| tied.contains(&column.named.id));
            columns.for_each(|column| {
                column.of = now;
                column.retyped = true;
            });
        }
    }

    /// A type to which values come by an expression.
    fn retype_by_expression(&mut self) {
        let Some(of) = self.free_column() else { return };
        let enums: Vec<Id> = self.model.enums.iter().map(|of| of.named.id).collect();
        let to = self.dice.pick(&enums).map(Type::Enum);
        let Some(found) = self
            .model
            .table(of.0)
            .and_then(|table| table.columns.iter().find(|one| one.named.id == of.1))
        else {
            return;
        };
        // One that is new, or that changes its type a second time, has no values to be converted from.
        if found.identity.is_some() || found.using.is_some() {
            return;
        }
        if self.is_divided(of.0) && is_renamed(&found.named) {
            return;
        }
        // From a text only: back from one it would need a word of its own.
        let to = match (self.model.family(found.of), to) {
            (Family::Text, Some(to)) => (to, Using::Value),
            (Family::Text, None) => (INTEGER, Using::Length),
            _ => return,
        };
        if let Some(column) = self.column_mut(of) {
            column.of = to.0;
            column.using = Some(to.1);
            column.retyped = true;
            column.default = Default::None;
            column.collated = false;
        }
    }

    fn change_null(&mut self) {
        let Some(of) = self.free_column() else { return };
        let Some(to) = self
            .model
            .columns(of.0)
            .into_iter()
            .find(|(id, ..)| *id == of.1)
            .map(|(_, _, of)| of)
        else {
            return;
        };
        let filled = !self.dice.once_in(8);
        let composite = matches!(to, Type::Composite(_));
        let Some(column) = self.column_mut(of) else { return };
        if column.nullable && !composite {
            column.nullable = false;
            column.backfill = filled.then_some(7);
        } else {
            column.nullable = true;
        }
    }

    fn change_default(&mut self) {
        let Some(of) = self.free_column() else { return };
        let Some((_, _, to)) = self.model.columns(of.0).into_iter().find(|(id, ..)| *id == of.1) else {
            return;
        };
        let default = if self.dice.once_in(4) {
            Default::None
        } else {
            self.some_default(to)
        };
        if let Some(column) = self.column_mut(of) {
            column.default = default;
        }
    }

    /// Collation, storage, identity.
    fn change_column(&mut self) {
        let Some(of) = self.free_column() else { return };
        let (what, how) = (self.dice.below(3), self.dice.below(4));
        let always = self.dice.once_in(2);
        let Some(column) = self.column_mut(of) else { return };
        match what {
            0 => column.collated = !column.collated,
            1 => column.storage = (how < 3).then_some(how),
            _ if column.nullable => {}
            _ => column.identity = (how > 0).then_some((always, 1 + how * 500)),
        }
    }

    fn change_enum(&mut self) {
        let ids: Vec<Id> = self.model.enums.iter().map(|of| of.named.id).collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        let (what, at, other) = (self.dice.below(4), self.dice.below(8), self.dice.below(8));
        let value = self.named("l");
        let Some(of) = self.model.enums.iter_mut().find(|of| of.named.id == id) else {
            return;
        };
        let count = of.values.len();
        match what {
            0 | 1 => of.values.insert(at % (count + 1), value),
            2 => of.values.swap(at % count, other % count),
            _ if count > 2 => {
                of.values.remove(count - 1);
            }
            _ => {}
        }
    }

    fn change_domain(&mut self) {
        let ids: Vec<Id> = self.model.domains.iter().map(|of| of.named.id).collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        let (what, number) = (self.dice.below(4), self.dice.below(9));
        let check = self.named("dc");
        let Some(of) = self.model.domains.iter_mut().find(|of| of.named.id == id) else {
            return;
        };
        match what {
            0 => of.default = (number > 3).then_some(number),
            1 => of.checks.push((check, 80 + number)),
            2 => of.required = !of.required,
            _ if !of.checks.is_empty() => {
                of.checks.remove(number % of.checks.len());
            }
            _ => {}
        }
    }

    fn change_composite(&mut self) {
        let ids: Vec<Id> = self.model.composites.iter().map(|of| of.named.id).collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        let used = self
            .model
            .tables
            .iter()
            .flat_map(|table| &table.columns)
            .any(|one| one.of == Type::Composite(id));
        let (what, attribute, of) = (self.dice.below(3), self.named("a"), self.attribute_type());
        let Some(composite) = self.model.composites.iter_mut().find(|one| one.named.id == id) else {
            return;
        };
        match what {
            0 if composite.attributes.len() > 1 => {
                composite.attributes.pop();
            }
            1 if !used => composite.attributes[0].1 = of,
            _ => composite.attributes.push((attribute, of)),
        }
    }

    fn change_function(&mut self) {
        let ids: Vec<Id> = self.model.functions.iter().map(|of| of.named.id).collect();
        let Some(id) = self.dice.pick(&ids) else { return };
        let (what, number) = (self.dice.below(6), 10 + self.dice.below(9));
        // A function that a default calls can have other names of arguments or another result only once the default is gone: that
        // is refused with a reason (RC0501), for a default is not taken down and put back.
        if what < 2 && self.model.is_called_by_default(id) {
            return;
        }
        let Some(of) = self.model.functions.iter_mut().find(|of| of.named.id == id) else {
            return;
        };
        match (what, &mut of.body) {
            (0, _) => of.argument = 1 - of.argument,
            (1, _) => of.big = !of.big,
            (2, _) => of.strict = !of.strict,
            (3, _) => of.cost = (of.cost.is_none()).then_some(20),
            (4, Body::Plus { standard, .. }) => *standard = !*standard,
            (_, Body::Plus { number: own, .. } | Body::Trigger(own)) => *own = number,
            _ => {}
        }
    }
}
