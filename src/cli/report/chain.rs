//! Revisions as Alembic lists them: what a revision stands on, what it is in the graph, what it is for.

use renderdag::{Ancestor, GraphRowRenderer, Renderer as _};

use crate::cli::ui::Ui;
use crate::revision::{Revision, RevisionMap};

/// Whether what a revision stands on is shown before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Parents {
    /// `history`, `branches`.
    Shown,
    /// `heads`, `current`.
    Left,
}

/// One line; `rows` are what the database has, where that was asked.
pub(in crate::cli) fn line(
    ui: &Ui,
    map: &RevisionMap,
    revision: &Revision,
    rows: &[String],
    parents: Parents,
) -> String {
    let before = match parents {
        Parents::Shown => format!("{} -> ", stands_on(revision)),
        Parents::Left => String::new(),
    };
    format!(
        "{before}{}{}, {}",
        ui.bold(&revision.id),
        marks(map, revision, rows),
        revision.message
    )
}

/// Everything about one revision, over several lines.
pub(in crate::cli) fn detail(ui: &Ui, map: &RevisionMap, revision: &Revision, rows: &[String]) -> String {
    let mut out = format!("Rev: {}{}\n", ui.bold(&revision.id), marks(map, revision, rows));
    match revision.down_revisions.as_slice() {
        [] => out.push_str("Parent: <base>\n"),
        [one] => out.push_str(&format!("Parent: {one}\n")),
        several => out.push_str(&format!("Merges: {}\n", several.join(", "))),
    }
    let lists = [
        ("Also depends on", &revision.depends_on),
        ("Branch names", &map.marks(&revision.id).labels),
        ("Replaces", &revision.replaces),
    ];
    for (title, values) in lists {
        if !values.is_empty() {
            out.push_str(&format!("{title}: {}\n", values.join(", ")));
        }
    }
    out.push_str(&format!("Path: {}\n", revision.path.display()));
    if !revision.created.is_empty() {
        out.push_str(&format!("Created: {}\n", revision.created));
    }
    out.push_str(&format!("\n    {}\n\n", revision.message));
    out
}

/// The graph, newest first.
pub(in crate::cli) fn graph(ui: &Ui, map: &RevisionMap, revisions: &[&Revision], rows: &[String]) -> String {
    let mut renderer = GraphRowRenderer::new()
        .output()
        .with_min_row_height(1)
        .build_box_drawing();
    let listed = |id: &&String| revisions.iter().any(|revision| revision.id == **id);
    let rows_of = revisions.iter().map(|revision| {
        let parents = revision.down_revisions.iter().chain(&revision.depends_on);
        let parents = parents.map(|id| {
            if listed(&id) {
                Ancestor::Parent(id.clone())
            } else {
                Ancestor::Ancestor(id.clone())
            }
        });
        let glyph = if rows.contains(&revision.id) { "@" } else { "o" };
        renderer.next_row(
            revision.id.clone(),
            parents.collect(),
            glyph.to_owned(),
            line(ui, map, revision, rows, Parents::Left),
        )
    });
    rows_of.collect()
}

/// What it stands on: parents, then in brackets what else has to be there.
fn stands_on(revision: &Revision) -> String {
    let parents = if revision.down_revisions.is_empty() {
        "<base>".to_owned()
    } else {
        revision.down_revisions.join(", ")
    };
    if revision.depends_on.is_empty() {
        return parents;
    }
    format!("{parents} ({})", revision.depends_on.join(", "))
}

/// ` (label) (head) (current)`.
fn marks(map: &RevisionMap, revision: &Revision, rows: &[String]) -> String {
    let marks = map.marks(&revision.id);
    let mut out = String::new();
    if !marks.labels.is_empty() {
        out.push_str(&format!(" ({})", marks.labels.join(", ")));
    }
    let words = [
        ("head", marks.head),
        ("effective head", marks.effective_head),
        ("current", rows.contains(&revision.id)),
        ("branchpoint", marks.branchpoint),
        ("mergepoint", marks.mergepoint),
    ];
    for (word, _) in words.iter().filter(|(_, is_so)| *is_so) {
        out.push_str(&format!(" ({word})"));
    }
    out
}
