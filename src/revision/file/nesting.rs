//! How deep braces and comments are nested: the KDL parser goes down with them, and has only so much stack.
//!
//! In: the text of a file. Out: the place where it goes too deep. It reads strings and comments only as far as it
//! must to know a brace from one in a statement.

/// A revision file needs three levels.
const DEEPEST: usize = 64;

/// Where a text goes deeper than any revision file does.
pub(super) fn too_deep(text: &str) -> Option<usize> {
    let (mut at, mut braces, mut comments) = (0, 0_usize, 0_usize);
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().map_or(1, char::len_utf8);
        at += if rest.starts_with("/*") {
            comments += 1;
            2
        } else if comments > 0 {
            let closes = rest.starts_with("*/");
            comments -= usize::from(closes);
            if closes { 2 } else { first }
        } else if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if let Some(length) = string(rest) {
            length
        } else {
            braces += usize::from(rest.starts_with('{'));
            braces = braces.saturating_sub(usize::from(rest.starts_with('}')));
            first
        };
        if braces > DEEPEST || comments > DEEPEST {
            return Some(at);
        }
    }
    None
}

/// The length of the string that begins here, to the end of the text if nothing closes it.
fn string(rest: &str) -> Option<usize> {
    let hashes = rest.len() - rest.trim_start_matches('#').len();
    let body = rest[hashes..].strip_prefix('"')?;
    let quotes = if body.starts_with("\"\"") { 3 } else { 1 };
    let start = hashes + quotes;
    let closing = format!("{}{}", "\"".repeat(quotes), "#".repeat(hashes));
    if hashes > 0 {
        let end = rest[start..].find(&closing);
        return Some(end.map_or(rest.len(), |end| start + end + closing.len()));
    }
    let mut at = start;
    while let Some(found) = rest[at..].find(['"', '\\']) {
        at += found;
        if rest[at..].starts_with(&closing) {
            return Some(at + closing.len());
        }
        let escaped = rest[at..].starts_with('\\');
        at += 1;
        if escaped {
            at += rest[at..].chars().next().map_or(0, char::len_utf8);
        }
    }
    Some(rest.len())
}
