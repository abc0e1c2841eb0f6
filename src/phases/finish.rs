//! The end of the time between two deploys: what was kept for code of before goes.
//!
//! The copy goes, and the column takes its name: keys, indexes, defaults and whatever rests on the column follow without
//! any of it being built again.

use std::collections::{HashMap, HashSet};

use crate::catalog::walk::References;
use crate::catalog::{Catalog, Expr, ObjectId};
use crate::dialect::bridge::{Mirror, mirrors, stand_ins, twins};
use crate::dialect::{Engine, KindRules};
use crate::diff::RenameIntent;

use super::expand::optional_copy;

/// What ends, and the states that are passed.
#[derive(Clone, Debug)]
pub struct Finish {
    /// Without the indexes over copies. The way back fills the copies from here.
    pub loosened: Catalog,
    /// Without anything that was kept.
    pub settled: Catalog,
    /// The columns that take the names of their copies.
    pub renames: Vec<RenameIntent>,
    /// What the copies are filled with on the way back.
    pub fill: HashMap<ObjectId, Expr>,
    /// What was kept, in words: `users.mail beside users.email`.
    pub kept: Vec<String>,
}

/// What of `from` was kept for code of before and is not wanted any more; `None` where nothing is.
pub fn finish(from: &Catalog, to: &Catalog, engine: &dyn Engine) -> Option<Finish> {
    let mirrors = mirrors(from, engine);
    let stand_ins: Vec<_> = stand_ins(from)
        .into_iter()
        .filter(|one| !to.contains(&one.view))
        .collect();
    let wanted = |mirror: &Mirror| mirror.parts(from, engine).iter().any(|part| to.contains(part));
    let mirrors: Vec<Mirror> = mirrors.into_iter().filter(|mirror| !wanted(mirror)).collect();
    if mirrors.is_empty() && stand_ins.is_empty() {
        return None;
    }
    let mut loosened = from.clone();
    let mut gone: HashSet<ObjectId> = HashSet::new();
    let mut out_of_the_way: Vec<ObjectId> = Vec::new();
    let (mut renames, mut fill, mut kept) = (Vec::new(), HashMap::new(), Vec::new());
    for mirror in &mirrors {
        let twins: HashSet<ObjectId> = twins(mirror, from).collect();
        loosened.retain(|id, _| !twins.contains(id));
        optional_copy(&mut loosened, mirror);
        fill.insert(mirror.new_id(), Expr::new(engine.quote(mirror.old.text())));
        kept.push(format!("{}.{} beside {}", mirror.table, mirror.old, mirror.new));
        gone.extend(mirror.parts(from, engine));
        let (has_old, has_new) = (to.contains(&mirror.old_id()), to.contains(&mirror.new_id()));
        if has_new && !has_old {
            renames.push(RenameIntent {
                from: mirror.old_id(),
                to: mirror.new_id(),
            });
        }
        if !(has_new && has_old) {
            gone.insert(mirror.new_id());
            out_of_the_way.push(mirror.new_id());
        }
    }
    for stand_in in &stand_ins {
        kept.push(format!("view {}", stand_in.view.label()));
        gone.extend(stand_in.parts.iter().cloned());
        out_of_the_way.push(stand_in.view.clone());
    }
    gone.extend(resting_on(&out_of_the_way, &loosened, engine));
    let mut settled = loosened.clone();
    settled.retain(|id, _| {
        let target = id.target().unwrap_or(id);
        !gone.contains(id) && !gone.contains(target)
    });
    Some(Finish {
        loosened,
        settled,
        renames,
        fill,
        kept,
    })
}

/// What needs one of these and can be put back: it goes with them, and comes again on the other.
fn resting_on(ids: &[ObjectId], catalog: &Catalog, engine: &dyn Engine) -> HashSet<ObjectId> {
    let references = References::new(catalog);
    let mut found = HashSet::new();
    let mut queue = ids.to_vec();
    while let Some(id) = queue.pop() {
        for dependent in references.dependents(&id) {
            let replaceable = engine.rules(dependent.kind).is_some_and(KindRules::replaceable);
            if replaceable && found.insert(dependent.clone()) {
                queue.push(dependent.clone());
            }
        }
    }
    found
}
