//! An operator (PostgreSQL). Its name is made of its sign and the types of its operands.

use std::sync::Arc;

use serde::Serialize;

use crate::catalog::data_type::DataType;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{EngineName, Kind, ObjectId, Path, QName};

/// What stands in the place of the left operand of an operator that has none.
const NO_OPERAND: &str = "NONE";

/// What its operands are. An operator with one operand stands before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Operands {
    /// The type on the left.
    pub left: Option<DataType>,
    /// The type on the right.
    pub right: DataType,
}

impl Operands {
    /// `integer, integer`, or `NONE, integer`.
    pub fn types(&self) -> String {
        let left = self.left.as_ref().map_or(NO_OPERAND, |left| &left.text);
        format!("{left}, {}", self.right.text)
    }

    /// The identity of the operator of this name with these operands.
    pub fn operator(&self, name: QName) -> ObjectId {
        ObjectId {
            kind: Kind::Operator,
            path: Path::Routine(name, self.types().into()),
        }
    }

    /// The types of the arguments of the function behind an operator.
    pub fn arguments(&self) -> Arc<str> {
        match &self.left {
            Some(_) => self.types().into(),
            None => Arc::clone(&self.right.text),
        }
    }

    pub(super) fn references(&self, out: &mut Vec<ObjectId>) {
        let types = self.left.iter().chain([&self.right]);
        out.extend(types.filter_map(|of| of.user.clone()));
    }

    pub(super) fn rename(&mut self, rename: &Renaming<'_>) {
        self.left
            .iter_mut()
            .chain([&mut self.right])
            .for_each(|of| rename.in_type(of));
    }
}

payload! {
    /// An operator.
    Operator / OperatorAttr {
        /// Between what.
        operands: Operands => Operands,
        /// The function behind it, which takes the operands.
        function: QName => Function,
        /// The operator that gives the same with the operands the other way round.
        commutator: Option<EngineName> => Commutator,
        /// The operator that gives the opposite.
        negator: Option<EngineName> => Negator,
        /// What estimates how many rows it keeps of a table.
        restrict: Option<EngineName> => Restrict,
        /// What estimates how many rows it keeps of a join.
        join: Option<EngineName> => Join,
        /// Whether rows that it finds equal have the same hash.
        hashes: bool => Hashes,
        /// Whether rows that it finds equal stand side by side when they are sorted.
        merges: bool => Merges,
    }
}

impl Refers for Operator {
    /// Its commutator and its negator may come later: the engine keeps their places.
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        self.operands.references(out);
        out.push(routine(&self.function, &self.operands.arguments()));
    }

    fn texts(&self) -> Vec<&str> {
        let estimators = [&self.restrict, &self.join].into_iter().flatten();
        estimators.map(|name| name.qname().name.text()).collect()
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        self.operands.rename(rename);
        rename.in_name(Kind::Function, &mut self.function);
        let others = [&mut self.commutator, &mut self.negator].into_iter().flatten();
        others.for_each(|name| name.follow_schema(rename));
        let estimators = [&mut self.restrict, &mut self.join].into_iter().flatten();
        estimators.for_each(|name| name.follow(Kind::Function, rename));
    }
}

/// The function of this name that takes arguments of these types.
pub(super) fn routine(name: &QName, types: &Arc<str>) -> ObjectId {
    ObjectId {
        kind: Kind::Function,
        path: Path::Routine(name.clone(), Arc::clone(types)),
    }
}
