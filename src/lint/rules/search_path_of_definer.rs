//! `search-path-of-definer`: a security-definer function without a search path.

use crate::catalog::kinds::Function;
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "search-path-of-definer",
    code: "RC0719",
    title: "a security-definer function without a search path",
    explanation: "\
A function that runs with its owner's rights finds tables and functions by the search path of whoever calls it. Who may create objects
in any schema on that path can put his own in their place, and they run with the owner's rights (CVE-2018-1058). Set the path in the
function.",
    also: &["splinter function_search_path_mutable"],
    level: Level::Warn,
    examples: examples!("search-path-of-definer": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, function) in cx.catalog.of_kind::<Function>() {
        let fixed = function.settings.iter().any(|setting| {
            setting
                .split('=')
                .next()
                .is_some_and(|name| name.trim() == "search_path")
        });
        if function.security_definer && !fixed {
            remarks
                .about(id, format!("{id} runs with its owner's rights on its caller's search_path"))
                .help("set it in the function: `set \"search_path=pg_catalog, pg_temp\"`, and name schemas in the body");
        }
    }
}
