//! Operators that others name as their commutator or negator and that nobody made: the engine keeps a place for them, which then
//! holds up the types of its operands.
//!
//! In: a scratch database and what was built on it. Out: the operators that name such a place. Must not: change anything.

use std::collections::HashSet;

use crate::catalog::kinds::{Operands, Operator};
use crate::catalog::{Catalog, EngineName};
use crate::dialect::Dangling;
use crate::dialect::session::{EngineError, Session};

/// Asks which places are kept, where an operator names another one.
pub(super) async fn find(session: &mut dyn Session, built: &Catalog) -> Result<Vec<Dangling>, EngineError> {
    let names_others = |operator: &Operator| operator.commutator.is_some() || operator.negator.is_some();
    if !built
        .of_kind::<Operator>()
        .any(|(_, operator)| names_others(operator))
    {
        return Ok(Vec::new());
    }
    let kept: HashSet<String> = session
        .query("SELECT o.oprname::text FROM pg_catalog.pg_operator o WHERE o.oprcode = 0")
        .await?
        .into_iter()
        .filter_map(|row| row.into_iter().next().flatten())
        .collect();
    let mut found = Vec::new();
    for (id, operator) in built.of_kind::<Operator>() {
        for (word, name, operands) in named(operator) {
            let is_built =
                name.qname().schema.is_some() && built.contains(&operands.operator(name.qname().clone()));
            if !is_built && kept.contains(name.qname().name.text()) {
                found.push(Dangling {
                    id: id.clone(),
                    message: format!("its {word} {name} is not there"),
                    names_it: true,
                });
            }
        }
    }
    Ok(found)
}

/// The operators that one names, and what their operands would be.
fn named(operator: &Operator) -> Vec<(&'static str, &EngineName, Operands)> {
    let turned = operator.operands.left.as_ref().map(|left| Operands {
        left: Some(operator.operands.right.clone()),
        right: left.clone(),
    });
    let commutator = operator.commutator.as_ref().zip(turned);
    let commutator = commutator.map(|(name, operands)| ("commutator", name, operands));
    let negator = operator.negator.as_ref();
    let negator = negator.map(|name| ("negator", name, operator.operands.clone()));
    commutator.into_iter().chain(negator).collect()
}
