//! What lets code that knows a schema as it was, and code that knows it as it will be, work on one database between two
//! deploys: a [`Mirror`] keeps a column equal to another under its new name, a [`StandIn`] lets a table be used under its
//! former name.
//!
//! In: a catalog. Out: what of it is such a thing, recognised by its name or by what its comment says. The engines make
//! them ([`Engine::mirror`], [`Engine::stand_in`]); nobody else makes objects whose name begins with [`PREFIX`].

use crate::catalog::kinds::{Column, Comment, Index, IndexTerm, Trigger, View};
use crate::catalog::object::Refers as _;
use crate::catalog::walk::Walk;
use crate::catalog::{Catalog, Fingerprint, Ident, Kind, ObjectId, Path, QName, aside};

use super::Engine;

/// How the names of what is kept only for a while begin.
pub const PREFIX: &str = "_rcn_";

/// How the comments on what is kept between two deploys begin, on engines that have comments.
pub const SAYS: &str = "Kept by reconcile between two deploys: ";

/// A column under its old and its new name, each a column of its own, and what keeps the two equal.
#[derive(Clone, Debug, PartialEq)]
pub struct Mirror {
    /// The table.
    pub table: QName,
    /// The column under its old name: the one with the keys and the defaults.
    pub old: Ident,
    /// The copy under the new name.
    pub new: Ident,
}

impl Mirror {
    /// The column under its old name.
    pub fn old_id(&self) -> ObjectId {
        ObjectId::column(&self.table, self.old.clone())
    }

    /// The copy under the new name.
    pub fn new_id(&self) -> ObjectId {
        ObjectId::column(&self.table, self.new.clone())
    }

    /// The name of the trigger, and of what it calls.
    pub fn name(&self, engine: &dyn Engine) -> Ident {
        self.numbered(1, engine)
    }

    /// The names of further triggers, on engines where one does not do.
    pub fn numbered(&self, number: usize, engine: &dyn Engine) -> Ident {
        let number = number.to_string();
        let mut parts = vec![self.table.name.text(), self.old.text(), "is", self.new.text()];
        if number != "1" {
            parts.push(&number);
        }
        kept_name(&parts, engine)
    }

    /// What keeps the two equal, as far as `catalog` has it: triggers, the function they call, comments on these.
    pub fn parts(&self, catalog: &Catalog, engine: &dyn Engine) -> Vec<ObjectId> {
        let mut parts: Vec<ObjectId> = (1..=TRIGGERS)
            .map(|number| ObjectId::member(Kind::Trigger, &self.table, self.numbered(number, engine)))
            .collect();
        parts.push(ObjectId {
            kind: Kind::Function,
            path: Path::Routine(self.table.sibling(self.name(engine)), "".into()),
        });
        with_comments(parts, catalog)
    }
}

/// More triggers than this no engine needs for one pair of columns.
const TRIGGERS: usize = 4;

/// A view that stands where a table stood.
#[derive(Clone, Debug, PartialEq)]
pub struct StandIn {
    /// The view.
    pub view: ObjectId,
    /// The view, what writes through it, and what is said about it.
    pub parts: Vec<ObjectId>,
}

/// A name under which something is kept: the parts joined, and shortened where they are too long for the engine.
pub fn kept_name(parts: &[&str], engine: &dyn Engine) -> Ident {
    let whole = format!("{PREFIX}{}", parts.join("_"));
    let Some(limit) = engine.name_limit().filter(|limit| whole.len() > *limit) else {
        return engine.ident(&whole);
    };
    let digest = Fingerprint::of_bytes(whole.as_bytes());
    let digest = digest.as_str().get(..8).unwrap_or_default();
    let mut end = limit.saturating_sub(digest.len() + 1);
    while !whole.is_char_boundary(end) {
        end -= 1;
    }
    engine.ident(&format!("{}_{digest}", &whole[..end]))
}

/// Whether an object is kept only between two deploys, as its name says. What is set aside is kept for another reason.
pub fn is_kept(id: &ObjectId) -> bool {
    id.name()
        .is_some_and(|name| name.key().starts_with(PREFIX) && aside::day_of(name).is_none())
}

/// The columns that are kept equal to others.
pub fn mirrors(catalog: &Catalog, engine: &dyn Engine) -> Vec<Mirror> {
    let mut tables: Vec<&QName> = catalog
        .of_kind::<Trigger>()
        .filter(|(id, _)| is_kept(id))
        .filter_map(|(id, _)| id.relation())
        .collect();
    tables.dedup();
    if tables.is_empty() {
        return Vec::new();
    }
    let walk = Walk::new(catalog);
    let mut found: Vec<Mirror> = Vec::new();
    for table in tables {
        let columns: Vec<&Ident> = walk
            .members_of::<Column>(table)
            .filter_map(|(id, _)| id.name())
            .collect();
        for old in &columns {
            for new in columns.iter().filter(|new| new != &old) {
                let mirror = Mirror {
                    table: table.clone(),
                    old: (*old).clone(),
                    new: (*new).clone(),
                };
                let trigger = ObjectId::member(Kind::Trigger, table, mirror.name(engine));
                if catalog.contains(&trigger) && !found.contains(&mirror) {
                    found.push(mirror);
                }
            }
        }
    }
    found
}

/// Whether the values of a column are those of another one, so that nothing is lost with it.
pub fn is_mirrored(column: &ObjectId, catalog: &Catalog, engine: &dyn Engine) -> bool {
    column.kind == Kind::Column
        && mirrors(catalog, engine)
            .iter()
            .any(|mirror| *column == mirror.new_id() || *column == mirror.old_id())
}

/// The views that stand where tables stood.
pub fn stand_ins(catalog: &Catalog) -> Vec<StandIn> {
    let views = catalog.of_kind::<View>().filter(|(id, _)| stands_in(id, catalog));
    views
        .map(|(view, _)| {
            let triggers = catalog
                .of_kind::<Trigger>()
                .map(|(id, _)| id)
                .filter(|id| id.relation() == view.qname());
            let parts = std::iter::once(view).chain(triggers).cloned().collect();
            StandIn {
                view: view.clone(),
                parts: with_comments(parts, catalog),
            }
        })
        .collect()
}

/// Whether a view stands where a table stood.
pub fn stands_in(view: &ObjectId, catalog: &Catalog) -> bool {
    let comment = ObjectId::on(Kind::Comment, view.clone());
    let says = |comment: &Comment| comment.text.starts_with(SAYS);
    let mut triggers = catalog.of_kind::<Trigger>();
    view.kind == Kind::View
        && (catalog.payload::<Comment>(&comment).is_some_and(says)
            || triggers.any(|(id, _)| is_kept(id) && id.relation() == view.qname()))
}

/// The indexes that stand in for others over the copy of a column.
pub fn twins<'a>(mirror: &'a Mirror, catalog: &'a Catalog) -> impl Iterator<Item = ObjectId> + 'a {
    let over = |index: &Index| {
        let keyed = index
            .keys
            .iter()
            .any(|key| key.term == IndexTerm::Column(mirror.new.clone()));
        keyed
            || index.texts().iter().any(|text| {
                crate::catalog::expr::mentions(text)
                    .iter()
                    .any(|word| word.eq_ignore_ascii_case(mirror.new.text()))
            })
    };
    catalog
        .of_kind::<Index>()
        .filter(move |(id, index)| is_kept(id) && id.relation() == Some(&mirror.table) && over(index))
        .map(|(id, _)| id.clone())
}

fn with_comments(mut parts: Vec<ObjectId>, catalog: &Catalog) -> Vec<ObjectId> {
    let comments: Vec<ObjectId> = parts
        .iter()
        .map(|part| ObjectId::on(Kind::Comment, part.clone()))
        .collect();
    parts.extend(comments);
    parts.retain(|part| catalog.contains(part));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;

    #[test]
    fn a_name_that_is_too_long_keeps_its_difference() {
        let engine = Dialect::from_name("postgres").expect("built in").engine();
        let long = "c".repeat(70);
        let one = kept_name(&["t", &long, "a"], engine);
        let two = kept_name(&["t", &long, "b"], engine);
        assert!(one.text().len() <= 63 && one != two);
        assert_eq!(kept_name(&["t", "a"], engine).text(), "_rcn_t_a");
    }
}
