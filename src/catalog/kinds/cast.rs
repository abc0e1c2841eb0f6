//! A cast: how values of one type become values of another (PostgreSQL). Its name is made of the two.

use std::sync::Arc;

use serde::Serialize;

use crate::catalog::data_type::DataType;
use crate::catalog::object::{Refers, Renaming, payload};
use crate::catalog::{Ident, Kind, ObjectId, Path, QName};

/// What makes the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub enum CastMethod {
    /// A function, and the types of its arguments.
    Function(QName, Arc<str>),
    /// Nothing: both are stored alike.
    Without,
    /// What prints the one and reads the other.
    InOut,
}

/// Where the engine casts without being told to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum CastContext {
    /// Nowhere.
    #[default]
    Explicit,
    /// Where a value is put into a column.
    Assignment,
    /// Everywhere.
    Implicit,
}

payload! {
    /// A cast.
    Cast / CastAttr {
        /// From what.
        source: DataType => Source,
        /// Into what.
        target: DataType => Target,
        /// By what.
        method: CastMethod => Method,
        /// Where without being told to.
        context: CastContext => Context,
    }
}

impl Cast {
    /// The identity of the cast between two types.
    pub fn between(source: &str, target: &str) -> ObjectId {
        ObjectId::global(Kind::Cast, Ident::exact(&format!("{source} AS {target}")))
    }
}

impl Refers for Cast {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        out.extend(self.source.user.clone());
        out.extend(self.target.user.clone());
        if let CastMethod::Function(name, types) = &self.method {
            out.push(ObjectId {
                kind: Kind::Function,
                path: Path::Routine(name.clone(), Arc::clone(types)),
            });
        }
    }

    fn texts(&self) -> Vec<&str> {
        match &self.method {
            CastMethod::Function(name, types) => vec![name.name.text(), types],
            CastMethod::Without | CastMethod::InOut => Vec::new(),
        }
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        rename.in_type(&mut self.source);
        rename.in_type(&mut self.target);
        if let CastMethod::Function(name, types) = &mut self.method {
            rename.in_name(Kind::Function, name);
            *types = rename.in_types(types);
        }
    }
}
