//! Extended statistics: what the planner of queries is to know of several columns together, or of an expression (PostgreSQL).
//!
//! They have a schema of their own, which need not be that of the relation.

use serde::Serialize;

use crate::catalog::expr::Expr;
use crate::catalog::object::{Refers, Renaming, is_default, payload};
use crate::catalog::{Ident, ObjectId, QName};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub enum StatisticsKind {
    /// How many different combinations there are.
    Distinct,
    /// How far one column says what another is.
    Dependencies,
    /// The combinations that are met most often.
    MostCommon,
}

payload! {
    /// Extended statistics of a table or materialized view.
    Statistics / StatisticsAttr {
        /// The relation.
        of: QName => Of,
        /// What is counted, sorted; nothing for a single expression, whose own values are looked at.
        kinds: Vec<StatisticsKind> => Kinds,
        /// The columns by name: the engine forgets in which order they were written.
        columns: Vec<Ident> => Columns,
        /// The expressions, in their order (PostgreSQL 14).
        #[serde(skip_serializing_if = "is_default")]
        exprs: Vec<Expr> => Exprs,
        /// How finely values are counted; as finely as those of the columns where nothing is said (PostgreSQL 13).
        #[serde(skip_serializing_if = "Option::is_none")]
        target: Option<i32> => Target,
    }
}

impl StatisticsKind {
    /// Every sort, which is what is counted where nothing is said.
    pub const ALL: &'static [Self] = &[Self::Distinct, Self::Dependencies, Self::MostCommon];
}

impl Statistics {
    /// Whether they are about a single expression.
    pub fn is_of_expression(&self) -> bool {
        self.columns.is_empty() && self.exprs.len() == 1
    }
}

impl Refers for Statistics {
    fn references(&self, _id: &ObjectId, out: &mut Vec<ObjectId>) {
        let columns = self.columns.iter();
        out.extend(columns.map(|column| ObjectId::column(&self.of, column.clone())));
    }

    fn texts(&self) -> Vec<&str> {
        self.exprs.iter().map(Expr::text).collect()
    }

    fn rename(&mut self, _id: &ObjectId, rename: &Renaming<'_>) {
        if rename.column_of(&self.of).is_some() {
            rename.in_columns(&self.of, &mut self.columns);
            self.columns.sort();
        }
        if rename.column_of(&self.of).is_some() || rename.is_in_exprs() {
            for expr in &mut self.exprs {
                rename.in_expr(expr);
            }
        }
        let mut relation = ObjectId::table(self.of.clone());
        let mut view = ObjectId::qualified(crate::catalog::Kind::MaterializedView, self.of.clone());
        relation.follow(rename);
        view.follow(rename);
        let renamed = [relation, view].into_iter().find_map(|id| {
            let name = id.qname()?;
            (*name != self.of).then(|| name.clone())
        });
        if let Some(name) = renamed {
            self.of = name;
        }
    }
}
