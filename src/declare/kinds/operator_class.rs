//! `operator-family moods using=btree { operator 1 "<" left=mood right=text; … }`, and
//! `operator-class mood_ops using=btree for=mood family=moods default { operator 1 "<"; function 1 compare }`.

use std::sync::Arc;

use crate::catalog::kinds::{
    FamilyMember, Operands, OperatorClass, OperatorFamily, Role, method_of, of_method,
};
use crate::catalog::{DataType, Kind, Object, ObjectId, QName};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::report::DUPLICATE;
use crate::declare::text::Line;
use crate::declare::types;
use crate::declare::write::Writing;
use crate::dialect::Literal;

use super::owner;

/// The method of families by which distances are sorted, and the one that is meant where none is said.
const BTREE: &str = "btree";

pub(super) fn read_family<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = reading.read_qname(&mut fields, "operator family") else {
        return;
    };
    let what = format!("operator family `{name}`");
    let members = read_members(reading, &mut fields, &what, None);
    place(
        reading,
        fields,
        draft,
        (Kind::OperatorFamily, name, &what),
        OperatorFamily { members },
    );
}

pub(super) fn read_class<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let Some(name) = reading.read_qname(&mut fields, "operator class") else {
        return;
    };
    let what = format!("operator class `{name}`");
    let [data_type, storage] = ["for", "storage"].map(|word| {
        let given = fields.value(word)?;
        Some(types::read(reading, &given)?.data_type)
    });
    let Some(data_type) = data_type else {
        fields.missing(
            format!("{what} does not say what is indexed by it"),
            format!("write `operator-class {name} using=btree for=TYPE`"),
        );
        return;
    };
    let own = name.to_string();
    let family = fields.text("family").map_or(own.as_str(), |text| text.text);
    let class = OperatorClass {
        family: reading.engine_name(Kind::OperatorFamily, family),
        default: fields.flag("default"),
        storage,
        members: read_members(reading, &mut fields, &what, Some(&data_type)),
        data_type,
    };
    place(reading, fields, draft, (Kind::OperatorClass, name, &what), class);
}

fn place<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    draft: &mut Draft<'n>,
    (kind, name, what): (Kind, QName, &str),
    object: impl Into<Object>,
) {
    let span = fields.span();
    let method = fields.text("using").map_or(BTREE, |text| text.text);
    let id = of_method(kind, name, method);
    let owner = owner::read(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(what);
    if !reading.has(kind, span.clone()) {
        return;
    }
    draft.sayings.extend(owner);
    draft.say(&id, extras, |was| {
        of_method(kind, reading.qname(was, None), method)
    });
    draft.place(id, object, span);
}

/// Operators and functions; of values of this type where they say nothing else.
fn read_members<'n>(
    reading: &Reading<'n>,
    fields: &mut Fields<'n>,
    what: &str,
    of: Option<&DataType>,
) -> Vec<FamilyMember> {
    let mut found: Vec<FamilyMember> = Vec::new();
    for (word, is_function) in [("operator", false), ("function", true)] {
        for node in fields.children(word) {
            let child = fields.child(node);
            let span = child.span();
            let Some(member) = read_member(reading, child, (word, is_function), what, of) else {
                continue;
            };
            if found.iter().any(|known| known.is_instead_of(&member)) {
                let message = format!(
                    "{what} has two of `{word} {}` for the types {}",
                    member.number,
                    member.operands.types()
                );
                reading.report.error(DUPLICATE, span, message);
                continue;
            }
            found.push(member);
        }
    }
    found.sort_by_key(FamilyMember::place);
    found
}

fn read_member<'n>(
    reading: &Reading<'n>,
    mut fields: Fields<'n>,
    (word, is_function): (&'static str, bool),
    what: &str,
    of: Option<&DataType>,
) -> Option<FamilyMember> {
    let number = fields.argument().map(|entry| &entry.value);
    let number = match number {
        Some(Literal::Integer(number)) => u16::try_from(*number).ok(),
        _ => None,
    };
    let name = fields.argument().and_then(|entry| fields.text_of(entry));
    let (Some(number), Some(name)) = (number, name) else {
        fields.missing(
            format!("`{word}` of {what} says what it is to the index method, and its name"),
            format!("write `{word} 1 NAME`"),
        );
        return None;
    };
    let [left, right] = ["left", "right"].map(|word| {
        let given = fields.value(word)?;
        Some(types::read(reading, &given)?.data_type)
    });
    let left = left.or_else(|| of.cloned());
    let Some((left, right)) = left.clone().zip(right.or(left)) else {
        fields.missing(
            format!("`{word} {number}` of {what} does not say for values of which types it is"),
            "write `left=TYPE right=TYPE`",
        );
        return None;
    };
    let operands = Operands {
        left: Some(left),
        right,
    };
    let role = if is_function {
        let schema = fields.text("schema");
        let name = reading.qname(name.text, schema.as_ref().map(|schema| schema.text));
        let types = fields.text("arguments").map(|text| Arc::from(text.text));
        Role::Support(name, types.unwrap_or_else(|| operands.arguments()))
    } else {
        let name = reading.engine_name(Kind::Operator, name.text);
        match fields.text("order-by") {
            Some(family) => Role::Order(name, reading.engine_name(Kind::OperatorFamily, family.text)),
            None => Role::Search(name),
        }
    };
    fields.finish(&format!("`{word} {number}`"));
    Some(FamilyMember {
        number,
        role,
        operands,
    })
}

pub(super) fn write_family(writing: &Writing<'_>, id: &ObjectId, family: &OperatorFamily) -> Line {
    let line = writing
        .named("operator-family", id)
        .property("using", method_of(id));
    write_members(writing, line, &family.members, None)
}

pub(super) fn write_class(writing: &Writing<'_>, id: &ObjectId, class: &OperatorClass) -> Line {
    let mut line = writing
        .named("operator-class", id)
        .property("using", method_of(id));
    line = types::property(writing, line, "for", &class.data_type);
    let family = writing.engine_name(Kind::OperatorFamily, &class.family);
    line = line.property("family", &family).flag_if("default", class.default);
    if let Some(storage) = &class.storage {
        line = types::property(writing, line, "storage", storage);
    }
    write_members(writing, line, &class.members, Some(&class.data_type))
}

fn write_members(writing: &Writing<'_>, line: Line, members: &[FamilyMember], of: Option<&DataType>) -> Line {
    members
        .iter()
        .fold(line, |line, member| line.child(write_member(writing, member, of)))
}

fn write_member(writing: &Writing<'_>, member: &FamilyMember, of: Option<&DataType>) -> Line {
    let word = if member.is_function() {
        "function"
    } else {
        "operator"
    };
    let mut line = Line::new(word).literal(&Literal::Integer(member.number.into()));
    line = match &member.role {
        Role::Search(name) | Role::Order(name, _) => {
            line.argument(&writing.engine_name(Kind::Operator, name))
        }
        Role::Support(name, _) => match writing.spelling(name) {
            Some(text) => line.argument(&text),
            None => {
                let schema = name.schema.as_ref().map_or("", |schema| schema.text());
                line.argument(name.name.text()).property("schema", schema)
            }
        },
    };
    let operands = &member.operands;
    let left = operands.left.as_ref();
    if left != of || Some(&operands.right) != of {
        let sides = left.map(|left| ("left", left)).into_iter();
        for (word, side) in sides.chain([("right", &operands.right)]) {
            line = types::property(writing, line, word, side);
        }
    }
    match &member.role {
        Role::Search(_) => line,
        Role::Order(_, family) => {
            line.property("order-by", &writing.engine_name(Kind::OperatorFamily, family))
        }
        Role::Support(_, types) if *types == operands.arguments() => line,
        Role::Support(_, types) => line.property("arguments", types),
    }
}
