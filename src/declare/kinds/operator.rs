//! `operator "===" left=mood right=mood commutator="===" hashes { function same }`, with `negator=`, `restrict=`, `join=` and
//! `merges`; without `left=` it stands before its operand.

use crate::catalog::kinds::{Operands, Operator};
use crate::catalog::{EngineName, Kind, ObjectId};
use crate::declare::fields::Fields;
use crate::declare::reading::{Draft, Reading};
use crate::declare::text::Line;
use crate::declare::types;
use crate::declare::write::Writing;

use super::owner;

pub(super) fn read<'n>(reading: &Reading<'n>, mut fields: Fields<'n>, draft: &mut Draft<'n>) {
    let span = fields.span();
    let Some(name) = reading.read_qname(&mut fields, "operator") else {
        return;
    };
    let what = format!("operator `{name}`");
    let [left, right] = ["left", "right"].map(|word| {
        let given = fields.value(word)?;
        Some(types::read(reading, &given)?.data_type)
    });
    if right.is_none() {
        fields.missing(
            format!("{what} does not say what stands on its right"),
            "write `right=TYPE`, and `left=TYPE` unless it stands before its operand",
        );
    }
    let function = fields.only_child("function").and_then(|node| {
        let mut child = fields.child(node);
        let function = reading.read_qname(&mut child, "function");
        child.finish("`function`");
        function
    });
    if function.is_none() {
        fields.missing(
            format!("{what} has no function behind it"),
            format!("write `operator \"{name}\" left=TYPE right=TYPE {{ function NAME; }}`"),
        );
    }
    let mut named = |word, kind| {
        let text = fields.text(word)?;
        Some(reading.engine_name(kind, text.text))
    };
    let (commutator, negator) = (
        named("commutator", Kind::Operator),
        named("negator", Kind::Operator),
    );
    let (restrict, join) = (named("restrict", Kind::Function), named("join", Kind::Function));
    let (hashes, merges) = (fields.flag("hashes"), fields.flag("merges"));
    let (Some(right), Some(function)) = (right, function) else {
        return;
    };
    let operands = Operands { left, right };
    let id = operands.operator(name);
    let owner = owner::read(reading, &mut fields, &id);
    let extras = fields.extras();
    fields.finish(&what);
    if !reading.has(Kind::Operator, span.clone()) {
        return;
    }
    let operator = Operator {
        operands,
        function,
        commutator,
        negator,
        restrict,
        join,
        hashes,
        merges,
    };
    draft.sayings.extend(owner);
    draft.say(&id, extras, |was| {
        operator.operands.operator(reading.qname(was, None))
    });
    draft.place(id, operator, span);
}

pub(super) fn write(writing: &Writing<'_>, id: &ObjectId, operator: &Operator) -> Line {
    let mut line = writing.named("operator", id);
    let operands = &operator.operands;
    let sides = [("left", operands.left.as_ref()), ("right", Some(&operands.right))];
    for (word, of) in sides {
        if let Some(of) = of {
            line = types::property(writing, line, word, of);
        }
    }
    let others: [(&str, Kind, &Option<EngineName>); 4] = [
        ("commutator", Kind::Operator, &operator.commutator),
        ("negator", Kind::Operator, &operator.negator),
        ("restrict", Kind::Function, &operator.restrict),
        ("join", Kind::Function, &operator.join),
    ];
    for (word, kind, name) in others {
        if let Some(name) = name {
            line = line.property(word, &writing.engine_name(kind, name));
        }
    }
    line.flag_if("hashes", operator.hashes)
        .flag_if("merges", operator.merges)
        .child(writing.reference("function", &operator.function, &[]))
}
