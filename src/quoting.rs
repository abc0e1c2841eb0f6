//! How a text is written in KDL 2 so that it reads well and comes back exactly as it was: as a bare word, between quotes,
//! raw, or over several lines (<https://kdl.dev/spec/#name-string>).
//!
//! A string over several lines loses the white space of lines that have nothing else, and all kinds of line breaks become
//! one; a text to which that would happen stands on one line, escaped. Must not: know what the text means.

/// A text as a bare word where it can be one, or else between quotes.
pub(crate) fn word(text: &str) -> String {
    let mut chars = text.chars();
    let starts = chars
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_');
    let bare = starts && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    if bare && !matches!(text, "true" | "false" | "null" | "inf" | "nan") {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A text between quotes on one line: raw where that spares escapes.
pub(crate) fn quoted(text: &str) -> String {
    let plain = text.chars().all(|c| !must_escape(c) && c != '\t');
    if plain && !text.contains(['"', '\\']) {
        return format!("\"{text}\"");
    }
    if plain {
        let hashes = hashes(text);
        let raw = format!("{hashes}\"{text}\"{hashes}");
        // `#"""` would open a text of several lines.
        if !text.starts_with("\"\"") && text != "\"" {
            return raw;
        }
    }
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            other if must_escape(other) => out.push_str(&format!("\\u{{{:x}}}", u32::from(other))),
            other => out.push(other),
        }
    }
    out.push('"');
    out
}

/// The fewest `#` that no quote in the text is followed by.
fn hashes(text: &str) -> String {
    let mut longest = 0;
    for (at, _) in text.match_indices('"') {
        let run = text[at + 1..].bytes().take_while(|byte| *byte == b'#').count();
        longest = longest.max(run + 1);
    }
    "#".repeat(longest.max(1))
}

/// Line breaks, and what KDL does not take literally (<https://kdl.dev/spec/#name-disallowed-literal-code-poi>).
fn must_escape(character: char) -> bool {
    matches!(
        character,
        '\u{0}'..='\u{8}' | '\u{a}'..='\u{1f}' | '\u{7f}' | '\u{85}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
    )
}

/// Whether a text can stand as a text of several lines without losing anything: it has lines, none of them consists of
/// white space alone (KDL empties those), and all characters may stand as they are.
pub(crate) fn fits_block(text: &str) -> bool {
    text.contains('\n')
        && text.chars().all(|c| c == '\n' || !must_escape(c))
        && text
            .split('\n')
            .all(|line| line.is_empty() || !line.chars().all(char::is_whitespace))
}

/// A text over several lines, each behind `indent`, from the opening quotes to the closing ones; it must fit.
pub(crate) fn block(text: &str, indent: &str, out: &mut String) {
    let raw = text.contains('\\') || text.contains("\"\"\"") || text.ends_with('"');
    let hashes = if raw { hashes(text) } else { String::new() };
    out.push_str(&hashes);
    out.push_str("\"\"\"\n");
    for line in text.split('\n') {
        if !line.is_empty() {
            out.push_str(indent);
            out.push_str(line);
        }
        out.push('\n');
    }
    out.push_str(indent);
    out.push_str("\"\"\"");
    out.push_str(&hashes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_read_well() {
        assert_eq!(word("users"), "users");
        assert_eq!(word("varchar(64)"), "\"varchar(64)\"");
        assert_eq!(word("null"), "\"null\"");
        assert_eq!(word(""), "\"\"");
        assert_eq!(quoted("a \"b\""), "#\"a \"b\"\"#");
        assert_eq!(quoted("a\nb"), "\"a\\nb\"");
    }
}
