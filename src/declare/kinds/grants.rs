//! `grant select insert to=app` and `revoke execute from=public`, in whatever can be granted.

use crate::catalog::kinds::{Granted, Grants, Privilege};
use crate::catalog::{Ident, Kind, ObjectId};
use crate::declare::fields::{Fields, Text, article};
use crate::declare::reading::{Draft, Placed, Reading};
use crate::declare::report::{CONTRADICTION, VALUE, did_you_mean};
use crate::declare::text::Line;
use crate::declare::write::Writing;
use crate::diagnostic::Span;

/// Everybody; the engine lets no role be called so.
const PUBLIC: &str = "public";
/// Every privilege that there is for the kind.
const ALL: &str = "all";

/// What rights are about, as a reader and its messages need to know it.
pub(super) struct Grantable {
    /// `a table`, `tables`
    pub(super) noun: String,
    /// The object in messages.
    pub(super) label: String,
    /// What can be granted.
    pub(super) known: Vec<Privilege>,
    /// What everybody has by itself.
    pub(super) by_itself: &'static [Privilege],
}

/// `grants` beside the tables: they are managed, also where none is declared.
pub(super) fn read_all<'n>(reading: &Reading<'n>, fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    fields.finish("`grants`");
    draft.manages_grants |= reading.has(Kind::Grants, span);
}

/// Reads every `grant` and `revoke` of an object.
pub(super) fn read<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, target: &ObjectId) -> Option<Placed> {
    let grantable = Grantable {
        noun: article(target.kind.noun()),
        label: target.to_string(),
        known: reading.engine.privileges(target.kind, reading.server),
        by_itself: reading.engine.public_privileges(target, reading.server),
    };
    let (grants, span) = read_list(reading, fields, &grantable)?;
    (!grants.is_empty()).then(|| Placed {
        id: ObjectId::on(Kind::Grants, target.clone()),
        object: grants.into(),
        span,
    })
}

/// Reads every `grant` and `revoke` in a node, and where they begin.
pub(super) fn read_list<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    target: &Grantable,
) -> Option<(Grants, Span)> {
    let (grants, revokes) = (fields.children("grant"), fields.children("revoke"));
    let first = grants.first().or(revokes.first())?;
    let span = fields.at(&first.range);
    if !reading.has(Kind::Grants, span.clone()) {
        return None;
    }
    let mut out = Grants {
        granted: Vec::new(),
        revoked: Vec::new(),
    };
    for node in grants {
        grant(reading, fields.child(node), target, &mut out);
    }
    for node in revokes {
        revoke(reading, fields.child(node), target, &mut out);
    }
    out.revoked.sort_unstable();
    out.revoked.dedup();
    out.granted.sort();
    // Of the same privilege with and without the option to pass it on, the one with it comes last.
    out.granted.dedup_by(|later, earlier| {
        let same = later.role == earlier.role && later.privilege == earlier.privilege;
        earlier.with_option |= same && later.with_option;
        same
    });
    Some((out, span))
}

fn grant<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, target: &Grantable, out: &mut Grants) {
    let with_option = fields.flag("with-grant-option");
    let roles = roles(reading, &mut fields, "to");
    let privileges = privileges(reading, &mut fields, target);
    let span = fields.span();
    fields.finish("`grant`");
    for role in roles {
        if role.is_none() && with_option {
            let message = "there is nobody to whom everybody could pass it on";
            reading.report.error_with(
                CONTRADICTION,
                span.clone(),
                message,
                "leave out `with-grant-option`",
            );
        }
        let given = privileges
            .iter()
            .filter(|privilege| role.is_some() || !target.by_itself.contains(privilege));
        out.granted.extend(given.map(|privilege| Granted {
            role: role.clone(),
            privilege: *privilege,
            with_option,
        }));
    }
}

/// Takes from everybody what the engine gives to everybody. Nobody else has what is not granted.
fn revoke<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, target: &Grantable, out: &mut Grants) {
    let span = fields.span();
    let roles = roles(reading, &mut fields, "from");
    let privileges = privileges(reading, &mut fields, target);
    fields.finish("`revoke`");
    let needless = privileges
        .iter()
        .find(|privilege| !target.by_itself.contains(privilege));
    if let Some(role) = roles.iter().flatten().next() {
        let message = format!(
            "`{role}` has no right to {} that is not granted here",
            target.label
        );
        no_right(reading, span, message);
    } else if let Some(needless) = needless {
        let message = format!(
            "nobody has the right to {} {} without a grant",
            needless.word(),
            target.label
        );
        no_right(reading, span, message);
    } else {
        out.revoked.extend(privileges);
    }
}

fn no_right(reading: &Reading<'_>, span: Span, message: String) {
    let help = "take it out: what is not declared is revoked";
    reading.report.error_with(CONTRADICTION, span, message, help);
}

/// `None` for everybody.
fn roles<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, word: &'static str) -> Vec<Option<Ident>> {
    let names = fields.names(word).unwrap_or_default();
    if names.is_empty() {
        let node = &fields.node.name.text;
        fields.missing(
            format!("`{node}` names no role"),
            format!("write `{word}=ROLE`, or `{word}=public`"),
        );
    }
    let role = |text: &Text<'_>| (text.text != PUBLIC).then(|| reading.ident(text, "role"));
    names.iter().map(role).collect()
}

fn privileges<'n>(reading: &Reading<'n>, fields: &mut Fields<'n>, target: &Grantable) -> Vec<Privilege> {
    let known = &target.known;
    let entries = fields.arguments();
    if entries.is_empty() {
        let node = &fields.node.name.text;
        fields.missing(
            format!("`{node}` names no privilege"),
            format!("one of: {}", words(known)),
        );
    }
    let mut out = Vec::new();
    for text in entries.into_iter().filter_map(|entry| fields.text_of(entry)) {
        if text.text == ALL {
            out.extend(known.iter().copied());
            continue;
        }
        match Privilege::from_word(text.text).filter(|found| known.contains(found)) {
            Some(found) => out.push(found),
            None => unknown(reading, &text, target),
        }
    }
    out
}

fn unknown(reading: &Reading<'_>, text: &Text<'_>, target: &Grantable) {
    let known = &target.known;
    let help = did_you_mean(text.text, known.iter().map(|privilege| privilege.word()))
        .unwrap_or_else(|| format!("one of: {}, all", words(known)));
    reading.report.error_with(
        VALUE,
        text.span.clone(),
        format!(
            "`{}` is no privilege of {} on {} {}",
            text.text,
            target.noun,
            reading.engine.title(),
            reading.server.version_text
        ),
        help,
    );
}

fn words(privileges: &[Privilege]) -> String {
    let words: Vec<&str> = privileges.iter().map(|privilege| privilege.word()).collect();
    words.join(", ")
}

/// Adds the lines that say what is granted on an object.
pub(in crate::declare) fn write(writing: &Writing<'_>, line: Line, target: &ObjectId) -> Line {
    match writing.said::<Grants>(Kind::Grants, target) {
        Some(grants) => lines(line, grants),
        None => line,
    }
}

/// Adds a line for each role.
pub(super) fn lines(mut line: Line, grants: &Grants) -> Line {
    let same = |one: &Granted, other: &Granted| one.role == other.role;
    for of_role in grants.granted.chunk_by(same) {
        for with_option in [false, true] {
            let words: Vec<&str> = of_role
                .iter()
                .filter(|granted| granted.with_option == with_option)
                .map(|granted| granted.privilege.word())
                .collect();
            if let (Some(first), false) = (of_role.first(), words.is_empty()) {
                let role = first.role.as_ref().map_or(PUBLIC, Ident::text);
                let child = Line::new("grant")
                    .arguments(words)
                    .flag_if("with-grant-option", with_option)
                    .property("to", role);
                line = line.child(child);
            }
        }
    }
    if !grants.revoked.is_empty() {
        let words = grants.revoked.iter().map(|privilege| privilege.word());
        line = line.child(Line::new("revoke").arguments(words).property("from", PUBLIC));
    }
    line
}
