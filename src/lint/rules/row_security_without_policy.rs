//! `row-security-without-policy`: a table of which nobody but its owner sees a row.

use crate::catalog::kinds::{Policy, RowSecurity};
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "row-security-without-policy",
    code: "RC0724",
    title: "row security without a permissive policy",
    explanation: "\
With row security enabled, a row is seen and written by those whom a permissive policy lets through, and by nobody else but the owner
and superusers. A table without such a policy looks empty to everybody, without an error; restrictive policies alone let nobody through.",
    also: &["splinter rls_enabled_no_policy"],
    level: Level::Warn,
    examples: examples!("row-security-without-policy": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, security) in cx.catalog.of_kind::<RowSecurity>() {
        let Some(table) = id.target().filter(|_| security.enabled) else {
            continue;
        };
        let lets_through = cx
            .catalog
            .of_kind::<Policy>()
            .any(|(policy, payload)| payload.permissive && policy.relation() == table.qname());
        if !lets_through {
            remarks
                .about(
                    table,
                    format!("{table} has row security and no policy that lets anybody through"),
                )
                .help("declare who sees what: `policy NAME to=ROLE using=\"…\"`");
        }
    }
}
