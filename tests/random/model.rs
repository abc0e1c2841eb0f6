//! A catalog as the generator knows it: things with numbers, which refer to each other by these numbers.

use super::types::Type;

/// What a thing is known by, whatever its name.
pub(super) type Id = u32;

/// The schema that is there by itself.
pub(super) const PUBLIC: Id = 0;
/// Roles that every test server has.
pub(super) const ROLES: &[&str] = &["rcn_reader", "rcn_writer", "public"];

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Named {
    pub(super) id: Id,
    pub(super) name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grant {
    pub(super) role: usize,
    pub(super) privilege: &'static str,
    pub(super) option: bool,
}

/// What everything can have besides.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Said {
    pub(super) comment: Option<u32>,
    pub(super) grants: Vec<Grant>,
}

#[derive(Clone, Debug)]
pub(super) struct Schema {
    pub(super) named: Named,
    pub(super) said: Said,
}

#[derive(Clone, Debug)]
pub(super) struct Enum {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) said: Said,
    pub(super) values: Vec<Named>,
}

#[derive(Clone, Debug)]
pub(super) struct Domain {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) said: Said,
    pub(super) base: Type,
    pub(super) required: bool,
    pub(super) default: Option<usize>,
    /// What values must not be.
    pub(super) checks: Vec<(Named, usize)>,
}

#[derive(Clone, Debug)]
pub(super) struct Composite {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) said: Said,
    pub(super) attributes: Vec<(Named, Type)>,
}

#[derive(Clone, Debug)]
pub(super) struct Sequence {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) said: Said,
    pub(super) increment: usize,
    pub(super) cache: usize,
    pub(super) cycle: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Body {
    /// An integer plus a number, perhaps through another function; as statements that the engine takes in, or as a text.
    Plus {
        number: usize,
        through: Option<Id>,
        standard: bool,
    },
    /// How many rows a table has.
    Count(Id),
    /// What a trigger calls.
    Trigger(usize),
    /// The text of a value of an enum.
    Label(Id),
}

#[derive(Clone, Debug)]
pub(super) struct Function {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) said: Said,
    pub(super) body: Body,
    /// The name of its argument.
    pub(super) argument: usize,
    /// Whether it gives a `bigint` instead of an `integer`.
    pub(super) big: bool,
    pub(super) strict: bool,
    pub(super) cost: Option<usize>,
}

/// A condition over a column.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    pub(super) column: Id,
    pub(super) number: usize,
    /// A function that is called on an integer or on a value of an enum.
    pub(super) function: Option<Id>,
    pub(super) or_null: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Default {
    None,
    Value(usize),
    Call(Id),
    Next(Id),
    Now,
}

#[derive(Clone, Debug)]
pub(super) struct Column {
    pub(super) named: Named,
    pub(super) said: Said,
    pub(super) of: Type,
    pub(super) nullable: bool,
    pub(super) default: Default,
    /// Always, or by default; and where it begins.
    pub(super) identity: Option<(bool, usize)>,
    /// Computed from another column.
    pub(super) generated: Option<(Id, usize)>,
    pub(super) collated: bool,
    /// In which one; that of the engine otherwise.
    pub(super) collation: Option<Id>,
    /// Where the sampling of values, and for texts the way they are stored, is other than usual.
    pub(super) storage: Option<usize>,
    pub(super) using: Option<Using>,
    /// Whether it has another type than in the first state.
    pub(super) retyped: bool,
    /// The value that rows get which have none.
    pub(super) backfill: Option<usize>,
}

/// By which expression values come to another type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Using {
    Value,
    Length,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Key {
    pub(super) column: Id,
    /// An expression over the column instead of the column.
    pub(super) computed: bool,
    pub(super) function: Option<Id>,
    pub(super) descending: bool,
    pub(super) nulls_other: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Index {
    pub(super) keys: Vec<Key>,
    pub(super) unique: bool,
    pub(super) hash: bool,
    pub(super) predicate: Option<Condition>,
    pub(super) include: Option<Id>,
    pub(super) fillfactor: Option<usize>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Member {
    Primary {
        columns: Vec<Id>,
    },
    Unique {
        columns: Vec<Id>,
        deferrable: bool,
        nulls: bool,
        include: Option<Id>,
    },
    Check {
        condition: Condition,
        not_valid: bool,
    },
    Foreign {
        column: Id,
        table: Id,
        to: Id,
        delete: usize,
        deferrable: bool,
    },
    Exclude {
        column: Id,
        deferrable: bool,
    },
    Index(Index),
    Trigger {
        function: Id,
        after: bool,
        events: usize,
        of: Option<Id>,
        when: Option<Condition>,
        statement: bool,
    },
    /// What the planner knows of two columns together.
    Statistics {
        columns: [Id; 2],
        target: Option<usize>,
    },
    /// What is to be done instead of taking a row away, or besides.
    Rule {
        condition: Condition,
        instead: bool,
    },
    Policy {
        of: usize,
        condition: Condition,
        role: Option<usize>,
        restrictive: bool,
    },
}

/// By what a table is divided, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Divided {
    pub(super) by: Id,
    pub(super) way: Way,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    Range,
    List,
    Hash,
}

/// A partition of a table that is divided; a table that inherits one that is not.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) named: Named,
    /// Without bounds it is the default partition.
    pub(super) from: Option<usize>,
    /// Whether it takes fewer rows than it could.
    pub(super) narrow: bool,
    /// What a table that inherits has besides.
    pub(super) own: Option<Column>,
    pub(super) comment: Option<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) said: Said,
    pub(super) unlogged: bool,
    pub(super) row_security: bool,
    pub(super) fillfactor: Option<usize>,
    pub(super) columns: Vec<Column>,
    pub(super) members: Vec<(Named, Option<u32>, Member)>,
    pub(super) divided: Option<Divided>,
    pub(super) parts: Vec<Part>,
}

/// A column of a view: one of what it reads, perhaps through a function.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Shown {
    pub(super) named: Named,
    pub(super) source: Id,
    pub(super) function: Option<Id>,
}

#[derive(Clone, Debug)]
pub(super) struct View {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) said: Said,
    pub(super) kept: bool,
    pub(super) base: Id,
    /// A second relation beside it.
    pub(super) joined: Option<Id>,
    pub(super) columns: Vec<Shown>,
    pub(super) condition: Option<Condition>,
    /// Grouped by the primary key of its table, which the engine takes for enough.
    pub(super) grouped: bool,
    pub(super) barrier: bool,
    pub(super) indexes: Vec<(Named, Id)>,
    /// What is called instead of an insertion.
    pub(super) triggers: Vec<(Named, Id)>,
}

/// What is none of the others.
#[derive(Clone, Debug)]
pub(super) struct Extra {
    pub(super) named: Named,
    pub(super) schema: Id,
    pub(super) comment: Option<u32>,
    pub(super) what: What,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum What {
    /// One in which other ones than those of the engine are compared as bytes.
    Collation,
    /// Adds up what a column holds, from this number on.
    Aggregate {
        start: usize,
    },
    /// Tables that are copied elsewhere.
    Publication {
        tables: Vec<Id>,
    },
    /// A table that lies elsewhere.
    Foreign {
        columns: Vec<(Named, Type, bool)>,
    },
    Dictionary {
        accept: bool,
    },
    /// The words of a text, through this dictionary.
    Configuration {
        dictionary: Id,
    },
    /// A value of an enum as an integer. Never by itself: an operator that could be meant twice is none.
    Cast {
        from: Type,
        assigns: bool,
    },
}

#[derive(Clone, Debug)]
pub(super) struct Model {
    pub(super) major: u32,
    pub(super) grants: bool,
    /// Whether this is the second of the two states.
    pub(super) editing: bool,
    pub(super) schemas: Vec<Schema>,
    pub(super) enums: Vec<Enum>,
    pub(super) domains: Vec<Domain>,
    pub(super) composites: Vec<Composite>,
    pub(super) sequences: Vec<Sequence>,
    pub(super) functions: Vec<Function>,
    pub(super) tables: Vec<Table>,
    pub(super) views: Vec<View>,
    pub(super) extras: Vec<Extra>,
}

impl Table {
    /// Whether it is divided by this column.
    pub(super) fn is_divided_by(&self, column: Id) -> bool {
        self.divided.is_some_and(|divided| divided.by == column)
    }
}

impl Model {
    pub(super) fn new(major: u32, grants: bool) -> Self {
        let public = Schema {
            named: Named {
                id: PUBLIC,
                name: "public".to_owned(),
            },
            said: Said::default(),
        };
        Self {
            major,
            grants,
            editing: false,
            schemas: vec![public],
            enums: Vec::new(),
            domains: Vec::new(),
            composites: Vec::new(),
            sequences: Vec::new(),
            functions: Vec::new(),
            tables: Vec::new(),
            views: Vec::new(),
            extras: Vec::new(),
        }
    }

    /// A thing that is named after its number.
    pub(super) fn named(prefix: &str, id: Id, odd: bool) -> Named {
        let name = if odd {
            format!("{} {id}", prefix.to_uppercase())
        } else {
            format!("{prefix}{id}")
        };
        Named { id, name }
    }

    pub(super) fn table(&self, id: Id) -> Option<&Table> {
        self.tables.iter().find(|table| table.named.id == id)
    }

    pub(super) fn view(&self, id: Id) -> Option<&View> {
        self.views.iter().find(|view| view.named.id == id)
    }

    pub(super) fn function(&self, id: Id) -> Option<&Function> {
        self.functions.iter().find(|function| function.named.id == id)
    }

    /// The columns of a table or view: number, name, type.
    pub(super) fn columns(&self, relation: Id) -> Vec<(Id, String, Type)> {
        if let Some(table) = self.table(relation) {
            let columns = table.columns.iter();
            return columns
                .map(|column| (column.named.id, column.named.name.clone(), column.of))
                .collect();
        }
        let Some(view) = self.view(relation) else {
            return Vec::new();
        };
        let below = [Some(view.base), view.joined];
        let below: Vec<_> = below
            .into_iter()
            .flatten()
            .flat_map(|id| self.columns(id))
            .collect();
        let shown = view.columns.iter().filter_map(|shown| {
            let (_, _, of) = below.iter().find(|(id, ..)| *id == shown.source)?;
            let of = shown.function.map_or(*of, |function| self.result(function));
            Some((shown.named.id, shown.named.name.clone(), of))
        });
        shown.collect()
    }

    /// The type that a function gives.
    pub(super) fn result(&self, function: Id) -> Type {
        match self.function(function) {
            Some(function) if matches!(function.body, Body::Label(_)) => super::types::TEXT,
            Some(function) if function.big => super::types::BIGINT,
            _ => super::types::INTEGER,
        }
    }

    /// Whether a default calls a function, directly or through another one.
    pub(super) fn is_called_by_default(&self, function: Id) -> bool {
        let columns = self.tables.iter().flat_map(|table| &table.columns);
        let called = columns.filter_map(|column| match column.default {
            Default::Call(id) => Some(id),
            _ => None,
        });
        let mut called: Vec<Id> = called.collect();
        while let Some(id) = called.pop() {
            if id == function {
                return true;
            }
            called.extend(self.function(id).and_then(|found| match found.body {
                Body::Plus { through, .. } => through,
                _ => None,
            }));
        }
        false
    }

    /// The functions that take a value of this type.
    pub(super) fn functions_of(&self, of: Type) -> Vec<Id> {
        let takes = |function: &&Function| match function.body {
            Body::Plus { .. } => of == super::types::INTEGER,
            Body::Label(id) => of == Type::Enum(id),
            Body::Count(_) | Body::Trigger(_) => false,
        };
        self.functions
            .iter()
            .filter(takes)
            .map(|function| function.named.id)
            .collect()
    }

    /// `table` and `table.column`, as the observer names them, of what goes, or may not have the values that it had: other types,
    /// values that are computed or looked at otherwise.
    pub(super) fn changed_since(&self, before: &Self) -> Vec<String> {
        let mut out = Vec::new();
        for table in &before.tables {
            let now = self.table(table.named.id);
            if now.is_none() {
                out.push(before.observed(table));
            }
            let gone = table
                .parts
                .iter()
                .filter(|part| now.is_none_or(|now| now.parts.iter().all(|one| one.named != part.named)));
            out.extend(gone.map(|part| before.in_schema(table.schema, &part.named.name)));
            for part in &table.parts {
                let now = now.and_then(|now| now.parts.iter().find(|now| now.named.id == part.named.id));
                let now = now.and_then(|now| now.own.as_ref());
                let own = part.own.as_ref();
                if let Some(own) =
                    own.filter(|own| !now.is_some_and(|now| self.same_column(before, own, now)))
                {
                    let name = before.in_schema(table.schema, &part.named.name);
                    out.push(format!("{name}.{}", own.named.name));
                }
            }
            for column in &table.columns {
                let now = now.and_then(|now| now.columns.iter().find(|now| now.named.id == column.named.id));
                if !now.is_some_and(|now| self.same_column(before, column, now)) {
                    let parts = table
                        .parts
                        .iter()
                        .map(|part| before.in_schema(table.schema, &part.named.name));
                    let tables = std::iter::once(before.observed(table)).chain(parts);
                    out.extend(tables.map(|table| format!("{table}.{}", column.named.name)));
                }
            }
        }
        out
    }

    /// Whether a column has the values that it had.
    fn same_column(&self, before: &Self, column: &Column, now: &Column) -> bool {
        // What becomes required is filled.
        (now.nullable || !column.nullable)
            && now.of == column.of
            && now.generated == column.generated
            && column.named.name == now.named.name
            && self.same_values(before, now.of)
    }

    /// The name of a table as the observer says it.
    fn observed(&self, table: &Table) -> String {
        self.in_schema(table.schema, &table.named.name)
    }

    fn in_schema(&self, schema: Id, name: &str) -> String {
        if schema == PUBLIC {
            name.to_owned()
        } else {
            format!("{}.{name}", self.plain_name(schema))
        }
    }

    /// Whether values of a type look the same before and after.
    fn same_values(&self, before: &Self, of: Type) -> bool {
        match of {
            Type::Plain(_) => true,
            Type::Composite(_) => false,
            Type::Domain(id) => {
                let base = |model: &Self| {
                    model
                        .domains
                        .iter()
                        .find(|one| one.named.id == id)
                        .map(|one| one.base)
                };
                base(self) == base(before) && base(self).is_some_and(|of| self.same_values(before, of))
            }
            Type::Enum(id) | Type::Enums(id) => {
                let values = |model: &Self| {
                    let of = model.enums.iter().find(|one| one.named.id == id);
                    of.map(|of| of.values.clone()).unwrap_or_default()
                };
                // A value that has another name is another text.
                values(before).iter().all(|value| values(self).contains(value))
            }
        }
    }
}
