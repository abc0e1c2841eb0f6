//! The graph answers as its truth tables say.

use proptest::prelude::*;

use super::*;

/// `a->b b->c`: ids padded to four characters, made in the order in which they are first named.
pub(super) fn revisions(shorthand: &str) -> Vec<Revision> {
    let mut out: Vec<Revision> = Vec::new();
    for edge in shorthand.split_whitespace() {
        let mut parent: Option<String> = None;
        for name in edge.split("->") {
            let id = padded(name);
            if !out.iter().any(|revision| revision.id == id) {
                let created = format!("2026-11-21T09:{:02}:00Z", out.len());
                out.push(Revision {
                    origin: crate::revision::Origin::Native,
                    id: id.clone(),
                    message: format!("make {name}"),
                    down_revisions: Vec::new(),
                    created,
                    path: PathBuf::from(format!("plans/{name}.kdl")),
                    ..sample()
                });
            }
            let here = out.iter_mut().find(|revision| revision.id == id).unwrap();
            here.down_revisions.extend(parent.replace(id));
        }
    }
    out
}

pub(super) fn padded(name: &str) -> String {
    format!("{name:_<4}")
}

pub(super) fn map(shorthand: &str) -> RevisionMap {
    let mut revisions = revisions(shorthand);
    revisions.reverse();
    RevisionMap::new(revisions).unwrap()
}

pub(super) fn short(revisions: &[&Revision]) -> String {
    let names: Vec<&str> = revisions.iter().map(|r| r.id.trim_end_matches('_')).collect();
    names.join(" ")
}

pub(super) fn rows(names: &str) -> Vec<String> {
    names.split_whitespace().map(padded).collect()
}

pub(super) fn message(diagnostic: &Diagnostic) -> String {
    format!("{} {}", diagnostic.code, diagnostic.message)
}

pub(super) fn found(map: &RevisionMap, target: &str, at: &str) -> String {
    match map.resolve(target, &rows(at)) {
        Ok(Some(revision)) => short(&[revision]),
        Ok(None) => "base".to_owned(),
        Err(problem) => message(&problem),
    }
}

pub(super) fn up(map: &RevisionMap, at: &str, target: &str) -> String {
    ran(map.upgrade(&rows(at), &target.split_whitespace().collect::<Vec<_>>()))
}

pub(super) fn down(map: &RevisionMap, at: &str, target: &str) -> String {
    ran(map.downgrade(&rows(at), target))
}

fn ran(way: Result<Vec<&Revision>, Diagnostic>) -> String {
    match way {
        Ok(way) => short(&way),
        Err(problem) => message(&problem),
    }
}

pub(super) fn stamped(map: &RevisionMap, at: &str, targets: &str) -> String {
    match map.stamp(&rows(at), &targets.split_whitespace().collect::<Vec<_>>()) {
        Ok(rows) => rows
            .iter()
            .map(|row| row.trim_end_matches('_'))
            .collect::<Vec<_>>()
            .join(" "),
        Err(problem) => message(&problem),
    }
}

pub(super) fn listed(map: &RevisionMap, at: &str, range: &str) -> String {
    ran(map.history(range, &rows(at)))
}

#[test]
fn a_line_is_walked_both_ways() {
    let map = map("a->b->c->d");
    assert_eq!(short(&map.in_order()), "a b c d");
    assert_eq!(short(&map.heads()), "d");
    for (at, target, expected) in [
        ("", "head", "a b c d"),
        ("", "base", ""),
        ("b", "head", "c d"),
        ("b", "+1", "c"),
        ("d", "head", ""),
        ("c", "b___", ""),
        ("", "+2", "a b"),
        ("a", "b+1", "b c"),
    ] {
        assert_eq!(up(&map, at, target), expected, "up from `{at}` to {target}");
    }
    for (at, target, expected) in [
        ("d", "base", "d c b a"),
        ("d", "-1", "d"),
        ("d", "-4", "d c b a"),
        ("c", "a___", "c b"),
        ("c", "c___", ""),
        ("d", "head-2", "d c"),
        (
            "b",
            "d___",
            "RC0413 revision d___ is not below b___, where the database is",
        ),
        (
            "",
            "a___",
            "RC0413 revision a___ is not below base, where the database is",
        ),
        ("", "base", ""),
    ] {
        assert_eq!(down(&map, at, target), expected, "down from `{at}` to {target}");
    }
}

#[test]
fn targets_resolve_or_say_why_not() {
    let map = map("aabb->abcd->abce");
    for (at, target, expected) in [
        ("", "head", "abce"),
        ("", "heads", "abce"),
        ("", "base", "base"),
        ("", "abcd", "abcd"),
        ("", "aa", "aabb"),
        (
            "",
            "abc",
            "RC0414 `abc` is the beginning of several revisions: abcd (make abcd), abce (make abce)",
        ),
        ("", "hed", "RC0412 there is no revision `hed`"),
        ("", "zzzz", "RC0412 there is no revision `zzzz`"),
        ("", "", "RC0412 there is no revision ``"),
        ("", "aabb+1", "abcd"),
        ("", "aa+2", "abce"),
        ("", "base+1", "aabb"),
        ("", "head-3", "base"),
        (
            "",
            "head-4",
            "RC0417 `head-4` goes past the base, which is 3 step(s) away",
        ),
        (
            "",
            "+4",
            "RC0417 `+4` goes past the head, which is 3 step(s) away",
        ),
        (
            "",
            "-1",
            "RC0417 `-1` goes past the base, which is 0 step(s) away",
        ),
        ("abcd", "-1", "aabb"),
        ("abcd", "+1", "abce"),
        ("abcd", "-0", "abcd"),
        (
            "gone",
            "+1",
            "RC0410 the database stands at revision gone, which is not in the chain",
        ),
        (
            "abcd abce",
            "-1",
            "RC0416 `-1` is ambiguous: the database stands at abcd, abce",
        ),
        ("", "x@head", "RC0419 there is no branch `x`"),
        (
            "",
            "aabb:head",
            "RC0415 `aabb:head` is a range, and here one target is wanted",
        ),
    ] {
        assert_eq!(found(&map, target, at), expected, "{target} at `{at}`");
    }
    assert_eq!(
        map.resolve("hed", &[]).unwrap_err().help.as_deref(),
        Some("did you mean `head`?")
    );
}

#[test]
fn branches_and_merges_have_an_order_and_heads() {
    let map = map("a->b->d a->c->d d->e c->f");
    assert_eq!(short(&map.in_order()), "a c b d e f");
    assert_eq!(short(&map.heads()), "e f");
    assert_eq!(
        found(&map, "head", ""),
        "RC0411 the chain has several heads: f___ (make f), e___ (make e)"
    );
    assert_eq!(
        found(&map, "a___+1", ""),
        "RC0418 `a___+1` is ambiguous: the chain forks into c___ (make c), b___ (make b)"
    );
    assert_eq!(
        found(&map, "d___-1", ""),
        "RC0418 `d___-1` is ambiguous: the chain forks into b___ (make b), c___ (make c)"
    );
    assert_eq!(up(&map, "b", "e___"), "c d e");
    assert_eq!(up(&map, "b f", "e___"), "d e");
    assert_eq!(down(&map, "e f", "c___"), "f e d");
    assert_eq!(down(&map, "e", "a___"), "e d b c");
    assert_eq!(down(&map, "e f", "base"), "f e d b c a");
}

#[test]
fn an_empty_chain_has_no_head() {
    let map = RevisionMap::new(Vec::new()).unwrap();
    assert_eq!(found(&map, "head", ""), "base");
    assert_eq!(up(&map, "", "head"), "");
    assert_eq!(found(&map, "a", ""), "RC0412 there is no revision `a`");
}

#[test]
fn broken_graphs_are_named_with_their_files() {
    let errors = |revisions: Vec<Revision>| {
        let say = |d: Diagnostic| format!("{} ({})", message(&d), d.help.unwrap_or_default());
        RevisionMap::new(revisions)
            .unwrap_err()
            .into_iter()
            .map(say)
            .collect::<Vec<_>>()
    };
    let mut twice = revisions("a->b");
    twice.push(Revision {
        path: PathBuf::from("plans/copy.kdl"),
        ..twice[1].clone()
    });
    assert_eq!(
        errors(twice),
        [
            "RC0401 two files have revision b___: plans/b.kdl and plans/copy.kdl (delete the one that is a copy, or plan one of them again under a new id)"
        ]
    );
    let mut missing = revisions("abcd->b");
    missing[1].down_revisions = vec!["abcx".to_owned()];
    assert_eq!(
        errors(missing),
        ["RC0402 revision b___ (plans/b.kdl) stands on abcx, which is not there (did you mean abcd?)"]
    );
    let mut looped = revisions("a->b");
    looped[0].down_revisions = vec![padded("a")];
    assert!(errors(looped)[0].starts_with("RC0403 revision a___ stands on itself (plans/a.kdl)"));
    assert_eq!(
        errors(revisions("a->b->c->d->b")),
        [
            "RC0404 revisions stand on each other: b___ -> d___ -> c___ -> b___ (correct `down-revision` or `depends-on` in one of plans/b.kdl, plans/d.kdl, plans/c.kdl)"
        ]
    );
}

/// Adds to a graph: `b:a` is that b depends on a, `b@x` that b declares the label x.
pub(super) fn with(mut revisions: Vec<Revision>, more: &str) -> RevisionMap {
    for word in more.split_whitespace() {
        let at = word.find([':', '@']).unwrap();
        let (id, name) = (padded(&word[..at]), &word[at + 1..]);
        let here = revisions.iter_mut().find(|revision| revision.id == id).unwrap();
        if word[at..].starts_with('@') {
            here.branch_labels.push(name.to_owned());
        } else {
            here.depends_on.push(if name.len() > 3 {
                name.to_owned()
            } else {
                padded(name)
            });
        }
    }
    RevisionMap::new(revisions).unwrap()
}

/// The rows after going up (`+b`) or down (`-b`) from these, or why not.
fn moved(map: &RevisionMap, at: &str, step: &str) -> String {
    let id = padded(&step[1..]);
    let after = if step.starts_with('+') {
        map.rows_after_upgrade(&rows(at), &id)
    } else {
        map.rows_after_downgrade(&rows(at), &id)
    };
    match after {
        Some(rows) => rows
            .iter()
            .map(|row| row.trim_end_matches('_'))
            .collect::<Vec<_>>()
            .join(" "),
        None => "no".to_owned(),
    }
}

#[test]
fn rows_are_the_last_of_what_is_applied() {
    let fork = map("a->b a->c b->d c->d c->e");
    // A twin merge: c1 of b1 and b2, c2 of b2 and b3.
    let twins = map("a->b1->c1 a->b2->c1 b2->c2 a->b3->c2 c1->d1 c2->d2");
    let needs = with(revisions("a1->a2->a3 b1->b2"), "b1:a2");
    let unmerged = with(revisions("a1->m b1->m"), "b1:a1");
    for (map, at, step, expected) in [
        (&fork, "", "+a", "a"),
        (&fork, "a", "+b", "b"),
        (&fork, "b", "+c", "b c"),
        (&fork, "b c", "+d", "d"),
        (&fork, "d", "+e", "d e"),
        (&fork, "d e", "-d", "b e"),
        (&fork, "d", "-d", "b c"),
        (&fork, "b e", "-b", "e"),
        (&fork, "a", "-a", ""),
        (&fork, "a", "+d", "no"),
        (&fork, "a", "+a", "no"),
        (&fork, "d", "+b", "no"),
        (&fork, "d", "-c", "no"),
        (&fork, "a", "-b", "no"),
        (&fork, "gone", "+a", "no"),
        (&fork, "a", "+gone", "no"),
        // Rows that say the same twice are put right on the way.
        (&fork, "a b", "+c", "b c"),
        (&twins, "b1 c2", "+c1", "c1 c2"),
        (&twins, "c2 c1", "+d2", "c1 d2"),
        (&twins, "c1 d2", "-c1", "b1 d2"),
        (&twins, "c1 d2", "-d2", "c1 c2"),
        (&twins, "c1", "-c1", "b1 b2"),
        (&needs, "a2", "+b1", "b1"),
        (&needs, "b1", "+a3", "a3 b1"),
        (&needs, "b1", "-b1", "a2"),
        (&needs, "a3 b1", "-b1", "a3"),
        (&needs, "a1", "+b1", "no"),
        (&needs, "b1", "-a2", "no"),
        (&unmerged, "b1", "+m", "m"),
        (&unmerged, "m", "-m", "b1"),
    ] {
        assert_eq!(moved(map, at, step), expected, "{step} at `{at}`");
    }
}

#[test]
fn a_way_names_its_rows() {
    let map = with(revisions("a->b a->c"), "c:b");
    let way = map.upgrade_path(&[], map.get("c___")).unwrap();
    let rows: Vec<(String, String)> = map
        .stages(&[], &way, Direction::Upgrade)
        .into_iter()
        .map(|stage| (stage.before.join(" "), stage.after.join(" ")))
        .collect();
    let expected = [("", "a___"), ("a___", "b___"), ("b___", "c___")];
    assert_eq!(
        rows,
        expected.map(|(before, after)| (before.to_owned(), after.to_owned()))
    );
}

/// Graphs of which each revision stands on some of the earlier ones, loaded in any order.
fn graphs() -> impl Strategy<Value = RevisionMap> {
    let one = (
        prop::collection::vec(any::<prop::sample::Index>(), 0..3),
        prop::collection::vec(any::<prop::sample::Index>(), 0..2),
    );
    let all = prop::collection::vec(one, 1..12).prop_map(|all| {
        let id = |at: usize| format!("rev{at}");
        let of = |at: usize, picks: &[prop::sample::Index]| -> Vec<String> {
            picks
                .iter()
                .filter(|_| at > 0)
                .map(|pick| id(pick.index(at)))
                .collect()
        };
        let revision = |(at, (line, needs)): (usize, &(Vec<_>, Vec<_>))| Revision {
            id: id(at),
            down_revisions: of(at, line),
            depends_on: of(at, needs),
            ..sample()
        };
        all.iter().enumerate().map(revision).collect::<Vec<_>>()
    });
    all.prop_shuffle().prop_map(|all| RevisionMap::new(all).unwrap())
}

pub(super) fn ids(revisions: &[&Revision]) -> std::collections::BTreeSet<String> {
    revisions.iter().map(|revision| revision.id.clone()).collect()
}

proptest! {
    #[test]
    fn rows_stand_apart_and_tell_what_is_applied(map in graphs(), picks in prop::collection::vec(any::<prop::sample::Index>(), 0..20)) {
        let all = map.in_order();
        let mut applied: Vec<&Revision> = Vec::new();
        let mut rows: Vec<String> = Vec::new();
        for pick in picks {
            let revision = *pick.get(&all);
            let is_applied = applied.iter().any(|one| one.id == revision.id);
            let after = if is_applied {
                map.rows_after_downgrade(&rows, &revision.id)
            } else {
                map.rows_after_upgrade(&rows, &revision.id)
            };
            let Some(after) = after else {
                continue;
            };
            if is_applied {
                applied.retain(|one| one.id != revision.id);
            } else {
                applied.push(revision);
            }
            rows = after;
            prop_assert_eq!(&rows, &map.rows_after(&applied));
            prop_assert_eq!(ids(&map.applied(&rows).unwrap()), ids(&applied));
            for row in &rows {
                let others: Vec<String> = rows.iter().filter(|other| *other != row).cloned().collect();
                prop_assert!(!ids(&map.applied(&others).unwrap()).contains(row), "{} is implied by {:?}", row, others);
            }
        }
    }

    #[test]
    fn every_order_has_parents_first(map in graphs()) {
        let mut seen = std::collections::BTreeSet::new();
        for revision in map.in_order() {
            let before = revision.down_revisions.iter().chain(&revision.depends_on);
            for parent in before {
                prop_assert!(seen.contains(parent), "{} before {}", revision.id, parent);
            }
            prop_assert!(seen.insert(revision.id.clone()));
        }
        prop_assert_eq!(seen.len(), map.len());
    }
}
