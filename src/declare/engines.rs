//! `on=`: whether a node is for the engine at hand.

use std::sync::Arc;

use crate::diagnostic::{Source, Span};
use crate::dialect::{Dialect, Literal};

use super::node::Node;
use super::report::{Report, VALUE, did_you_mean};

/// Whether a node names the engines it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// For every engine.
    None,
    /// For named engines, this one among them.
    Named,
}

/// Whether a node is for this engine; `None` if `on=` says that it is for others.
pub(super) fn applies(report: &Report, source: &Arc<Source>, node: &Node, dialect: Dialect) -> Option<Limit> {
    let mut limit = Some(Limit::None);
    for entry in &node.entries {
        if entry.key.as_ref().is_none_or(|key| key.text != "on") {
            continue;
        }
        let span = || Span::new(source, entry.range.clone());
        let Literal::Text(engines) = &entry.value else {
            report.error_with(
                VALUE,
                span(),
                "`on` names engines",
                "write on=postgres, or on=\"postgres sqlite\"",
            );
            continue;
        };
        limit = None;
        let mut any = false;
        for name in engines.split([' ', ',']).filter(|name| !name.is_empty()) {
            any = true;
            match Dialect::from_name(name) {
                Some(named) if named == dialect => limit = Some(Limit::Named),
                Some(_) => {}
                None => {
                    let names = || Dialect::ALL.iter().map(|known| known.name());
                    let help = did_you_mean(name, names())
                        .unwrap_or_else(|| format!("engines: {}", names().collect::<Vec<_>>().join(", ")));
                    report.error_with(VALUE, span(), format!("unknown engine `{name}`"), help);
                }
            }
        }
        if !any {
            report.error(VALUE, span(), "`on` names no engine");
        }
    }
    limit
}
