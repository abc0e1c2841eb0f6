//! From the bytes of a `.py` file to its text, by Python's rules: a byte order mark, the encoding that one of the first
//! two lines may declare, and one kind of line end.
//!
//! <https://docs.python.org/3/reference/lexical_analysis.html#encoding-declarations>

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source, Span};

/// The encodings that are read; a file in another one must be plain ASCII.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Latin1,
    /// One that agrees with ASCII as far as ASCII goes.
    Ascii,
}

/// The text of a file, with `\n` for every line end, which is what Python reads.
pub(super) fn decode(name: &str, bytes: &[u8]) -> Result<Arc<Source>, Vec<Diagnostic>> {
    let (marked, bytes) = match bytes.strip_prefix(b"\xef\xbb\xbf") {
        Some(rest) => (true, rest),
        None => (false, bytes),
    };
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        return Err(bad_byte(name, bytes, at, "a NUL byte"));
    }
    let declared = declared(bytes);
    let encoding = match declared.as_deref().map(encoding) {
        None => Encoding::Utf8,
        Some(Some(Encoding::Latin1 | Encoding::Ascii)) if marked => {
            return Err(bad(name, "declares another encoding than its byte order mark"));
        }
        Some(Some(encoding)) => encoding,
        Some(None) => {
            let declared = declared.unwrap_or_default();
            return Err(bad(name, &format!("declares the encoding `{declared}`")));
        }
    };
    let text = match encoding {
        Encoding::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
        Encoding::Ascii => match bytes.iter().position(|byte| !byte.is_ascii()) {
            Some(at) => return Err(bad_byte(name, bytes, at, "a character outside ASCII")),
            None => String::from_utf8_lossy(bytes).into_owned(),
        },
        Encoding::Utf8 => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(error) => {
                return Err(bad_byte(
                    name,
                    bytes,
                    error.valid_up_to(),
                    "a byte that is not UTF-8",
                ));
            }
        },
    };
    Ok(Arc::new(Source {
        name: name.to_owned(),
        text: text.replace("\r\n", "\n").replace('\r', "\n"),
    }))
}

fn bad(name: &str, what: &str) -> Vec<Diagnostic> {
    let message = format!("{name} {what}, which cannot be read");
    vec![Diagnostic::error("RC0320", message).help("save it as UTF-8")]
}

fn bad_byte(name: &str, bytes: &[u8], at: usize, what: &str) -> Vec<Diagnostic> {
    // What stands before can be shown, and so its line can be told.
    let text = String::from_utf8_lossy(&bytes[..at]).into_owned();
    let end = text.len();
    let start = text
        .char_indices()
        .next_back()
        .filter(|(_, last)| *last != '\n')
        .map_or(end, |(at, _)| at);
    let source = Arc::new(Source {
        name: name.to_owned(),
        text,
    });
    let message = format!("the file has {what}, and cannot be read");
    vec![
        Diagnostic::error("RC0320", message)
            .at(Span::new(&source, start..end))
            .help("save it as UTF-8, without a `coding` comment"),
    ]
}

/// The encoding that a comment on the first line declares, or on the second if the first has nothing but a comment.
fn declared(bytes: &[u8]) -> Option<String> {
    for line in bytes.split(|byte| *byte == b'\n' || *byte == b'\r').take(2) {
        let line = String::from_utf8_lossy(line);
        let line = line.trim_start_matches([' ', '\t', '\x0c']);
        match line.strip_prefix('#') {
            Some(comment) => {
                if let Some(name) = named(comment) {
                    return Some(name);
                }
            }
            None if line.is_empty() => {}
            None => return None,
        }
    }
    None
}

/// What `coding[:=]\s*([-\w.]+)` finds.
fn named(comment: &str) -> Option<String> {
    let mut rest = comment;
    while let Some(at) = rest.find("coding") {
        rest = &rest[at + "coding".len()..];
        let Some(after) = rest.strip_prefix([':', '=']) else {
            continue;
        };
        let after = after.trim_start_matches([' ', '\t']);
        let name: String = after
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.'))
            .collect();
        if !name.is_empty() {
            return Some(name);
        }
    }
    None
}

fn encoding(name: &str) -> Option<Encoding> {
    let name = name.to_lowercase().replace('_', "-");
    let is = |known: &str| {
        name.strip_prefix(known)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
    };
    if is("utf-8") || matches!(name.as_str(), "utf8" | "u8" | "utf" | "cp65001") {
        return Some(Encoding::Utf8);
    }
    if is("latin-1") || is("iso-8859-1") || is("iso-latin-1") {
        return Some(Encoding::Latin1);
    }
    if matches!(
        name.as_str(),
        "latin1" | "l1" | "latin" | "iso8859-1" | "8859" | "cp819"
    ) {
        return Some(Encoding::Latin1);
    }
    let like_ascii = [
        "ascii",
        "us-ascii",
        "cp125",
        "windows-125",
        "iso-8859-",
        "iso8859-",
        "koi8-",
    ];
    like_ascii
        .iter()
        .any(|known| name.starts_with(known))
        .then_some(Encoding::Ascii)
}
