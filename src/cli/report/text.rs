//! A proposal as a tree that is read at a glance: `+` what is made, `~` what is changed, `-` what goes, in red what is
//! lost. Then the steps with their locks and costs, then one line that counts.

use indexmap::IndexMap;

use crate::catalog::kinds::Column;
use crate::catalog::{Attr, Key, Object, ObjectId, Path, Payload as _, aside};
use crate::op::{Action, Op, Plan, RetypeStage, Retyped, Stage, Txn, attribute_words};
use crate::script::{Cost, Item, Script, Step};
use crate::workflow::Proposal;

use crate::cli::ui::Ui;

/// What happens to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Create,
    Alter,
    Drop,
}

/// A line of the tree.
struct Line {
    mark: Mark,
    /// The word for its kind.
    noun: &'static str,
    text: String,
    note: String,
}

/// The lines of one table, view or other free-standing object.
#[derive(Default)]
struct Group {
    own: Option<Line>,
    members: Vec<Line>,
}

/// The whole text.
pub(in crate::cli) fn proposal(ui: &Ui, proposal: &Proposal) -> String {
    let mut out = tree(ui, &proposal.plan);
    let losses = proposal.upgrade.losses().map(|loss| ui.red(loss));
    let agreed = proposal.upgrade.agreed_losses();
    let agreed = agreed.map(|loss| ui.yellow(&format!("{loss} (agreed to when it was set aside)")));
    let losses: Vec<String> = losses.chain(agreed).collect();
    if !losses.is_empty() {
        out.push('\n');
        for loss in &losses {
            out.push_str(&format!("{} {loss}\n", ui.red("!")));
        }
    }
    out.push('\n');
    out.push_str(&steps(ui, &proposal.upgrade));
    out.push_str(&ui.bold(&summary(&proposal.plan)));
    if !proposal.arbitrated {
        out.push_str(&format!(" {}", ui.yellow("(not arbitrated)")));
    }
    out.push('\n');
    out
}

fn tree(ui: &Ui, plan: &Plan) -> String {
    let groups = grouped(plan);
    let mut out = String::new();
    for (name, group) in groups {
        let mut own = group.own.unwrap_or(Line {
            mark: Mark::Alter,
            noun: "table",
            text: name,
            note: String::new(),
        });
        // What comes or goes with its table is counted, not listed.
        let listed = own.mark == Mark::Alter;
        if !listed && own.note.is_empty() {
            own.note = counted(&group.members);
        }
        out.push_str(&drawn(ui, "", &own));
        for line in group.members.iter().filter(|_| listed) {
            out.push_str(&drawn(ui, "    ", line));
        }
    }
    out
}

/// Whether the op is about something that is not there in the end, nor was before: a step of a longer way.
fn is_on_the_way(op: &Op, plan: &Plan) -> bool {
    let makes = matches!(
        op.action,
        Action::Create { .. } | Action::Alter { .. } | Action::Require(_)
    );
    makes && !plan.to.contains(&op.subject())
}

/// What happens, under the tables and free-standing objects to which it happens.
fn grouped(plan: &Plan) -> IndexMap<String, Group> {
    let mut groups: IndexMap<String, Group> = IndexMap::new();
    for op in plan.ops().filter(|op| !is_on_the_way(op, plan)) {
        for (id, line) in lines(op) {
            let group = groups.entry(group_of(&id)).or_default();
            if id.relation().is_none() && id.target().is_none() {
                match (&mut group.own, line.mark) {
                    // What it is called from now on, and what becomes of it.
                    (Some(own), Mark::Alter) if !own.note.is_empty() => {
                        if own.mark == Mark::Alter && own.note != line.note {
                            own.note = format!("{}, {}", own.note, line.note);
                        }
                    }
                    // Dropped and made again: changed.
                    (Some(own), mark) if own.mark != mark => {
                        group.own = Some(Line {
                            mark: Mark::Alter,
                            note: "made anew".to_owned(),
                            ..line
                        });
                    }
                    _ => group.own = Some(line),
                }
            } else {
                member(&mut group.members, line);
            }
        }
    }
    groups
}

/// `9 columns, 3 check constraints, 2 indexes`.
fn counted(members: &[Line]) -> String {
    let mut counts: IndexMap<&str, usize> = IndexMap::new();
    for line in members {
        *counts.entry(line.noun).or_default() += 1;
    }
    let words = counts.into_iter().map(|(noun, count)| match (noun, count) {
        ("rows", _) => "rows".to_owned(),
        ("primary key", _) | (_, 1) => format!("{count} {noun}"),
        ("index", _) => format!("{count} indexes"),
        _ => format!("{count} {noun}s"),
    });
    words.collect::<Vec<_>>().join(", ")
}

/// Adds a line; a drop and a create of the same member become one line.
fn member(lines: &mut Vec<Line>, line: Line) {
    let same = lines.iter_mut().find(|other| other.text == line.text);
    match same {
        Some(other) if other.mark != line.mark => {
            other.mark = Mark::Alter;
            if other.note.is_empty() {
                other.note = "made anew".to_owned();
            }
        }
        Some(other) if other.note == line.note => {}
        Some(other) => {
            let notes = [other.note.as_str(), line.note.as_str()].join(", ");
            other.note = notes.trim_matches([',', ' ']).to_owned();
        }
        None => lines.push(line),
    }
}

fn drawn(ui: &Ui, indent: &str, line: &Line) -> String {
    let mark = match line.mark {
        Mark::Create => ui.green("+"),
        Mark::Alter => ui.yellow("~"),
        Mark::Drop => ui.red("-"),
    };
    let text = match line.mark {
        Mark::Drop => ui.red(&line.text),
        Mark::Create | Mark::Alter => line.text.clone(),
    };
    let note = if line.note.is_empty() {
        String::new()
    } else {
        format!("  {}", ui.dim(&line.note))
    };
    format!("{indent}{mark} {text}{note}\n")
}

/// The table or free-standing object under which an id is shown.
fn group_of(id: &ObjectId) -> String {
    match (id.relation(), id.target()) {
        (Some(of), _) if id.is_value() => ObjectId::qualified(id.kind, of.clone()).to_string(),
        (Some(relation), _) => ObjectId::table(relation.clone()).to_string(),
        (None, Some(target)) => group_of(target),
        (None, None) => id.to_string(),
    }
}

fn line(mark: Mark, id: &ObjectId, note: String) -> Line {
    Line {
        mark,
        noun: id.kind.noun(),
        text: short(id),
        note,
    }
}

/// The object without the table it is shown under.
fn short(id: &ObjectId) -> String {
    let noun = id.kind.noun();
    match &id.path {
        Path::Member(_, value) if id.is_value() => format!("value {value}"),
        Path::Member(_, Key::Named(name)) => format!("{noun} {name}"),
        Path::Member(_, Key::Structural(content)) => {
            let first = noun.split(' ').next().unwrap_or_default();
            if content.starts_with(first) {
                content.to_string()
            } else {
                format!("{noun} {content}")
            }
        }
        Path::On(target) if target.relation().is_some() => format!("{noun} of {}", short(target)),
        Path::On(_) => noun.to_owned(),
        Path::Global(_) | Path::Qualified(_) | Path::Routine(..) => id.to_string(),
    }
}

fn lines(op: &Op) -> Vec<(ObjectId, Line)> {
    match &op.action {
        Action::Create { id, object } | Action::UseIndex { id, object, .. } => {
            vec![(id.clone(), created(id, object))]
        }
        Action::Attach(attach) => {
            let partition = attach.partition.clone().into();
            vec![(attach.id.clone(), created(&attach.id, &partition))]
        }
        Action::AddUnfilled { id, column } => vec![(id.clone(), created(id, &column.clone().into()))],
        Action::Drop { id, .. } => vec![(id.clone(), line(Mark::Drop, id, String::new()))],
        Action::Alter {
            id, from, to, attrs, ..
        } => vec![(id.clone(), altered(id, (from, to), attrs))],
        Action::Rename { from, to, .. } if aside::former(to).is_some() && aside::former(from).is_none() => {
            let until = aside::until(to).map(|day| format!("set aside until {day}"));
            vec![(to.clone(), line(Mark::Drop, from, until.unwrap_or_default()))]
        }
        Action::Rename { from, to, .. } if aside::former(from).is_some() && aside::former(to).is_none() => {
            vec![(to.clone(), line(Mark::Alter, to, "taken back".to_owned()))]
        }
        Action::Rename { from, to, .. } => {
            let old = from.name().map(ToString::to_string).unwrap_or_default();
            vec![(to.clone(), line(Mark::Alter, to, format!("was {old}")))]
        }
        Action::HandOver(hand) => {
            let (from, to) = (hand.from.clone().into(), hand.to.clone().into());
            vec![(
                hand.column.clone(),
                altered(&hand.column, (&from, &to), &hand.attrs),
            )]
        }
        // Told with the column.
        Action::Require(require) if require.stage == Stage::Declare => {
            vec![(
                require.column.clone(),
                line(Mark::Alter, &require.column, "required".to_owned()),
            )]
        }
        // Told with the column, and among the steps.
        Action::Require(_) | Action::CopyRows(_) | Action::Analyze { .. } => Vec::new(),
        Action::Retype(retype) => match &retype.stage {
            RetypeStage::Swap(_) => retype.columns.iter().map(copied).collect(),
            _ => Vec::new(),
        },
        Action::Backfill {
            table, column, value, ..
        } => {
            let id = ObjectId::column(table, column.clone());
            let line = line(Mark::Create, &id, format!("existing rows get {value}"));
            vec![(id, line)]
        }
        Action::SwapEnum(swap) => {
            let gone: Vec<&str> = swap
                .from
                .values
                .iter()
                .filter(|value| !swap.to.values.contains(value))
                .map(AsRef::as_ref)
                .collect();
            let note = if gone.is_empty() {
                "reordered".to_owned()
            } else {
                format!("without {}", gone.join(", "))
            };
            vec![(swap.id.clone(), line(Mark::Alter, &swap.id, note))]
        }
        Action::Rebuild(rebuild) => rebuilt(rebuild),
    }
}

fn copied(column: &Retyped) -> (ObjectId, Line) {
    let note = format!("{}, by a copy", column_changes(&column.from, &column.to));
    (column.id.clone(), line(Mark::Alter, &column.id, note))
}

fn rebuilt(rebuild: &crate::op::Rebuild) -> Vec<(ObjectId, Line)> {
    let table = line(Mark::Alter, &rebuild.table, "built anew, rows kept".to_owned());
    let mut out = vec![(rebuild.table.clone(), table)];
    let find = |side: &[(ObjectId, Object)], id: &ObjectId| {
        side.iter()
            .find(|(other, _)| other == id)
            .map(|(_, object)| object.clone())
    };
    for (id, object) in rebuild.before.iter().filter(|(id, _)| *id != rebuild.table) {
        match find(&rebuild.after, id) {
            None => out.push((id.clone(), line(Mark::Drop, id, String::new()))),
            Some(after) if after != *object => {
                out.push((id.clone(), altered(id, (object, &after), &object.changed(&after))));
            }
            Some(_) => {}
        }
    }
    for (id, object) in &rebuild.after {
        if find(&rebuild.before, id).is_none() {
            out.push((id.clone(), created(id, object)));
        }
    }
    out
}

fn created(id: &ObjectId, object: &Object) -> Line {
    let note = match object {
        Object::Column(column) => described(column),
        Object::Rows(rows) => format!("{} row(s)", rows.rows.len()),
        Object::ForeignKey(key) => format!("to {}", key.table),
        Object::Check(check) => check.expr.to_string(),
        Object::Grants(grants) => grants.to_string(),
        Object::DefaultPrivileges(privileges) => privileges.to_string(),
        Object::Owner(owner) => owner.role.to_string(),
        _ => String::new(),
    };
    line(Mark::Create, id, note)
}

fn described(column: &Column) -> String {
    let mut words = vec![column.data_type.to_string()];
    if column.nullable {
        words.push("nullable".to_owned());
    }
    words.extend(
        column
            .default
            .as_ref()
            .map(|default| format!("default {default}")),
    );
    words.extend(
        column
            .generated
            .as_ref()
            .map(|generated| format!("= {}", generated.expr)),
    );
    words.join(" ")
}

fn altered(id: &ObjectId, sides: (&Object, &Object), attrs: &[Attr]) -> Line {
    let note = match (Column::of(sides.0), Column::of(sides.1)) {
        (Some(from), Some(to)) => column_changes(from, to),
        _ => attrs
            .iter()
            .map(|attr| attribute_words(*attr))
            .collect::<Vec<_>>()
            .join(", "),
    };
    line(Mark::Alter, id, note)
}

fn column_changes(from: &Column, to: &Column) -> String {
    let mut words = Vec::new();
    if from.data_type != to.data_type {
        words.push(format!("{} → {}", from.data_type, to.data_type));
    }
    if from.nullable != to.nullable {
        words.push(
            if to.nullable {
                "becomes optional"
            } else {
                "becomes required"
            }
            .to_owned(),
        );
    }
    if from.default != to.default {
        let text = |default: &Option<crate::catalog::Expr>| {
            default.as_ref().map_or("none".to_owned(), ToString::to_string)
        };
        words.push(format!("default {} → {}", text(&from.default), text(&to.default)));
    }
    let rest = from
        .changed(to)
        .into_iter()
        .map(|attr| attribute_words(Attr::Column(attr)));
    let shown = ["data type", "nullable", "default"];
    words.extend(rest.filter(|word| !shown.contains(&word.as_str())));
    words.join(", ")
}

/// The steps that touch what is there: with locks, costs and what is asked of the data.
fn steps(ui: &Ui, script: &Script) -> String {
    let mut out = String::new();
    for step in &script.steps {
        let asked: Vec<&str> = step
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Expect { label, .. } => Some(label.as_str()),
                Item::Sql(_) | Item::DoneWhen { .. } | Item::Batched(_) => None,
            })
            .collect();
        if step.lock.is_none() && step.cost < Cost::Scan && asked.is_empty() {
            continue;
        }
        out.push_str(&format!("{} {}\n", ui.dim("•"), described_step(ui, step)));
        for label in asked {
            out.push_str(&format!("    {}\n", ui.dim(&format!("expects {label}"))));
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    out
}

fn described_step(ui: &Ui, step: &Step) -> String {
    let mut facts = Vec::new();
    facts.extend(locked(step));
    match step.cost {
        Cost::Instant | Cost::Brief => {}
        Cost::Scan => facts.push("reads every row".to_owned()),
        Cost::Rewrite => facts.push("writes every row".to_owned()),
    }
    if step.rebuilds_indexes {
        facts.push("builds indexes anew".to_owned());
    }
    if step.one_way && step.loses.is_empty() {
        facts.push("the way back does not restore every value".to_owned());
    }
    if step.txn == Txn::Outside {
        facts.push("in no transaction".to_owned());
    }
    let mut out = if facts.is_empty() {
        step.title.clone()
    } else {
        format!("{}: {}", step.title, ui.dim(&facts.join(", ")))
    };
    if let Some(estimate) = step.estimate() {
        out.push_str(&format!("\n    {}", ui.dim(&estimate)));
    }
    out
}

/// `locks users share row exclusive`: with the tables where there are several.
fn locked(step: &Step) -> Option<String> {
    match step.locks.as_slice() {
        [] | [_] => step.lock.as_ref().map(|lock| format!("locks {lock}")),
        several => {
            let each = several
                .iter()
                .map(|lock| format!("{} {}", lock.relation, lock.lock));
            Some(format!("locks {}", each.collect::<Vec<_>>().join(" and ")))
        }
    }
}

/// The class of a step, and what of it is written anew.
pub(in crate::cli) fn cost(step: &Step) -> String {
    let word = step.cost.word();
    if step.rebuilds_indexes {
        format!("{word}, indexes")
    } else {
        word.to_owned()
    }
}

/// What is asked of the data.
pub(in crate::cli) fn asked(script: &Script) -> impl Iterator<Item = &str> {
    script
        .steps
        .iter()
        .flat_map(|step| &step.items)
        .filter_map(|item| match item {
            Item::Expect { label, .. } => Some(label.as_str()),
            Item::Sql(_) | Item::DoneWhen { .. } | Item::Batched(_) => None,
        })
}

/// `3 to create, 1 to alter, 1 to drop`: the lines of the tree, but for tables that only hold others.
pub(in crate::cli) fn summary(plan: &Plan) -> String {
    let groups = grouped(plan);
    let listed = groups.values().flat_map(|group| {
        let stays = group.own.as_ref().is_none_or(|own| own.mark == Mark::Alter);
        let members = group.members.iter().filter(move |_| stays);
        group.own.iter().chain(members)
    });
    let marks: Vec<Mark> = listed.map(|line| line.mark).collect();
    let count = |mark| marks.iter().filter(|other| **other == mark).count();
    let (created, altered, dropped) = (count(Mark::Create), count(Mark::Alter), count(Mark::Drop));
    let parts = [
        (created, "to create"),
        (altered, "to alter"),
        (dropped, "to drop"),
    ];
    let words: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{n} {word}"))
        .collect();
    words.join(", ")
}
