//! Tables with their columns, constraints, indexes and triggers.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::catalog::kinds::{
    Check, Column, ConstraintTrigger, Exclusion, Foreign, ForeignKey, Generated, Identity, Incidental, Index,
    IndexKey, IndexTerm, Inheritance, NotNull, NullsOrder, Partition, PartitionKey, PrimaryKey, RowSecurity,
    RowType, Table, Trigger, TriggerAction, Unique,
};
use crate::catalog::{Catalog, DataType, Expr, Ident, Kind, Object, ObjectId, QName};
use crate::dialect::session::EngineErrorKind;
use crate::dialect::{EngineError, Scope};

use super::super::super::unmodelled::Notes;
use super::super::batch::Raw;
use super::super::columns::Attribute;
use super::super::constraints::Constraint;
use super::super::depends::class;
use super::super::indexes::IndexRow;
use super::super::rules::RuleRow;
use super::super::triggers::TriggerRow;
use super::{Known, Verdict, foreign, table_payload};

/// Which rows belong to which table.
struct Grouped {
    /// What is said of the constraints by which columns are required.
    not_null: HashMap<(u32, i16), NotNull>,
    /// The columns that the table itself requires.
    required_here: HashSet<(u32, i16)>,
    defaults: HashMap<(u32, i16), Expr>,
    constraints: HashMap<u32, Vec<usize>>,
    /// Those that are no constraint's.
    indexes: HashMap<u32, Vec<usize>>,
    index_of: HashMap<u32, usize>,
    triggers: HashMap<u32, Vec<usize>>,
    policies: HashMap<u32, Vec<usize>>,
    rules: HashMap<u32, Vec<usize>>,
}

impl Grouped {
    fn new(raw: &Raw, details: bool) -> Self {
        let mut not_null = HashMap::new();
        let mut required_here = HashSet::new();
        for row in raw.constraints.iter().filter(|row| row.kind == b'n') {
            let said = NotNull {
                name: details.then(|| row.name.clone()),
                no_inherit: row.no_inherit,
                not_valid: !row.validated,
            };
            let column = row.columns.first().map(|number| (row.relation, *number));
            required_here.extend(column.filter(|_| row.own));
            not_null.extend(column.map(|column| (column, said)));
        }
        let mut constraints: HashMap<u32, Vec<usize>> = HashMap::new();
        let mut of_constraints = HashSet::new();
        for (at, constraint) in raw.constraints.iter().enumerate() {
            constraints.entry(constraint.relation).or_default().push(at);
            if matches!(constraint.kind, b'p' | b'u' | b'x') {
                of_constraints.insert(constraint.index);
            }
        }
        let mut indexes: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, index) in raw.indexes.iter().enumerate() {
            if !of_constraints.contains(&index.oid) {
                indexes.entry(index.relation).or_default().push(at);
            }
        }
        for found in indexes.values_mut() {
            found.sort_by(|a, b| raw.indexes[*a].name.cmp(&raw.indexes[*b].name));
        }
        for found in constraints.values_mut() {
            found.sort_by(|a, b| raw.constraints[*a].name.cmp(&raw.constraints[*b].name));
        }
        let mut triggers: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, trigger) in raw.triggers.iter().enumerate() {
            triggers.entry(trigger.relation).or_default().push(at);
        }
        let mut policies: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, policy) in raw.policies.iter().enumerate() {
            policies.entry(policy.relation).or_default().push(at);
        }
        let mut rules: HashMap<u32, Vec<usize>> = HashMap::new();
        for (at, rule) in raw.rules.iter().enumerate() {
            rules.entry(rule.relation).or_default().push(at);
        }
        let index_of = raw
            .indexes
            .iter()
            .enumerate()
            .map(|(at, index)| (index.oid, at))
            .collect();
        let defaults = raw
            .defaults
            .iter()
            .map(|default| ((default.relation, default.number), default.expr.clone()))
            .collect();
        Self {
            not_null,
            required_here,
            defaults,
            constraints,
            indexes,
            index_of,
            triggers,
            policies,
            rules,
        }
    }
}

/// Inserts every table, each followed by its members.
pub(super) fn insert_tables(
    known: &mut Known,
    raw: &mut Raw,
    scope: &Scope,
    catalog: &mut Catalog,
    notes: &mut Notes,
) -> Result<(), EngineError> {
    let grouped = Grouped::new(raw, scope.details);
    let raw = &*raw;
    for at in known.tables.clone() {
        let relation = &raw.relations[at];
        let Some(named) = known.relations.get(&relation.oid) else {
            continue;
        };
        let (name, columns) = (named.name.clone(), named.columns.clone());
        let id = ObjectId::table(name.clone());
        known.ids.insert((class::CLASS, relation.oid), id.clone());
        known.insert_along((class::TYPE, relation.row_type), &id);
        let elsewhere = raw.foreign_tables.get(&relation.oid);
        if let Some(row) = elsewhere {
            foreign::tell(&id, &row.said.secrets, notes);
        }
        let table = Table {
            partitioned: partition_key(known, raw, relation.oid)?,
            foreign: elsewhere.map(|row| Foreign {
                server: row.server.clone(),
                options: row.said.options.clone(),
            }),
            ..table_payload(relation)
        };
        catalog.insert(id.clone(), table);
        if let Some(partition) = partition(known, raw, relation) {
            if raw.detaching.contains(&relation.oid) {
                notes.detaching(&id, &partition.parent);
            }
            catalog.insert(ObjectId::on(Kind::Partition, id.clone()), partition);
        }
        if let Some(inheritance) =
            inheritance(known, raw, &grouped, relation, &raw.attributes[columns.clone()])
        {
            catalog.insert(ObjectId::on(Kind::Inheritance, id.clone()), inheritance);
        }
        if let Some(of) = row_type(known, relation) {
            catalog.insert(ObjectId::on(Kind::RowType, id.clone()), RowType { of });
        }
        for attribute in &raw.attributes[columns] {
            let mut column = column(known, raw, &grouped, attribute);
            if attribute.inherited
                && !relation.partition
                && !grouped.required_here.contains(&place(attribute))
            {
                // It is the constraint of the parents, under their name.
                column.not_null.name = None;
            }
            let id = ObjectId::column(&name, attribute.name.clone());
            if let Some(row) = raw.column_options.get(&(relation.oid, attribute.number)) {
                foreign::tell(&id, &row.secrets, notes);
                column.options.clone_from(&row.options);
            }
            if relation.partition {
                // From 17 on a partition shows the identity of its parent, by which it counts.
                column.identity = None;
            }
            catalog.insert(id, column);
        }
        for at in grouped.constraints.get(&relation.oid).into_iter().flatten() {
            insert_constraint(known, raw, &grouped, (&name, *at), catalog, notes)?;
        }
        for at in grouped.indexes.get(&relation.oid).into_iter().flatten() {
            insert_index(known, raw, (&name, &raw.indexes[*at]), catalog, notes)?;
        }
        for at in grouped.triggers.get(&relation.oid).into_iter().flatten() {
            insert_trigger(known, raw, &raw.triggers[*at], &name, catalog, notes)?;
        }
        for at in grouped.policies.get(&relation.oid).into_iter().flatten() {
            let row = &raw.policies[*at];
            let id = ObjectId::member(Kind::Policy, &name, row.name.clone());
            known.ids.insert((class::POLICY, row.oid), id.clone());
            catalog.insert(id, row.policy.clone());
        }
        for at in grouped.rules.get(&relation.oid).into_iter().flatten() {
            insert_rule(known, &raw.rules[*at], &name, catalog);
        }
        if let Some(security) = row_security(relation) {
            catalog.insert(ObjectId::on(Kind::RowSecurity, id), security);
        }
    }
    Ok(())
}

/// Whether the rows of a table are not shown to everybody.
fn row_security(relation: &super::Relation) -> Option<RowSecurity> {
    let security = RowSecurity {
        enabled: relation.row_security,
        forced: relation.forced_row_security,
    };
    (security.enabled || security.forced).then_some(security)
}

/// Inserts the indexes and triggers of views, after the views.
pub(super) fn insert_of_views(
    known: &mut Known,
    raw: &Raw,
    catalog: &mut Catalog,
    notes: &mut Notes,
) -> Result<(), EngineError> {
    let mut indexes: Vec<(QName, &IndexRow)> = Vec::new();
    for row in &raw.indexes {
        let named = known.relations.get(&row.relation);
        let view = named.filter(|named| named.verdict == Verdict::MaterializedView);
        indexes.extend(view.map(|named| (named.name.clone(), row)));
    }
    indexes.sort_by(|(a, one), (b, other)| (a, &one.name).cmp(&(b, &other.name)));
    for (view, row) in indexes {
        insert_index(known, raw, (&view, row), catalog, notes)?;
    }
    for row in &raw.triggers {
        let named = known.relations.get(&row.relation);
        let Some(named) = named.filter(|named| named.verdict == Verdict::View) else {
            continue;
        };
        let name = named.name.clone();
        insert_trigger(known, raw, row, &name, catalog, notes)?;
    }
    for row in &raw.rules {
        let named = known.relations.get(&row.relation);
        let view = named.filter(|named| named.verdict == Verdict::View);
        if let Some(name) = view.map(|named| named.name.clone()) {
            insert_rule(known, row, &name, catalog);
        }
    }
    Ok(())
}

fn insert_rule(known: &mut Known, row: &RuleRow, relation: &QName, catalog: &mut Catalog) {
    let id = ObjectId::member(Kind::Rule, relation, row.name.clone());
    known.ids.insert((class::REWRITE, row.oid), id.clone());
    catalog.insert(id, row.rule.clone());
}

fn insert_index(
    known: &mut Known,
    raw: &Raw,
    (relation, row): (&QName, &IndexRow),
    catalog: &mut Catalog,
    notes: &mut Notes,
) -> Result<(), EngineError> {
    let id = ObjectId::member(Kind::Index, relation, row.name.clone());
    note_index(&id, row, raw.partition_keys.contains_key(&row.relation), notes);
    let index = index(known, raw, row)?;
    known.ids.insert((class::CLASS, row.oid), id.clone());
    catalog.insert(id, index);
    Ok(())
}

/// By what a table is divided.
fn partition_key(known: &Known, raw: &Raw, relation: u32) -> Result<Option<PartitionKey>, EngineError> {
    let Some(row) = raw.partition_keys.get(&relation) else {
        return Ok(None);
    };
    let mut expressions = row.expressions.iter();
    let mut keys = Vec::with_capacity(row.columns.len());
    for (at, number) in row.columns.iter().enumerate() {
        let attribute = known.attribute(raw, relation, *number);
        let term = match (*number, attribute) {
            (0, _) => expressions.next().cloned().map(IndexTerm::Expr),
            (_, column) => column.map(|column| IndexTerm::Column(column.name.clone())),
        };
        let collation = row.collations.get(at).copied().unwrap_or_default();
        let own = attribute.map_or(DEFAULT_COLLATION, |column| column.collation_id);
        let opclass = row.opclasses.get(at).and_then(|oid| raw.opclasses.get(oid));
        keys.push(IndexKey {
            term: term.ok_or_else(|| missing(relation, *number))?,
            collation: (collation != 0 && collation != own)
                .then(|| raw.collations.get(&collation))
                .flatten()
                .map(|named| raw.engine_name(named)),
            opclass: opclass.cloned(),
            descending: false,
            nulls: None,
        });
    }
    Ok(Some(PartitionKey {
        strategy: row.strategy,
        keys,
    }))
}

/// What a table is a part of.
fn partition(known: &Known, raw: &Raw, relation: &super::Relation) -> Option<Partition> {
    let bound = raw.bounds.get(&relation.oid)?.clone();
    // They come sorted, and a partition has one parent.
    let at = raw.inherits.partition_point(|(child, _)| *child < relation.oid);
    let (_, parent) = raw.inherits.get(at).filter(|(child, _)| *child == relation.oid)?;
    let parent = known.relations.get(parent)?.name.clone();
    Some(Partition { parent, bound })
}

/// The tables that a table inherits, and what it states itself.
fn inheritance(
    known: &Known,
    raw: &Raw,
    grouped: &Grouped,
    relation: &super::Relation,
    columns: &[Attribute],
) -> Option<Inheritance> {
    let from = raw.inherits.partition_point(|(child, _)| *child < relation.oid);
    let ties = raw.inherits[from..]
        .iter()
        .take_while(|(child, _)| *child == relation.oid);
    let parents = ties.filter_map(|(_, parent)| Some(known.relations.get(parent)?.name.clone()));
    let parents: Vec<QName> = parents.collect();
    if relation.partition || parents.is_empty() {
        return None;
    }
    let columns = columns.iter().filter(|column| column.own);
    let columns = columns.map(|column| (Kind::Column, column.name.clone()));
    let constraints = grouped.constraints.get(&relation.oid).into_iter().flatten();
    let checks = constraints.map(|at| &raw.constraints[*at]);
    let checks = checks.filter(|row| row.kind == b'c' && row.own);
    let checks = checks.map(|row| (Kind::Check, row.name.clone()));
    Some(Inheritance {
        parents,
        own: Incidental(columns.chain(checks).collect()),
    })
}

/// The composite type that a table is made of.
fn row_type(known: &Known, relation: &super::Relation) -> Option<QName> {
    let of = known.types.get(&relation.of_type?)?;
    of.qname().cloned()
}

fn note_index(id: &ObjectId, row: &IndexRow, of_partitions: bool, notes: &mut Notes) {
    if !row.valid {
        notes.invalid_index(id, of_partitions);
    }
}

/// By which its constraints and its default know a column.
fn place(attribute: &Attribute) -> (u32, i16) {
    (attribute.relation, attribute.number)
}

fn column(known: &Known, raw: &Raw, grouped: &Grouped, attribute: &Attribute) -> Column {
    let place = place(attribute);
    let expr = grouped.defaults.get(&place).cloned();
    let (default, generated) = match (attribute.generated, expr) {
        (0, default) => (default, None),
        (kind, expr) => {
            let stored = kind == b's';
            (None, expr.map(|expr| Generated { expr, stored }))
        }
    };
    let identity = (attribute.identity != 0).then(|| Identity {
        always: attribute.identity == b'a',
        options: known.identities.get(&place).cloned().unwrap_or_default(),
    });
    Column {
        data_type: DataType {
            text: Arc::clone(&attribute.type_text),
            user: known.types.get(&attribute.type_id).cloned(),
        },
        nullable: !attribute.not_null,
        default,
        identity,
        generated,
        collation: attribute.collation.as_ref().map(|named| raw.engine_name(named)),
        not_null: grouped.not_null.get(&place).cloned().unwrap_or_default(),
        options: Vec::new(),
    }
}

fn insert_constraint(
    known: &mut Known,
    raw: &Raw,
    grouped: &Grouped,
    (table, at): (&QName, usize),
    catalog: &mut Catalog,
    notes: &mut Notes,
) -> Result<(), EngineError> {
    let row = &raw.constraints[at];
    // What an exclusion constraint compares, its index tells, expressions included.
    let columns = match row.kind {
        b'x' => Vec::new(),
        _ => names(known, raw, row.relation, &row.columns)?,
    };
    let index = grouped.index_of.get(&row.index).map(|at| &raw.indexes[*at]);
    let include = match index {
        Some(index) => names(
            known,
            raw,
            row.relation,
            index.columns.get(index.keys..).unwrap_or_default(),
        )?,
        None => Vec::new(),
    };
    let (kind, object): (Kind, Object) = match row.kind {
        b'p' => {
            let key = PrimaryKey {
                columns,
                include,
                deferrable: row.deferrable,
                autoincrement: false,
                without_overlaps: row.period,
            };
            (Kind::PrimaryKey, key.into())
        }
        b'u' => {
            let unique = Unique {
                columns,
                include,
                nulls_not_distinct: index.is_some_and(|index| index.nulls_not_distinct),
                deferrable: row.deferrable,
                without_overlaps: row.period,
            };
            (Kind::Unique, unique.into())
        }
        b'x' => {
            let Some(index) = index else {
                return Ok(());
            };
            let id = ObjectId::member(Kind::Exclusion, table, row.name.clone());
            known.insert_along((class::CLASS, row.index), &id);
            (Kind::Exclusion, exclusion(known, raw, row, index)?.into())
        }
        b'c' => {
            let check = Check {
                expr: row.check.clone().unwrap_or_else(|| Expr::new("")),
                no_inherit: row.no_inherit,
                validated: row.validated,
                not_enforced: !row.enforced,
            };
            (Kind::Check, check.into())
        }
        b'f' => {
            let Some(key) = foreign_key(known, raw, row, columns)? else {
                let other = "it refers to a table outside the schemas that are read";
                notes.strange("foreign key", &format!("{table}.{}", row.name), Some(other));
                return Ok(());
            };
            (Kind::ForeignKey, key.into())
        }
        _ => return Ok(()),
    };
    let id = ObjectId::member(kind, table, row.name.clone());
    known.ids.insert((class::CONSTRAINT, row.oid), id.clone());
    if kind == Kind::Check {
        for number in &row.columns {
            if let Some(column) = known.column(raw, row.relation, *number) {
                catalog.add_edge(id.clone(), column);
            }
        }
    }
    catalog.insert(id, object);
    Ok(())
}

fn exclusion(known: &Known, raw: &Raw, row: &Constraint, index: &IndexRow) -> Result<Exclusion, EngineError> {
    let index = self::index(known, raw, index)?;
    Ok(Exclusion {
        method: index.method,
        keys: index.keys,
        operators: row.operators.clone(),
        include: index.include,
        predicate: index.predicate,
        deferrable: row.deferrable,
    })
}

fn foreign_key(
    known: &Known,
    raw: &Raw,
    row: &Constraint,
    columns: Vec<Ident>,
) -> Result<Option<ForeignKey>, EngineError> {
    let Some(target) = known.relations.get(&row.referenced) else {
        return Ok(None);
    };
    Ok(Some(ForeignKey {
        columns,
        table: target.name.clone(),
        referenced: names(known, raw, row.referenced, &row.referenced_columns)?,
        on_delete: row.on_delete,
        on_delete_columns: names(known, raw, row.relation, &row.on_delete_columns)?,
        on_update: row.on_update,
        match_type: row.match_type,
        deferrable: row.deferrable,
        validated: row.validated,
        not_enforced: !row.enforced,
        period: row.period,
    }))
}

fn index(known: &Known, raw: &Raw, row: &IndexRow) -> Result<Index, EngineError> {
    let mut keys = Vec::with_capacity(row.keys);
    for (at, number) in row.columns.iter().take(row.keys).enumerate() {
        keys.push(index_key(known, raw, row, (at, *number))?);
    }
    Ok(Index {
        method: Arc::clone(&row.method),
        unique: row.unique,
        nulls_not_distinct: row.nulls_not_distinct,
        keys,
        include: names(
            known,
            raw,
            row.relation,
            row.columns.get(row.keys..).unwrap_or_default(),
        )?,
        predicate: row.predicate.clone(),
    })
}

fn index_key(
    known: &Known,
    raw: &Raw,
    row: &IndexRow,
    (at, number): (usize, i16),
) -> Result<IndexKey, EngineError> {
    let attribute = known.attribute(raw, row.relation, number);
    let position = i16::try_from(at + 1).unwrap_or_default();
    let expression = raw.index_expressions.get(&(row.oid, position));
    let term = match (number, attribute, expression) {
        (0, _, Some(text)) => IndexTerm::Expr(Expr::new(Arc::clone(text))),
        (1.., Some(column), _) => IndexTerm::Column(column.name.clone()),
        _ => return Err(missing(row.relation, number)),
    };
    let collation = row.collations.get(at).copied().unwrap_or_default();
    let own = attribute.map_or(DEFAULT_COLLATION, |column| column.collation_id);
    let options = row.options.get(at).copied().unwrap_or_default();
    let (descending, nulls_first) = (options & 1 != 0, options & 2 != 0);
    Ok(IndexKey {
        term,
        collation: (collation != 0 && collation != own)
            .then(|| raw.collations.get(&collation))
            .flatten()
            .map(|named| raw.engine_name(named)),
        opclass: raw
            .opclass_options
            .get(&(row.oid, position))
            .or_else(|| raw.opclasses.get(row.opclasses.get(at)?))
            .cloned(),
        descending,
        nulls: (nulls_first != descending).then_some(if nulls_first {
            NullsOrder::First
        } else {
            NullsOrder::Last
        }),
    })
}

/// The collation of the database.
const DEFAULT_COLLATION: u32 = 100;

fn insert_trigger(
    known: &mut Known,
    raw: &Raw,
    row: &TriggerRow,
    table: &QName,
    catalog: &mut Catalog,
    notes: &mut Notes,
) -> Result<(), EngineError> {
    let id = ObjectId::member(Kind::Trigger, table, row.name.clone());
    let other = known.relations.get(&row.from).map(|named| named.name.clone());
    if row.from != 0 && other.is_none() {
        let reason = "it is about a table outside the schemas that are read";
        notes.strange("trigger", &id.label(), Some(reason));
        return Ok(());
    }
    let trigger = Trigger {
        timing: row.timing,
        events: row.events.clone(),
        columns: names(known, raw, row.relation, &row.columns)?,
        for_each_row: row.for_each_row,
        constraint: row.constraint.map(|deferrable| ConstraintTrigger {
            deferrable,
            from: other,
        }),
        old_table: row.old_table.clone(),
        new_table: row.new_table.clone(),
        condition: row.condition.clone(),
        enabled: row.enabled,
        action: TriggerAction::Execute {
            function: row.function.clone(),
            arguments: row.arguments.clone(),
        },
    };
    known.ids.insert((class::TRIGGER, row.oid), id.clone());
    catalog.insert(id, trigger);
    Ok(())
}

fn names(known: &Known, raw: &Raw, relation: u32, numbers: &[i16]) -> Result<Vec<Ident>, EngineError> {
    numbers
        .iter()
        .map(|number| {
            let name = known.column_name(raw, relation, *number);
            name.cloned().ok_or_else(|| missing(relation, *number))
        })
        .collect()
}

/// The snapshot is one, so this says that a query is wrong.
fn missing(relation: u32, number: i16) -> EngineError {
    let message = format!("the catalog names column {number} of relation {relation}, which was not read");
    EngineError::new(EngineErrorKind::Catalog, message)
}
