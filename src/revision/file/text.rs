//! Strings of KDL 2 that are read back exactly: on one line, raw, or over several lines where that reads better.
//!
//! The forms are those of <https://kdl.dev/spec/#name-string>. A string over several lines loses the white space of
//! lines that have nothing else, and all kinds of newlines become one, so such texts are written on one line, escaped.

/// A word without quotes where KDL allows it, otherwise a quoted string.
pub(super) fn word(text: &str) -> String {
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
        && !matches!(text, "true" | "false" | "null" | "inf" | "nan");
    if plain { text.to_owned() } else { quoted(text) }
}

/// A string on one line, escaped where it must be.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if is_special(c) => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A statement: verbatim where possible, each line of it behind `indent` when it has several.
pub(super) fn statement(text: &str, indent: &str) -> String {
    if text.chars().any(|c| is_special(c) || c == '\r') {
        return quoted(text);
    }
    if !text.contains('\n') {
        return one_line(text);
    }
    let is_blank = |line: &str| !line.is_empty() && line.chars().all(is_space);
    if text.split('\n').any(is_blank) {
        return quoted(text);
    }
    let hashes = if text.contains('\\') || text.contains("\"\"\"") {
        hashes(text, "\"\"\"")
    } else {
        String::new()
    };
    let mut out = format!("{hashes}\"\"\"\n");
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
    out
}

fn one_line(text: &str) -> String {
    // A quote at the start could be taken for the start of a string over several lines.
    let raw = (text.contains('"') || text.contains('\\')) && !text.contains('\t') && !text.starts_with('"');
    if raw {
        let hashes = hashes(text, "\"");
        return format!("{hashes}\"{text}\"{hashes}");
    }
    quoted(text)
}

/// As many `#` as it takes for `closing` and them not to be in the text.
fn hashes(text: &str, closing: &str) -> String {
    let mut hashes = "#".to_owned();
    while text.contains(&format!("{closing}{hashes}")) {
        hashes.push('#');
    }
    hashes
}

/// Characters that a literal string may not hold as they are, and newlines other than line feed and carriage return.
fn is_special(c: char) -> bool {
    matches!(c,
        '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}' | '\u{85}'
        | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// White space within a line, as KDL counts it.
fn is_space(c: char) -> bool {
    matches!(
        c,
        '\t' | ' ' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}
