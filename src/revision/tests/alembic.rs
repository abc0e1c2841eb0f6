//! The shapes that Alembic's own tests have: rows, a target, and what is run. What Alembic answers with a traceback, or
//! silently gets wrong, is an error here.

use super::graph::{down, listed, revisions, rows, stamped, up, with};
use super::*;

/// A fork of two labelled lines above a line: a - b - {c1 - d1, c2 - d2}.
fn forked() -> RevisionMap {
    with(revisions("a->b->c1->d1 b->c2->d2"), "c1@one c2@two")
}

#[test]
fn a_fork_is_gone_up_by_label() {
    let map = forked();
    for (at, target, expected) in [
        ("", "one@head", "a b c1 d1"),
        ("a", "one@head", "b c1 d1"),
        ("", "c1@head", "a b c1 d1"),
        ("", "heads", "a b c2 d2 c1 d1"),
        ("d1", "heads", "c2 d2"),
        ("d1", "two@head", "c2 d2"),
        ("d1", "two@+1", "c2"),
        ("d1", "two@+2", "c2 d2"),
        ("c1 c2", "one@+1", "d1"),
        ("b", "one@+1", "c1"),
        ("", "one@+2", "a b"),
        ("", "+2", "a b"),
        ("c2", "c1", "c1"),
        ("d1", "b", ""),
        ("d1", "base", ""),
        ("", "two@base", ""),
        ("", "one@c1", "a b c1"),
        ("", "d1-1", "a b c1"),
        ("", "d1-4", ""),
        ("", "one@head-1", "a b c1"),
        ("", "base+1", "a"),
        ("", "c1+1", "a b c1 d1"),
        ("", "one@b+1", "a b c1"),
        ("", "one@heads two@base", "a b c1 d1"),
        ("", "d1 d2", "a b c2 d2 c1 d1"),
    ] {
        assert_eq!(up(&map, at, target), expected, "up from `{at}` to `{target}`");
    }
}

#[test]
fn targets_that_lead_nowhere_up_are_refused() {
    let map = forked();
    for (at, target, expected) in [
        ("", "on", "RC0412 there is no revision `on`"),
        ("", "one@d2", "RC0412 there is no revision `d2`"),
        (
            "",
            "one@d2__",
            "RC0420 revision d2__ is not on the branch of c1__",
        ),
        (
            "",
            "d1 c1",
            "RC0421 revision d1__ stands on c1__, so they cannot both be targets",
        ),
        (
            "c1 c2",
            "+1",
            "RC0416 `+1` is ambiguous: the database stands at c1__, c2__",
        ),
        (
            "",
            "b+1",
            "RC0418 `b+1` is ambiguous: the chain forks into c1__ (make c1), c2__ (make c2)",
        ),
        (
            "",
            "head",
            "RC0411 the chain has several heads: d1__ (make d1), d2__ (make d2)",
        ),
        (
            "",
            "b@head",
            "RC0411 `b@head` is ambiguous: the branch has several heads: d1__ (make d1), d2__ (make d2)",
        ),
        ("", "typo@head", "RC0419 there is no branch `typo`"),
        ("", "typo@base", "RC0419 there is no branch `typo`"),
        (
            "",
            "d1+1",
            "RC0417 `d1+1` goes past the head, which is 0 step(s) away",
        ),
        (
            "",
            "one@+5",
            "RC0417 `one@+5` goes past the head, which is 4 step(s) away",
        ),
        ("d1", "-1", "RC0422 `-1` goes the other way"),
        ("d1", "+0", "RC0422 `+0` goes the other way"),
        ("", "d1-1garbage", "RC0412 there is no revision `d1-1garbage`"),
        (
            "",
            "base-1",
            "RC0417 `base-1` goes past the base, which is 0 step(s) away",
        ),
        (
            "gone",
            "d1",
            "RC0410 the database stands at revision gone, which is not in the chain",
        ),
    ] {
        assert_eq!(up(&map, at, target), expected, "up from `{at}` to `{target}`");
    }
}

#[test]
fn a_fork_is_gone_down_by_label() {
    let map = forked();
    for (at, target, expected) in [
        ("d1 d2", "one@base", "d1 c1 d2 c2 b a"),
        ("d1 d2", "one@b", "d1 c1"),
        ("d1 d2", "b", "d1 c1 d2 c2"),
        ("d1 d2", "c1", "d1"),
        ("d1 d2", "one@-1", "d1"),
        ("d1 d2", "two@-2", "d2 c2"),
        ("d1 d2", "d2@-1", "d2"),
        ("d1 d2", "one@-4", "d1 c1 d2 c2 b a"),
        ("d1", "-1", "d1"),
        ("d1", "-3", "d1 c1 b"),
        ("d1", "-4", "d1 c1 b a"),
        ("d1 d2", "d1-1", "d1"),
        ("d1 d2", "one@head-2", "d1 c1"),
        ("d1 d2", "b+0", "d1 c1 d2 c2"),
        ("d1 d2", "one@b+1", "d1"),
        ("d1 d2", "one@d1", ""),
        (
            "d1",
            "two@b",
            "RC0413 above revision b___ there is nothing to take back: the database is at d1__",
        ),
        (
            "d1",
            "-5",
            "RC0417 `-5` goes past the base, which is 4 step(s) away",
        ),
        (
            "d1 d2",
            "-1",
            "RC0416 `-1` is ambiguous: the database stands at d1__, d2__",
        ),
        (
            "",
            "-1",
            "RC0417 `-1` goes past the base, which is 0 step(s) away",
        ),
        (
            "d1",
            "two@-1",
            "RC0416 `two@-1` starts where the branch is, and the database, at d1__, is not on it",
        ),
        ("d1", "+1", "RC0422 `+1` goes the other way"),
        (
            "d1",
            "c2",
            "RC0413 revision c2__ is not below d1__, where the database is",
        ),
        ("d1", "typo@base", "RC0419 there is no branch `typo`"),
        (
            "d1 d2",
            "one@c2",
            "RC0420 revision c2__ is not on the branch of c1__",
        ),
    ] {
        assert_eq!(down(&map, at, target), expected, "down from `{at}` to `{target}`");
    }
}

#[test]
fn a_stamp_replaces_what_it_has_to_do_with() {
    let map = with(revisions("a->b->c1->d1 b->c2->d2 x->y"), "c1@one c2@two");
    for (at, targets, expected) in [
        ("", "d1", "d1"),
        ("d1 d2", "b", "b"),
        ("d1 d2 y", "b", "b y"),
        ("d1", "d2", "d1 d2"),
        ("c1 c2", "d1", "c2 d1"),
        ("c1 c2", "d1 d2", "d1 d2"),
        ("b", "c1 c2", "c1 c2"),
        ("d1 y", "base", ""),
        ("d1 d2 y", "one@base", "d2 y"),
        ("d1 d2 y", "b@base", "y"),
        ("c1 y", "one@head", "d1 y"),
        ("c1", "heads", "d1 d2 y"),
        ("d1 d2", "d1 d2", "d1 d2"),
        ("d1", "x", "d1 x"),
        // Rows that say the same twice are put right.
        ("b c1", "c1", "c1"),
        (
            "",
            "b c1",
            "RC0421 revision c1__ stands on b___, so they cannot both be targets",
        ),
        (
            "",
            "base c1",
            "RC0415 `base` stands alone: it says that nothing is applied",
        ),
        ("", "+1", "RC0415 `+1` is a walk, and a stamp runs nothing"),
        (
            "",
            "head",
            "RC0411 the chain has several heads: d1__ (make d1), d2__ (make d2), y___ (make y)",
        ),
        ("", "typo@base", "RC0419 there is no branch `typo`"),
    ] {
        assert_eq!(stamped(&map, at, targets), expected, "`{targets}` on `{at}`");
    }
    // A head is not lost where another stands on a row: Alembic leaves c2 alone, and would run b1 again.
    let short = super::graph::map("a->b1 a->b2->c2");
    assert_eq!(stamped(&short, "b1 b2", "heads"), "b1 c2");
    let merge = super::graph::map("a->b1->m a->b2->m");
    assert_eq!(stamped(&merge, "m", "b1 b2"), "b1 b2");
}

#[test]
fn dependencies_are_brought_and_taken_along() {
    // Two lines that need each other crosswise: a3 needs b1, b2 needs a2.
    let cross = with(revisions("a1->a2->a3 b1->b2"), "a3:b1 b2:a2");
    assert_eq!(up(&cross, "", "a3"), "b1 a1 a2 a3");
    assert_eq!(up(&cross, "", "b2"), "a1 a2 b1 b2");
    assert_eq!(down(&cross, "a3 b2", "b1"), "b2");
    assert_eq!(
        down(&cross, "a3 b2", "b1___"),
        "RC0412 there is no revision `b1___`"
    );
    assert_eq!(down(&cross, "a3 b2", "a1"), "a3 b2 a2");
    assert_eq!(down(&cross, "b2", "base"), "b2 b1 a2 a1");
    // What only depends on the target stays, and so the target is not a place to go down to.
    let needed = with(revisions("a1->a2 b1->b2"), "b2:a2 b1@bee");
    assert_eq!(
        down(&needed, "b2", "a2"),
        "RC0413 above revision a2__ there is nothing to take back: the database is at b2__"
    );
    assert_eq!(down(&needed, "b2", "bee@-1"), "b2");
    assert_eq!(down(&needed, "b2", "a1@-1"), "b2 a2");
    assert_eq!(
        up(&needed, "b2", "a1@+1"),
        "RC0417 `a1@+1` goes past the head, which is 0 step(s) away"
    );
    // A label stands for the revision that declares it.
    let labelled = with(revisions("a1->a2 b1->b2"), "a1@line b2:line");
    assert_eq!(up(&labelled, "", "b2"), "a1 b1 b2");
    // A merge takes both, however far apart.
    let merges = with(revisions("a->am b->bm c->cm am->d bm->d cm->d"), "");
    assert_eq!(down(&merges, "d", "b___"), "d bm");
}

#[test]
fn ranges_are_listed_newest_first() {
    let map = forked();
    for (at, range, expected) in [
        ("", ":", "d1 c1 d2 c2 b a"),
        ("", "b:", "d1 c1 d2 c2 b"),
        ("", "b:c1", "c1 b"),
        ("", ":c1", "c1 b a"),
        ("", "b:one@head", "d1 c1 b"),
        ("", "-1:", "d1 c1 d2 c2"),
        ("", "-9:", "d1 c1 d2 c2 b a"),
        ("c1", ":current", "c1 b a"),
        ("c1", "current:", "d1 c1"),
        ("c1", "current:+1", "d1 c1"),
        ("c1", "current:+5", "d1 c1"),
        ("c1", "a:current", "c1 b a"),
        (
            "",
            "c1:c2",
            "RC0423 in the range `c1:c2`, nothing of the upper end stands on revision c1__",
        ),
        (
            "",
            "d1:b",
            "RC0423 in the range `d1:b`, nothing of the upper end stands on revision d1__",
        ),
        ("", "a:b:c1", "RC0415 `a:b:c1` has more than two ends"),
        ("", "b:-1", "RC0422 `-1` goes the other way"),
    ] {
        assert_eq!(listed(&map, at, range), expected, "`{range}` at `{at}`");
    }
}

#[test]
fn offline_ranges_know_which_way_they_go() {
    let map = forked();
    let say = |range: &str| match map.offline(range) {
        Ok((stages, direction)) => {
            let ids: Vec<&str> = stages.iter().map(|stage| &stage.revision.id[..2]).collect();
            format!("{direction} {}", ids.join(" "))
        }
        Err(problem) => problem.code.to_owned(),
    };
    for (range, expected) in [
        ("", "upgrade a_ b_ c2 d2 c1 d1"),
        ("base:c1", "upgrade a_ b_ c1"),
        ("b:one@head", "upgrade c1 d1"),
        ("b:b", "upgrade "),
        ("a:+1", "upgrade b_"),
        ("c1:b", "downgrade c1"),
        ("heads:base", "downgrade d1 c1 d2 c2 b_ a_"),
        ("d1:-2", "downgrade d1 c1"),
        ("c1:c2", "upgrade c2"),
        ("typo:c2", "RC0412"),
        ("a:b:c1", "RC0415"),
    ] {
        assert_eq!(say(range), expected, "{range}");
    }
    let (stages, _) = map.offline("d1:b").unwrap();
    let rows: Vec<String> = stages.iter().map(|stage| stage.after.join(" ")).collect();
    assert_eq!(rows, ["c1__", "b___"]);
}

#[test]
fn marks_say_what_a_revision_is() {
    // One fork, one merge; x is a plain line, and y is only depended on.
    let map = with(revisions("a->b1->m a->b2->m x1->x2->x3 y"), "x2@ex b1@bee m:y");
    let say = |id: &str| {
        let marks = map.marks(id);
        let words = [
            (marks.head, "head"),
            (marks.effective_head, "effective"),
            (marks.branchpoint, "branchpoint"),
            (marks.mergepoint, "mergepoint"),
        ];
        let mut out: Vec<&str> = words.iter().filter(|word| word.0).map(|word| word.1).collect();
        out.extend(marks.labels.iter().map(String::as_str));
        out.join(" ")
    };
    for (id, expected) in [
        ("a___", "branchpoint"),
        ("b1__", "bee"),
        ("b2__", ""),
        ("m___", "head mergepoint bee"),
        ("x1__", "ex"),
        ("x2__", "ex"),
        ("x3__", "head ex"),
        ("y___", "effective"),
        ("gone", ""),
    ] {
        assert_eq!(say(id), expected, "{id}");
    }
    let ids = |revisions: Vec<&Revision>| super::graph::short(&revisions);
    assert_eq!(ids(map.heads()), "y x3 m");
    assert_eq!(ids(map.real_heads()), "x3 m");
    assert_eq!(ids(map.bases()), "y a x1");
}

#[test]
fn a_parent_too_many_is_warned_of() {
    let say = |map: &RevisionMap| -> Vec<String> {
        let say = |d: Diagnostic| format!("{} ({})", d.message, d.help.unwrap_or_default());
        map.warnings().into_iter().map(say).collect()
    };
    let fine = with(revisions("a->b->c d"), "b:d c:d");
    assert_eq!(say(&fine), [""; 0], "what the line depends on may be named again");
    let own = with(revisions("a->b"), "b:a");
    assert_eq!(say(&own), [""; 0], "the parent, once more");
    let redundant = with(revisions("a->b z->m"), "m:a m:b");
    assert_eq!(
        say(&redundant),
        [
            "revision m___ (plans/m.kdl) names a___, and b___, which stands on it (remove a___: it changes nothing \
             here, and Alembic can fail on it)"
        ]
    );
    // And it is run all the same, with the right rows.
    assert_eq!(up(&redundant, "a z", "m"), "b m");
    let merge = super::graph::map("a->b->m a->m");
    assert_eq!(say(&merge).len(), 1);
    assert_eq!(merge.rows_after_downgrade(&rows("m"), "m___"), Some(rows("b")));
}

#[test]
fn labels_that_are_taken_are_named_with_their_files() {
    let errors = |revisions: Vec<Revision>| {
        let found = RevisionMap::new(revisions).unwrap_err();
        found.into_iter().map(|d| d.message).collect::<Vec<_>>()
    };
    let labelled = |labels: [&str; 2]| {
        let mut all = revisions("a->b");
        for (revision, label) in all.iter_mut().zip(labels) {
            revision.branch_labels = vec![label.to_owned()];
        }
        all
    };
    assert_eq!(
        errors(labelled(["x", "x"])),
        ["the branch label `x` stands in two files: plans/a.kdl and plans/b.kdl"]
    );
    assert_eq!(
        errors(labelled(["b___", "y"])),
        ["the branch label `b___` in plans/a.kdl is the id of a revision (plans/b.kdl)"]
    );
    let mut by_label = labelled(["x", "y"]);
    by_label[1].down_revisions = vec!["x".to_owned()];
    assert_eq!(
        errors(by_label),
        ["revision b___ (plans/b.kdl) stands on x, which is not there"]
    );
    let mut circle = revisions("a->b");
    circle[0].depends_on = vec!["b___".to_owned()];
    assert_eq!(
        errors(circle),
        ["revisions stand on each other: a___ -> b___ -> a___"]
    );
}
