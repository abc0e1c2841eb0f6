//! What the engine would not have is taken away, with all that needs it.

use super::model::{
    Body, Column, Condition, Default, Divided, Id, Index, Key, Member, Model, Named, Table, View, What,
};
use super::types::{Family, Type};

/// Until nothing is left to be taken away: what goes may be needed by something else.
pub(super) fn tidy(model: &mut Model) {
    loop {
        let before = format!("{model:?}");
        types(model);
        functions(model);
        for at in 0..model.tables.len() {
            let mut table = model.tables[at].clone();
            columns(&mut table, model);
            model.tables[at] = table;
        }
        model.tables.retain(|table| {
            let by = |divided: Divided| table.columns.iter().any(|column| column.named.id == divided.by);
            !table.columns.is_empty() && table.divided.is_none_or(by)
        });
        for at in 0..model.tables.len() {
            let mut table = model.tables[at].clone();
            members(&mut table, model);
            model.tables[at] = table;
        }
        for at in 0..model.views.len() {
            let mut view = model.views[at].clone();
            shown(&mut view, model);
            model.views[at] = view;
        }
        model.views.retain(|view| !view.columns.is_empty());
        extras(model);
        schemas(model);
        if format!("{model:?}") == before {
            return;
        }
    }
}

fn schemas(model: &mut Model) {
    let there: Vec<Id> = model.schemas.iter().map(|schema| schema.named.id).collect();
    let has = |schema: Id| there.contains(&schema);
    model.enums.retain(|one| has(one.schema));
    model.domains.retain(|one| has(one.schema));
    model.composites.retain(|one| has(one.schema));
    model.sequences.retain(|one| has(one.schema));
    model.functions.retain(|one| has(one.schema));
    model.tables.retain(|one| has(one.schema));
    model.views.retain(|one| has(one.schema));
    model.extras.retain(|one| has(one.schema));
}

fn extras(model: &mut Model) {
    let known = model.clone();
    let is_there = |of: Type| of.needs().is_none_or(|id| known.place(id).is_some());
    let logged = |id: &Id| known.table(*id).is_some_and(|table| !table.unlogged);
    for extra in &mut model.extras {
        match &mut extra.what {
            What::Publication { tables } => tables.retain(logged),
            What::Foreign { columns } => columns.retain(|(_, of, _)| is_there(*of)),
            _ => {}
        }
    }
    model.extras.retain(|extra| match &extra.what {
        What::Configuration { dictionary } => known.place(*dictionary).is_some(),
        What::Cast { from, .. } => is_there(*from),
        _ => true,
    });
}

fn types(model: &mut Model) {
    let known = model.clone();
    let is_there = |of: Type| of.needs().is_none_or(|id| known.place(id).is_some());
    model.domains.retain(|domain| is_there(domain.base));
    for domain in &mut model.domains {
        if domain.base.needs().is_some() {
            domain.checks.clear();
        }
    }
    // Where a column is made of it, only its last attribute can go so that it can come back: it goes as a whole.
    model
        .composites
        .retain(|composite| composite.attributes.iter().all(|(_, of)| is_there(*of)));
}

fn functions(model: &mut Model) {
    let known = model.clone();
    model.functions.retain(|function| match function.body {
        Body::Count(table) => known.table(table).is_some(),
        Body::Label(of) => known.place(of).is_some(),
        Body::Plus { through, .. } => through.is_none_or(|id| known.function(id).is_some()),
        Body::Trigger(_) => true,
    });
    for function in &mut model.functions {
        let called = match function.body {
            Body::Plus { through, .. } => through.and_then(|id| known.function(id)),
            _ => None,
        };
        // What gives more than an integer cannot be called for one.
        function.big |= called.is_some_and(|called| called.big) || matches!(function.body, Body::Count(_));
        function.big &= !matches!(function.body, Body::Trigger(_) | Body::Label(_));
        if let Body::Plus { standard, .. } = &mut function.body {
            *standard &= known.major >= 14;
        }
    }
}

fn columns(table: &mut Table, model: &Model) {
    table
        .columns
        .retain(|column| column.of.needs().is_none_or(|id| model.place(id).is_some()));
    let sources: Vec<Id> = table
        .columns
        .iter()
        .filter(|column| column.generated.is_none())
        .map(|column| column.named.id)
        .collect();
    table.columns.retain(|column| {
        column
            .generated
            .is_none_or(|(source, _)| sources.contains(&source))
    });
    if table.divided.is_some() {
        table.unlogged = false;
        table.fillfactor = None;
    }
    let (id, divided) = (table.named.id, table.divided.map(|divided| divided.by));
    let is_there = |of: Type| of.needs().is_none_or(|id| model.place(id).is_some());
    let has_heirs = divided.is_none() && !table.parts.is_empty();
    for part in &mut table.parts {
        part.own.take_if(|own| !is_there(own.of));
    }
    let own = table.parts.iter_mut().filter_map(|part| part.own.as_mut());
    for column in table.columns.iter_mut().chain(own) {
        // Who inherits a column that counts is refused: the engine lets it count in the one table alone.
        if has_heirs {
            column.identity = None;
        }
        // A function that counts rows is called by later tables only: a table whose default counts its own rows could not be
        // made at once.
        if let Default::Call(function) = column.default
            && let Some(Body::Count(counted)) = model.function(function).map(|function| &function.body)
            && *counted >= id
        {
            column.default = Default::None;
        }
        sound(column, divided, model);
    }
}

fn sound(column: &mut Column, divided: Option<Id>, model: &Model) {
    let family = model.family(column.of);
    let is_there = match column.default {
        Default::Call(id) => model.function(id).is_some() && family == Family::Integer,
        Default::Next(id) => model.place(id).is_some() && family == Family::Integer,
        Default::Now => family == Family::Instant,
        Default::None | Default::Value(_) => true,
    };
    if divided.is_some() || !matches!(column.of, Type::Plain(0 | 1 | 3)) {
        column.identity = None;
    }
    if !is_there || column.identity.is_some() || column.generated.is_some() || family == Family::Composite {
        column.default = Default::None;
    }
    if column.identity.is_some() || divided == Some(column.named.id) {
        column.nullable = false;
    }
    column.collated &= matches!(column.of, Type::Plain(2 | 6)) && column.generated.is_none();
    column.collation = column
        .collation
        .filter(|id| column.collated && model.place(*id).is_some());
}

fn members(table: &mut Table, model: &Model) {
    let unlogged = table.unlogged;
    let divided = table.divided.map(|divided| divided.by);
    let has = |table: &Table, id: Id| table.columns.iter().any(|column| column.named.id == id);
    let mut keys = 0;
    let mut kept: Vec<(Named, Option<u32>, Member)> = Vec::new();
    for (named, comment, mut member) in std::mem::take(&mut table.members) {
        let sound = match &mut member {
            Member::Primary { columns } => {
                keys += 1;
                add_divided(columns, divided);
                keys == 1 && columns.iter().all(|id| has(table, *id)) && required(columns, table)
            }
            Member::Unique {
                columns,
                include,
                deferrable,
                ..
            } => {
                add_divided(columns, divided);
                *include = include.filter(|id| has(table, *id) && !columns.contains(id) && !*deferrable);
                columns.iter().all(|id| has(table, *id))
            }
            Member::Check { condition, not_valid } => {
                *not_valid &= table.divided.is_none();
                holds(condition, table, model)
            }
            Member::Foreign {
                column,
                table: other,
                to,
                ..
            } => {
                let of = |table: &Table, id: Id| {
                    table
                        .columns
                        .iter()
                        .find(|one| one.named.id == id)
                        .map(|one| (one.of, one.generated))
                };
                let target = model.table(*other);
                let own = of(table, *column);
                let fits =
                    target.and_then(|target| of(target, *to)).map(|(of, _)| of) == own.map(|(of, _)| of);
                fits && own.is_some_and(|(_, generated)| generated.is_none())
                    && target.is_some_and(|target| is_key(target, *to) && (unlogged || !target.unlogged))
            }
            Member::Exclude { column, .. } => {
                let ranges = |one: &Column| one.named.id == *column && model.family(one.of) == Family::Range;
                table.divided.is_none() && table.columns.iter().any(ranges)
            }
            Member::Index(index) => index_holds(index, table, model),
            Member::Trigger {
                function,
                after,
                events,
                of,
                when,
                ..
            } => {
                *after |= table.divided.is_some();
                *of = of.filter(|id| has(table, *id) && *events > 0);
                let computed = |id: Id| {
                    let column = table.columns.iter().find(|column| column.named.id == id);
                    column.is_some_and(|column| column.generated.is_some())
                };
                let early = !*after;
                when.take_if(|when| !holds(when, table, model) || early && computed(when.column));
                model.function(*function).is_some()
            }
            Member::Policy { condition, .. } | Member::Rule { condition, .. } => {
                holds(condition, table, model)
            }
            Member::Statistics { columns, .. } => columns.iter().all(|id| is_comparable(*id, table)),
        };
        // Which of two constraints of a partition belongs to which of its table is not told by what they are.
        let twice = divided.is_some() && kept.iter().any(|(_, _, other)| same_key(other, &member));
        if sound && !twice {
            kept.push((named, comment, member));
        }
    }
    table.members = kept;
}

fn same_key(one: &Member, other: &Member) -> bool {
    match (one, other) {
        (Member::Unique { columns: one, .. }, Member::Unique { columns: other, .. }) => one == other,
        _ => false,
    }
}

fn is_comparable(column: Id, table: &Table) -> bool {
    let column = table.columns.iter().find(|one| one.named.id == column);
    column.is_some_and(|column| !matches!(column.of, Type::Composite(_)))
}

/// A key of a divided table has the column by which it is divided.
fn add_divided(columns: &mut Vec<Id>, divided: Option<Id>) {
    if let Some(by) = divided.filter(|by| !columns.contains(by)) {
        columns.push(by);
    }
}

/// Makes the columns of a primary key required; whether they can be in one.
fn required(columns: &[Id], table: &mut Table) -> bool {
    let mut own: Vec<&mut Column> = table
        .columns
        .iter_mut()
        .filter(|column| columns.contains(&column.named.id))
        .collect();
    let sound = own.iter().all(|column| !matches!(column.of, Type::Composite(_)));
    if sound {
        for column in &mut own {
            column.nullable = false;
        }
    }
    sound
}

/// Whether a column of a table can be referred to.
fn is_key(table: &Table, column: Id) -> bool {
    table.members.iter().any(|(_, _, member)| match member {
        Member::Primary { columns }
        | Member::Unique {
            columns,
            deferrable: false,
            ..
        } => columns.as_slice() == [column],
        _ => false,
    })
}

/// Whether a condition can be asked; a function that cannot be called any more is forgotten.
fn holds(condition: &mut Condition, table: &Table, model: &Model) -> bool {
    let column = table
        .columns
        .iter()
        .find(|column| column.named.id == condition.column);
    let Some(column) = column else { return false };
    let callable = model.functions_of(column.of);
    condition.function = condition.function.filter(|id| callable.contains(id));
    true
}

fn index_holds(index: &mut Index, table: &Table, model: &Model) -> bool {
    let of = |id: Id| {
        table
            .columns
            .iter()
            .find(|column| column.named.id == id)
            .map(|column| column.of)
    };
    index
        .keys
        .retain(|key| of(key.column).is_some_and(|of| key.computed || !matches!(of, Type::Composite(_))));
    for key in &mut index.keys {
        let callable = of(key.column)
            .map(|of| model.functions_of(of))
            .unwrap_or_default();
        key.function = key.function.filter(|id| callable.contains(id));
    }
    // Whether something is null is told twice as soon as there are two rows.
    let telling = |key: &Key| !key.computed || matches!(of(key.column), Some(Type::Plain(0..=3)));
    index.unique &= table.divided.is_none() && index.keys.iter().all(telling);
    if table.divided.is_some() {
        index.fillfactor = None;
    }
    let keys: Vec<Id> = index.keys.iter().map(|key| key.column).collect();
    index.include = index.include.filter(|id| of(*id).is_some() && !keys.contains(id));
    if let Some(predicate) = &mut index.predicate
        && !holds(predicate, table, model)
    {
        index.predicate = None;
    }
    !index.keys.is_empty()
}

impl Model {
    /// The column of a primary key of one column.
    pub(super) fn only_key(&self, table: Id) -> Option<Id> {
        self.table(table)?
            .members
            .iter()
            .find_map(|(_, _, member)| match member {
                Member::Primary { columns } if columns.len() == 1 => columns.first().copied(),
                _ => None,
            })
    }
}

fn shown(view: &mut View, model: &Model) {
    let own = model.columns(view.base);
    if own.is_empty() {
        view.columns.clear();
    }
    view.joined = view.joined.filter(|id| !model.columns(*id).is_empty());
    let others = view
        .joined
        .map(|joined| model.columns(joined))
        .unwrap_or_default();
    let of = |id: Id| {
        own.iter()
            .chain(&others)
            .find(|(one, ..)| *one == id)
            .map(|(_, _, of)| *of)
    };
    view.columns.retain(|shown| of(shown.source).is_some());
    for shown in &mut view.columns {
        let callable = of(shown.source)
            .map(|of| model.functions_of(of))
            .unwrap_or_default();
        shown.function = shown.function.filter(|id| callable.contains(id));
    }
    view.grouped &= view.joined.is_none() && model.only_key(view.base).is_some();
    if let Some(condition) = &mut view.condition {
        let callable = of(condition.column)
            .map(|of| model.functions_of(of))
            .unwrap_or_default();
        condition.function = condition.function.filter(|id| callable.contains(id));
        if !own.iter().any(|(id, ..)| *id == condition.column) {
            view.condition = None;
        }
    }
    view.barrier &= !view.kept;
    let indexable = |id: Id| {
        let shown = view.columns.iter().find(|shown| shown.named.id == id);
        shown.is_some_and(|shown| {
            shown.function.is_some() || of(shown.source).is_some_and(|of| !matches!(of, Type::Composite(_)))
        })
    };
    let kept = view.kept;
    view.triggers
        .retain(|(_, function)| !kept && model.function(*function).is_some());
    view.indexes.retain(|(_, column)| kept && indexable(*column));
}
