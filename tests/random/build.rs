//! Steps that add something to a catalog.

use super::dice::Dice;
use super::model::{
    Body, Column, Composite, Default, Divided, Domain, Enum, Function, Grant, Id, Model, Named, PUBLIC, Part,
    ROLES, Said, Schema, Sequence, Table, Way, What,
};
use super::types::{Family, INTEGER, PLAIN, Type};

/// Gives numbers to what a step makes, and names made of them.
pub(super) struct Maker<'a> {
    pub(super) model: &'a mut Model,
    pub(super) dice: &'a mut Dice,
    next: Id,
}

/// What a step adds, each as often as it stands here.
const VERBS: &[fn(&mut Maker<'_>)] = &[
    |maker| maker.schema(),
    |maker| maker.of_enum(),
    |maker| maker.of_enum(),
    |maker| maker.domain(),
    |maker| maker.composite(),
    |maker| maker.sequence(),
    |maker| maker.function(),
    |maker| maker.function(),
    |maker| maker.function(),
    |maker| maker.table(),
    |maker| maker.table(),
    |maker| maker.table(),
    |maker| maker.divided_table(),
    |maker| maker.column(),
    |maker| maker.column(),
    |maker| maker.column(),
    |maker| maker.column(),
    |maker| maker.column(),
    |maker| maker.column(),
    |maker| maker.member(),
    |maker| maker.member(),
    |maker| maker.member(),
    |maker| maker.member(),
    |maker| maker.member(),
    |maker| maker.member(),
    |maker| maker.member(),
    |maker| maker.member(),
    |maker| maker.view(),
    |maker| maker.view(),
    |maker| maker.view(),
    |maker| maker.view_part(),
    |maker| maker.part(),
    |maker| maker.heir(),
    |maker| maker.extra(),
    |maker| maker.extra(),
    |maker| maker.extra(),
    |maker| maker.comment(),
    |maker| maker.comment(),
    |maker| maker.grant(),
    |maker| maker.grant(),
];

pub(super) fn step(model: &mut Model, number: u32, dice: &mut Dice) {
    let mut maker = Maker::new(model, number, dice);
    maker.build();
}

impl<'a> Maker<'a> {
    pub(super) fn new(model: &'a mut Model, number: u32, dice: &'a mut Dice) -> Self {
        Self {
            model,
            dice,
            next: (number + 1) * 40,
        }
    }

    pub(super) fn build(&mut self) {
        let verb = *self.dice.one(VERBS);
        if self.model.tables.is_empty() {
            self.table();
        }
        verb(self);
    }

    pub(super) fn named(&mut self, prefix: &str) -> Named {
        self.next += 1;
        Model::named(prefix, self.next, false)
    }

    /// With a name that has to be quoted, now and then.
    pub(super) fn odd(&mut self, prefix: &str) -> Named {
        self.next += 1;
        let odd = self.dice.once_in(12);
        Model::named(prefix, self.next, odd)
    }

    pub(super) fn some_schema(&mut self) -> Id {
        if self.dice.once_in(2) {
            return PUBLIC;
        }
        let schemas: Vec<Id> = self.model.schemas.iter().map(|schema| schema.named.id).collect();
        self.dice.pick(&schemas).unwrap_or(PUBLIC)
    }

    pub(super) fn some_table(&mut self) -> Option<Id> {
        let tables: Vec<Id> = self.model.tables.iter().map(|table| table.named.id).collect();
        self.dice.pick(&tables)
    }

    pub(super) fn schema(&mut self) {
        let named = self.named("s");
        self.model.schemas.push(Schema {
            named,
            said: Said::default(),
        });
    }

    fn of_enum(&mut self) {
        let (named, schema) = (self.named("e"), self.some_schema());
        let count = 2 + self.dice.below(3);
        let values = (0..count).map(|_| self.named("l")).collect();
        self.model.enums.push(Enum {
            named,
            schema,
            said: Said::default(),
            values,
        });
    }

    fn domain(&mut self) {
        let (named, schema) = (self.named("d"), self.some_schema());
        let enums: Vec<Id> = self.model.enums.iter().map(|of| of.named.id).collect();
        let base = match self.dice.pick(&enums) {
            Some(id) if self.dice.once_in(4) => Type::Enum(id),
            _ => Type::Plain(*self.dice.one(&[0, 2, 4, 8])),
        };
        let checks = (0..self.dice.below(3))
            .map(|at| (self.named("dc"), 90 + at))
            .collect();
        self.model.domains.push(Domain {
            named,
            schema,
            said: Said::default(),
            base,
            required: false,
            default: self.dice.once_in(3).then_some(1),
            checks,
        });
    }

    fn composite(&mut self) {
        let (named, schema) = (self.named("k"), self.some_schema());
        let mut attributes = Vec::new();
        for _ in 0..=self.dice.below(3) {
            let attribute = (self.named("a"), self.attribute_type());
            attributes.push(attribute);
        }
        self.model.composites.push(Composite {
            named,
            schema,
            said: Said::default(),
            attributes,
        });
    }

    /// Attributes are of plain types, of enums and of domains.
    pub(super) fn attribute_type(&mut self) -> Type {
        match self.some_type() {
            Type::Composite(_) => INTEGER,
            of => of,
        }
    }

    pub(super) fn some_type(&mut self) -> Type {
        let enums = self.model.enums.iter().map(|of| of.named.id);
        let domains = self.model.domains.iter().map(|of| of.named.id);
        let composites = self.model.composites.iter().map(|of| of.named.id);
        let made: Vec<Id> = enums.chain(domains).chain(composites).collect();
        let picked = self.dice.pick(&made);
        let Some(id) = picked.filter(|_| self.dice.once_in(2)) else {
            return Type::Plain(if self.dice.once_in(2) {
                self.dice.below(3)
            } else {
                self.dice.below(PLAIN.len())
            });
        };
        if self.model.domains.iter().any(|of| of.named.id == id) {
            Type::Domain(id)
        } else if self.model.composites.iter().any(|of| of.named.id == id) {
            Type::Composite(id)
        } else if self.dice.once_in(4) {
            Type::Enums(id)
        } else {
            Type::Enum(id)
        }
    }

    fn sequence(&mut self) {
        let (named, schema) = (self.named("q"), self.some_schema());
        self.model.sequences.push(Sequence {
            named,
            schema,
            said: Said::default(),
            increment: 1 + self.dice.below(3),
            cache: 1 + self.dice.below(2) * 9,
            cycle: self.dice.once_in(4),
        });
    }

    fn function(&mut self) {
        let (named, schema) = (self.named("f"), self.some_schema());
        let body = self.some_body();
        self.model.functions.push(Function {
            named,
            schema,
            said: Said::default(),
            body,
            argument: self.dice.below(2),
            big: self.dice.once_in(4),
            strict: self.dice.once_in(3),
            cost: self.dice.once_in(4).then_some(50),
        });
    }

    fn some_body(&mut self) -> Body {
        let number = 1 + self.dice.below(9);
        let enums: Vec<Id> = self.model.enums.iter().map(|of| of.named.id).collect();
        match self.dice.below(6) {
            0 => Body::Trigger(number),
            1 => self.some_table().map_or(Body::Trigger(number), Body::Count),
            2 => self.dice.pick(&enums).map_or(Body::Trigger(number), Body::Label),
            _ => {
                let others = self.model.functions_of(INTEGER);
                let through = self.dice.pick(&others).filter(|_| self.dice.once_in(2));
                Body::Plus {
                    number,
                    through,
                    standard: self.dice.once_in(2),
                }
            }
        }
    }

    fn table(&mut self) {
        let (named, schema) = (self.odd("t"), self.some_schema());
        let of = if self.dice.once_in(3) {
            INTEGER
        } else {
            Type::Plain(1)
        };
        let mut key = self.plain_column(of);
        key.nullable = false;
        if self.dice.once_in(3) {
            key.identity = Some((self.dice.once_in(2), 1 + self.dice.below(2) * 1000));
        }
        let mut columns = vec![key];
        for _ in 0..self.dice.below(3) {
            let column = self.some_column();
            columns.push(column);
        }
        let mut table = Table {
            named,
            schema,
            said: Said::default(),
            unlogged: self.dice.once_in(12),
            row_security: self.dice.once_in(8),
            fillfactor: self.dice.once_in(8).then_some(70),
            columns,
            members: Vec::new(),
            divided: None,
            parts: Vec::new(),
        };
        if !self.dice.once_in(6) {
            let columns = vec![table.columns[0].named.id];
            table
                .members
                .push((self.odd("pk"), None, super::model::Member::Primary { columns }));
        }
        self.model.tables.push(table);
    }

    fn divided_table(&mut self) {
        self.table();
        let mut by = self.plain_column(INTEGER);
        by.nullable = false;
        let way = *self.dice.one(&[Way::Range, Way::Range, Way::List, Way::Hash]);
        let Some(table) = self.model.tables.last_mut() else {
            return;
        };
        table.divided = Some(Divided { by: by.named.id, way });
        for (_, _, member) in &mut table.members {
            if let super::model::Member::Primary { columns } = member {
                columns.push(by.named.id);
            }
        }
        table.columns.push(by);
        self.part();
        self.part();
    }

    /// A partition of a table that is divided.
    fn part(&mut self) {
        let divided = self.model.tables.iter().filter(|table| table.divided.is_some());
        let divided: Vec<Id> = divided.map(|table| table.named.id).collect();
        let Some(id) = self.dice.pick(&divided) else {
            return;
        };
        let (named, at) = (self.odd("p"), self.dice.below(5));
        let hash = self.model.table(id).and_then(|table| table.divided);
        let hash = hash.is_some_and(|divided| divided.way == Way::Hash);
        let default = self.dice.once_in(4) && !hash;
        let narrow = self.dice.once_in(3);
        let Some(table) = self.model.tables.iter_mut().find(|table| table.named.id == id) else {
            return;
        };
        let from = (!default).then_some(at * 100);
        // The default partition is asked for rows of a new one, and the bounds of two must not overlap.
        if table.parts.iter().all(|part| part.from != from) {
            table.parts.push(Part {
                named,
                from,
                narrow,
                own: None,
                comment: None,
            });
        }
    }

    /// A table that inherits another one.
    fn heir(&mut self) {
        let whole = self.model.tables.iter().filter(|table| table.divided.is_none());
        let whole: Vec<Id> = whole.map(|table| table.named.id).collect();
        let Some(id) = self.dice.pick(&whole) else {
            return;
        };
        let named = self.odd("h");
        let own = self.some_column();
        let own = (!self.dice.once_in(3)).then_some(own);
        if let Some(table) = self.model.tables.iter_mut().find(|table| table.named.id == id) {
            table.parts.push(Part {
                named,
                from: None,
                narrow: false,
                own,
                comment: None,
            });
        }
    }

    pub(super) fn plain_column(&mut self, of: Type) -> Column {
        Column {
            named: self.odd("c"),
            said: Said::default(),
            of,
            nullable: true,
            default: Default::None,
            identity: None,
            generated: None,
            collated: false,
            collation: None,
            storage: None,
            using: None,
            retyped: false,
            backfill: None,
        }
    }

    fn some_column(&mut self) -> Column {
        let of = self.some_type();
        let mut column = self.plain_column(of);
        let family = self.model.family(of);
        column.nullable = family == Family::Composite || self.dice.once_in(2);
        column.collated = matches!(of, Type::Plain(2 | 6)) && self.dice.once_in(6);
        let collations = self.model.extras_of(|what| matches!(what, What::Collation));
        column.collation = self.dice.pick(&collations).filter(|_| column.collated);
        column.storage = self.dice.once_in(8).then_some(self.dice.below(3));
        if self.dice.once_in(3) {
            column.default = self.some_default(of);
        }
        column
    }

    pub(super) fn some_default(&mut self, of: Type) -> Default {
        let family = self.model.family(of);
        let sequences: Vec<Id> = self
            .model
            .sequences
            .iter()
            .map(|sequence| sequence.named.id)
            .collect();
        let calls = |function: &&Function| matches!(function.body, Body::Plus { .. } | Body::Count(_));
        let functions: Vec<Id> = self
            .model
            .functions
            .iter()
            .filter(calls)
            .map(|function| function.named.id)
            .collect();
        match (family, self.dice.below(3)) {
            (Family::Composite, _) => Default::None,
            (Family::Instant, 0) => Default::Now,
            (Family::Integer, 0) => self
                .dice
                .pick(&functions)
                .map_or(Default::Value(1), Default::Call),
            (Family::Integer, 1) => self
                .dice
                .pick(&sequences)
                .map_or(Default::Value(2), Default::Next),
            _ => Default::Value(self.dice.below(3)),
        }
    }

    pub(super) fn column(&mut self) {
        let Some(id) = self.some_table() else { return };
        let mut column = self.some_column();
        let Some(table) = self.model.table(id) else { return };
        let sources: Vec<Id> = table
            .columns
            .iter()
            .filter(|source| source.generated.is_none() && matches!(source.of, Type::Plain(0..=2)))
            .map(|source| source.named.id)
            .collect();
        let source = self.dice.pick(&sources).filter(|_| self.dice.once_in(7));
        if let Some(source) = source {
            let of = table
                .columns
                .iter()
                .find(|column| column.named.id == source)
                .map(|column| column.of);
            column = self.plain_column(of.unwrap_or(INTEGER));
            column.generated = Some((source, 1 + self.dice.below(3)));
        } else if self.model.editing && !column.nullable && column.default == Default::None {
            // Rows that are there need a value: one is given more often than not.
            if self.dice.once_in(12) {
                column.nullable = false;
            } else if self.dice.once_in(2) {
                column.backfill = Some(7);
            } else {
                column.nullable = true;
            }
        }
        if let Some(table) = self.model.tables.iter_mut().find(|table| table.named.id == id) {
            table.columns.push(column);
        }
    }

    /// A comment on something, or another one, or none any more.
    pub(super) fn comment(&mut self) {
        let text = (!self.dice.once_in(4)).then_some(u32::try_from(self.dice.below(100)).unwrap_or(0));
        if let Some(said) = self.some_said() {
            said.comment = text;
        }
    }

    /// A right on something, or one less.
    pub(super) fn grant(&mut self) {
        let (role, option) = (self.dice.below(ROLES.len()), self.dice.once_in(5));
        let (which, takes) = (self.dice.below(3), self.dice.once_in(3));
        let option = option && ROLES[role] != "public";
        let Some((privileges, said)) = self.grantable() else {
            return;
        };
        if takes && !said.grants.is_empty() {
            said.grants.remove(0);
            return;
        }
        let privilege = privileges[which % privileges.len()];
        // What everybody may do by itself is no right that is given.
        if ROLES[role] == "public" && ["usage", "execute"].contains(&privilege) {
            return;
        }
        said.grants
            .retain(|grant| grant.role != role || grant.privilege != privilege);
        said.grants.push(Grant {
            role,
            privilege,
            option,
        });
    }
}
