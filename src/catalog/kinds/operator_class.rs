//! Operator families and classes (PostgreSQL): by which operators and functions an index method knows a type.
//!
//! Names of them count for one index method: it stands in the place of the arguments of routines.

use std::sync::Arc;

use serde::Serialize;

use crate::catalog::data_type::DataType;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{EngineName, Kind, ObjectId, Path, QName};

use super::operator::{Operands, routine};

/// What an operator or function of a family is to the index method.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum Role {
    /// An operator that a search may be made of.
    Search(EngineName),
    /// An operator that says how far apart two values are, and the family of btree by which that is sorted.
    Order(EngineName, EngineName),
    /// A function that the method calls, and the types of its arguments.
    Support(QName, Arc<str>),
}

/// An operator or function of a family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FamilyMember {
    /// The number of what it does.
    pub number: u16,
    /// What it is.
    pub role: Role,
    /// For values of which types.
    pub operands: Operands,
}

impl FamilyMember {
    /// In which order members are kept: operators first, by number and types.
    pub fn place(&self) -> (bool, u16, String) {
        (self.is_function(), self.number, self.operands.types())
    }

    /// Whether it is a function, and no operator.
    pub fn is_function(&self) -> bool {
        matches!(self.role, Role::Support(..))
    }

    /// Whether the two do the same for the same types: a family has one of them.
    pub fn is_instead_of(&self, other: &Self) -> bool {
        self.place() == other.place()
    }

    fn references(&self, out: &mut Vec<ObjectId>) {
        self.operands.references(out);
        match &self.role {
            Role::Search(name) | Role::Order(name, _) => {
                let made = name.id(Kind::Operator);
                out.extend(made.map(|_| self.operands.operator(name.qname().clone())));
            }
            Role::Support(name, types) => out.push(routine(name, types)),
        }
        if let Role::Order(_, family) = &self.role {
            out.extend(
                family
                    .id(Kind::OperatorFamily)
                    .map(|_| family_of(family, "btree")),
            );
        }
    }

    fn rename(&mut self, rename: &Renaming<'_>) {
        self.operands.rename(rename);
        match &mut self.role {
            Role::Search(name) => name.follow_schema(rename),
            Role::Order(name, family) => {
                name.follow_schema(rename);
                follow_family(family, "btree", rename);
            }
            Role::Support(name, types) => {
                rename.in_name(Kind::Function, name);
                *types = rename.in_types(types);
            }
        }
    }
}

payload! {
    /// An operator family: what is in it and in no class.
    OperatorFamily / OperatorFamilyAttr {
        /// Operators and functions, operators first.
        members: Vec<FamilyMember> => Members,
    }
}

payload! {
    /// An operator class.
    OperatorClass / OperatorClassAttr {
        /// What is indexed by it.
        data_type: DataType => DataType,
        /// The family that it belongs to, of the same index method.
        family: EngineName => Family,
        /// Whether it is the one for its type where none is named.
        default: bool => Default,
        /// What is stored in the index, where that is of another type.
        storage: Option<DataType> => Storage,
        /// Operators and functions, operators first.
        members: Vec<FamilyMember> => Members,
    }
}

/// The identity of what has a name that counts for one index method.
pub fn of_method(kind: Kind, name: QName, method: &str) -> ObjectId {
    ObjectId {
        kind,
        path: Path::Routine(name, Arc::from(method)),
    }
}

/// The index method of an operator class or family.
pub fn method_of(id: &ObjectId) -> &str {
    match &id.path {
        Path::Routine(_, method) => method,
        _ => "",
    }
}

fn family_of(name: &EngineName, method: &str) -> ObjectId {
    of_method(Kind::OperatorFamily, name.qname().clone(), method)
}

fn follow_family(name: &mut EngineName, method: &str, rename: &Renaming<'_>) {
    if rename.from.kind != Kind::OperatorFamily || method_of(rename.from) == method {
        name.follow(Kind::OperatorFamily, rename);
    }
}

impl Refers for OperatorFamily {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        self.members.iter().for_each(|member| member.references(out));
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        self.members.iter_mut().for_each(|member| member.rename(rename));
    }
}

impl Refers for OperatorClass {
    fn references(&self, id: &ObjectId, out: &mut Vec<ObjectId>) {
        let types = [Some(&self.data_type), self.storage.as_ref()];
        out.extend(types.into_iter().flatten().filter_map(|of| of.user.clone()));
        let made = self.family.id(Kind::OperatorFamily);
        out.extend(made.map(|_| family_of(&self.family, method_of(id))));
        self.members.iter().for_each(|member| member.references(out));
    }

    fn rename(&mut self, id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_type(&mut self.data_type);
        self.storage.iter_mut().for_each(|of| rename.in_type(of));
        follow_family(&mut self.family, method_of(id), rename);
        self.members.iter_mut().for_each(|member| member.rename(rename));
    }
}
