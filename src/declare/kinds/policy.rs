//! `policy own_rows for=select to=app using="owner = current_user"`, with `with-check=` and `restrictive`.

use crate::catalog::kinds::{Policy, PolicyCommand};
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::Reading;
use crate::declare::report::CONTRADICTION;
use crate::declare::text::Line;
use crate::declare::write::Writing;

use super::member::{MemberDraft, Names};

const COMMANDS: &[(&str, PolicyCommand)] = &[
    ("all", PolicyCommand::All),
    ("select", PolicyCommand::Select),
    ("insert", PolicyCommand::Insert),
    ("update", PolicyCommand::Update),
    ("delete", PolicyCommand::Delete),
];

/// Everybody; the engine lets no role be called so.
const PUBLIC: &str = "public";

/// Reads a policy of a table with these columns. The name is the first argument.
pub(super) fn read<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    columns: &[Ident],
) -> Option<MemberDraft> {
    let name = fields.name("policy")?;
    let given = reading.ident(&name, "policy");
    let restrictive = fields.flag("restrictive");
    let command = fields.choice("for", COMMANDS).unwrap_or(PolicyCommand::All);
    let roles = read_roles(reading, &mut fields);
    let mut expr = |word| {
        let text = fields.expression(word)?;
        Some(reading.engine.expr(text.text, columns))
    };
    let (using, check) = (expr("using"), expr("with-check"));
    let extras = fields.extras();
    let span = fields.span();
    let wrong = match command {
        PolicyCommand::Insert if using.is_some() => {
            Some(("using", "makes rows, and finds none that are there"))
        }
        PolicyCommand::Select | PolicyCommand::Delete if check.is_some() => {
            Some(("with-check", "writes no row"))
        }
        _ => None,
    };
    if let Some((word, why)) = wrong {
        let message = format!(
            "policy `{}` is for what {why}: `{word}` means nothing to it",
            name.text
        );
        reading.report.error(CONTRADICTION, span.clone(), message);
    }
    fields.finish(&format!("policy `{}`", name.text));
    if !reading.has(Kind::Policy, span.clone()) {
        return None;
    }
    let policy = Policy {
        permissive: !restrictive,
        command,
        roles,
        using,
        check,
    };
    Some(MemberDraft {
        kind: Kind::Policy,
        given: Some(given),
        unnamed: false,
        object: policy.into(),
        span,
        extras,
        names: Names::default(),
        target: None,
        inherits: None,
    })
}

/// Sorted, each once; none where everybody is among them.
fn read_roles<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>) -> Vec<Ident> {
    let named = fields.names("to").unwrap_or_default();
    let mut roles = reading.idents(&named);
    roles.sort();
    roles.dedup();
    if roles.iter().any(|role| role.text() == PUBLIC) {
        roles.clear();
    }
    roles
}

pub(super) fn write(_writing: &Writing<'_>, id: &ObjectId, policy: &Policy) -> Line {
    let mut line = Line::new("policy")
        .arguments(id.name().map(Ident::text))
        .flag_if("restrictive", !policy.permissive);
    let word = COMMANDS.iter().find(|(_, command)| *command == policy.command);
    if let Some((word, _)) = word.filter(|_| policy.command != PolicyCommand::All) {
        line = line.property("for", word);
    }
    line = match policy.roles.as_slice() {
        [] => line,
        [role] => line.property("to", role.text()),
        roles => line.child(Line::new("to").arguments(roles.iter().map(Ident::text))),
    };
    for (word, expr) in [("using", &policy.using), ("with-check", &policy.check)] {
        if let Some(expr) = expr {
            line = line.expression(word, expr.text());
        }
    }
    line
}
