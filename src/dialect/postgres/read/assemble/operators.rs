//! Operators, operator families and operator classes.

use crate::catalog::kinds::{
    FamilyMember, Operands, Operator, OperatorClass, OperatorFamily, Role, of_method,
};
use crate::catalog::{Catalog, Ident, Kind, Object, ObjectId, QName};
use crate::dialect::Scope;

use super::super::batch::Raw;
use super::super::depends::class;
use super::super::operators::{FamilyRow, MemberRow, OperatorRow, RoleRow};
use super::{Known, in_scope};

/// Inserts them, each by name.
pub(super) fn insert(known: &mut Known, raw: &mut Raw, scope: &Scope, catalog: &mut Catalog) {
    let operators = std::mem::take(&mut raw.operators);
    let operators = operators
        .into_iter()
        .filter_map(|row| operator(known, raw, scope, row));
    let operators = operators.collect();
    insert_all(known, class::OPERATOR, operators, catalog);
    let (classes, families): (Vec<FamilyRow>, Vec<FamilyRow>) = std::mem::take(&mut raw.families)
        .into_iter()
        .partition(|row| row.class.is_some());
    let families = families
        .into_iter()
        .filter_map(|row| family(known, raw, scope, row));
    let families = families.collect();
    insert_all(known, class::OPERATOR_FAMILY, families, catalog);
    let classes = classes
        .into_iter()
        .filter_map(|row| family(known, raw, scope, row));
    let classes = classes.collect();
    insert_all(known, class::OPERATOR_CLASS, classes, catalog);
}

type Found = (ObjectId, u32, Object);

fn insert_all(known: &mut Known, class: u32, mut found: Vec<Found>, catalog: &mut Catalog) {
    found.sort_by(|one, other| one.0.cmp(&other.0));
    for (id, oid, object) in found {
        known.ids.insert((class, oid), id.clone());
        catalog.insert(id, object);
    }
}

/// The schema of something that no extension owns, where it is read.
fn schema_of(
    known: &Known,
    raw: &Raw,
    scope: &Scope,
    schema: u32,
    (class, oid): (u32, u32),
) -> Option<Ident> {
    let schema = raw.schemas.get(&schema)?;
    (in_scope(scope, schema) && !known.is_owned(class, oid)).then(|| schema.clone())
}

fn operator(known: &Known, raw: &Raw, scope: &Scope, row: OperatorRow) -> Option<Found> {
    let schema = schema_of(known, raw, scope, row.schema, (class::OPERATOR, row.oid))?;
    let operands = Operands {
        left: row.left.map(|left| known.data_type(left)),
        right: known.data_type(row.right),
    };
    let id = operands.operator(QName::in_schema(schema, row.name));
    let named = |named: &Option<_>| named.as_ref().map(|named| raw.engine_name(named));
    let operator = Operator {
        operands,
        function: QName::in_schema(row.function.0, row.function.1),
        commutator: named(&row.commutator),
        negator: named(&row.negator),
        restrict: named(&row.restrict),
        join: named(&row.join),
        hashes: row.hashes,
        merges: row.merges,
    };
    Some((id, row.oid, operator.into()))
}

fn family(known: &Known, raw: &mut Raw, scope: &Scope, row: FamilyRow) -> Option<Found> {
    let (kind, class) = match row.class {
        Some(_) => (Kind::OperatorClass, class::OPERATOR_CLASS),
        None => (Kind::OperatorFamily, class::OPERATOR_FAMILY),
    };
    let schema = schema_of(known, raw, scope, row.schema, (class, row.oid))?;
    let id = of_method(kind, QName::in_schema(schema, row.name), &row.method);
    let members = raw.members_of(class, row.oid);
    let mut members: Vec<FamilyMember> = members
        .into_iter()
        .map(|member| known.member(raw, member))
        .collect();
    members.sort_by_key(FamilyMember::place);
    let object = match row.class {
        Some(class) => OperatorClass {
            data_type: known.data_type(class.data_type),
            family: raw.engine_name(&class.family),
            default: class.default,
            storage: class.storage.map(|storage| known.data_type(storage)),
            members,
        }
        .into(),
        None => OperatorFamily { members }.into(),
    };
    Some((id, row.oid, object))
}

impl Known {
    fn member(&self, raw: &Raw, row: MemberRow) -> FamilyMember {
        let role = match row.role {
            RoleRow::Operator(name, None) => Role::Search(raw.engine_name(&name)),
            RoleRow::Operator(name, Some(family)) => {
                Role::Order(raw.engine_name(&name), raw.engine_name(&family))
            }
            RoleRow::Function(schema, name, types) => Role::Support(QName::in_schema(schema, name), types),
        };
        FamilyMember {
            number: row.number,
            role,
            operands: Operands {
                left: Some(self.data_type(row.left)),
                right: self.data_type(row.right),
            },
        }
    }
}
