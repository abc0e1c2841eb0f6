//! `policy-without-row-security`: policies that nobody heeds.

use crate::catalog::kinds::{Policy, RowSecurity};
use crate::catalog::{Kind, ObjectId};
use crate::lint::Declarations;
use crate::lint::rule::{Check, Level, Remarks, Rule, examples};

pub(in crate::lint) const RULE: Rule = Rule {
    id: "policy-without-row-security",
    code: "RC0725",
    title: "a policy of a table without row security",
    explanation: "\
Policies count only where the table has row security enabled. Without it everybody who may read the table reads every row, whatever
its policies say.",
    also: &["splinter policy_exists_rls_disabled"],
    level: Level::Warn,
    examples: examples!("policy-without-row-security": "schema.kdl"),
    check: Check::Declarations(check),
};

fn check(cx: &Declarations<'_>, remarks: &mut Remarks) {
    for (id, _) in cx.catalog.of_kind::<Policy>() {
        let Some(table) = id.relation().map(|name| ObjectId::table(name.clone())) else {
            continue;
        };
        let security = ObjectId::on(Kind::RowSecurity, table.clone());
        let counts = cx
            .catalog
            .payload::<RowSecurity>(&security)
            .is_some_and(|security| security.enabled);
        if !counts {
            remarks
                .about(id, format!("{id} means nothing: {table} has no row security"))
                .help("write `row-security` behind the name of the table");
        }
    }
}
