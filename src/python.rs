//! How a text is written in Python so that it is read back exactly: as a literal on one line or several, as a comment, in
//! a docstring (<https://docs.python.org/3/reference/lexical_analysis.html#string-and-bytes-literals>).
//!
//! Must not: know what the text means.

use std::fmt::Write as _;

/// The longest text that stands on the line of its call.
const SHORT: usize = 88;

/// A string literal on one line, in the quotes that SQL seldom has.
pub(crate) fn string(text: &str) -> String {
    quoted(text, '"', '\'')
}

/// A string literal as Python's `repr` writes it.
pub(crate) fn repr(text: &str) -> String {
    quoted(text, '\'', '"')
}

fn quoted(text: &str, usual: char, other: char) -> String {
    let quote = if text.contains(usual) && !text.contains(other) {
        other
    } else {
        usual
    };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    escape(&mut out, text, quote);
    out.push(quote);
    out
}

/// `None`, `'a'` or `('a', 'b')`.
pub(crate) fn strings(texts: &[String]) -> String {
    match texts {
        [] => "None".to_owned(),
        [one] => repr(one),
        many => format!("({})", listed(many)),
    }
}

/// `'a', 'b'`.
pub(crate) fn listed(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| repr(text)).collect();
    texts.join(", ")
}

/// A call with one text: on one line, or a line of the text on each.
pub(crate) fn call(open: &str, text: &str, close: &str, indent: &str) -> String {
    if !text.trim_end_matches('\n').contains('\n') && text.chars().count() <= SHORT {
        return format!("{indent}{open}{}{close}\n", string(text));
    }
    let text = lines(text, &format!("{indent}    "), "");
    format!("{indent}{open}\n{text}{indent}{close}\n")
}

/// A literal for each line of the text, which Python puts together; `end` stands behind the last.
pub(crate) fn lines(text: &str, indent: &str, end: &str) -> String {
    let literals: Vec<String> = text
        .split_inclusive('\n')
        .map(|line| format!("{indent}{}", string(line)))
        .collect();
    format!("{}{end}\n", literals.join("\n"))
}

/// The text of a docstring: lines stay lines.
pub(crate) fn docstring(text: &str) -> String {
    let mut out = String::new();
    for (at, line) in text.split('\n').enumerate() {
        if at > 0 {
            out.push('\n');
        }
        escape(&mut out, line, '"');
    }
    out
}

/// A comment; a text of several lines becomes one.
pub(crate) fn comment(text: &str) -> String {
    let words: Vec<&str> = text
        .split(|c: char| c.is_whitespace() || is_unprintable(c))
        .filter(|word| !word.is_empty())
        .collect();
    format!("# {}", words.join(" "))
}

fn escape(out: &mut String, text: &str, quote: char) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_unprintable(c) => {
                let code = u32::from(c);
                // Writing into a string has no way to fail.
                match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                }
                .unwrap_or_default();
            }
            c => out.push(c),
        }
    }
}

/// Characters that an editor would not show, or that end a line for somebody.
fn is_unprintable(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{a0}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202f}' | '\u{2060}'..='\u{206f}'
            | '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_show_what_they_hold() {
        assert_eq!(string("a'b%:c\\d"), "\"a'b%:c\\\\d\"");
        assert_eq!(string("\"q\""), "'\"q\"'");
        assert_eq!(
            string("'\"\n\r\t\0\u{85}\u{2028}\u{feff}é\u{1f600}"),
            "\"'\\\"\\n\\r\\t\\x00\\x85\\u2028\\ufeffé\u{1f600}\""
        );
        assert_eq!(comment("a\nb\u{b}c"), "# a b c");
    }
}
