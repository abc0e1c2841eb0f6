//! KDL as a sequence of tokens, for what works on the text rather than on the tree: formatting, and looking how deep a
//! text nests before it is parsed.
//!
//! Nothing is lost: the tokens are the text. Must not: judge; a text that is no KDL gives some tokens, too.

/// The deepest nesting that is read. The parser calls itself for each level, and the stack ends.
pub(super) const DEEPEST: usize = 32;

/// A piece of KDL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Token<'t> {
    /// A line break.
    Newline,
    /// White space.
    Space(&'t str),
    /// `// …`
    LineComment(&'t str),
    /// `/* … */`
    BlockComment(&'t str),
    /// A backslash that joins two lines, with the comment behind it.
    Join(&'t str),
    /// `{`
    Open,
    /// `}`
    Close,
    /// `;`
    Semicolon,
    /// `"""` to `"""`.
    Block(&'t str),
    /// A name, a value, a text on one line, or a part of `a=(sql)"…"`.
    Word(&'t str),
}

/// Whether KDL takes it for a line break.
pub(super) fn is_newline(character: char) -> bool {
    matches!(
        character,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_space(character: char) -> bool {
    (character.is_whitespace() && !is_newline(character)) || character == '\u{feff}'
}

/// Cuts a text into tokens.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    lengths(text).map(|(token, _)| token)
}

fn lengths(text: &str) -> impl Iterator<Item = (Token<'_>, usize)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let (token, length) = next_token(rest, first);
        rest = rest.get(length..).unwrap_or_default();
        Some((token, length))
    })
}

fn next_token(rest: &str, first: char) -> (Token<'_>, usize) {
    let until = |stop: &dyn Fn(char) -> bool| rest.find(stop).unwrap_or(rest.len());
    if rest.starts_with("\r\n") {
        return (Token::Newline, 2);
    }
    if is_newline(first) {
        return (Token::Newline, first.len_utf8());
    }
    if is_space(first) {
        let length = until(&|c| !is_space(c));
        return (Token::Space(&rest[..length]), length);
    }
    if rest.starts_with("//") {
        let length = until(&is_newline);
        return (Token::LineComment(rest[..length].trim_end()), length);
    }
    if rest.starts_with("/*") {
        let length = block_comment(rest);
        return (Token::BlockComment(&rest[..length]), length);
    }
    match first {
        '{' => (Token::Open, 1),
        '}' => (Token::Close, 1),
        ';' => (Token::Semicolon, 1),
        '\\' => {
            let length = until(&is_newline);
            (
                Token::Join(rest[1..length].trim()),
                length + newline_length(&rest[length..]),
            )
        }
        _ => word(rest),
    }
}

fn newline_length(rest: &str) -> usize {
    if rest.starts_with("\r\n") {
        2
    } else {
        rest.chars().next().map_or(0, char::len_utf8)
    }
}

fn block_comment(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut depth, mut at) = (0, 0);
    while at + 1 < bytes.len() {
        match &bytes[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    text.len()
}

/// A word, a value or a text; `a=(sql)"…"` is several of them with no space between.
fn word(rest: &str) -> (Token<'_>, usize) {
    let hashes = rest.bytes().take_while(|byte| *byte == b'#').count();
    if rest[hashes..].starts_with('"') {
        let length = string(rest, hashes);
        let text = &rest[..length];
        let is_block = text[hashes..].starts_with("\"\"\"") && text.contains(is_newline);
        return (
            if is_block {
                Token::Block(text)
            } else {
                Token::Word(text)
            },
            length,
        );
    }
    let from = hashes.max(rest.chars().next().map_or(1, char::len_utf8));
    let stop = |c: char| is_space(c) || is_newline(c) || matches!(c, '{' | '}' | ';' | '"' | '\\' | '#');
    let mut length = rest[from..].find(stop).map_or(rest.len(), |at| from + at);
    // A comment ends a word, `/-` begins one.
    if let Some(at) = rest[from..length]
        .find("//")
        .into_iter()
        .chain(rest[from..length].find("/*"))
        .min()
    {
        length = from + at;
    }
    (Token::Word(&rest[..length]), length)
}

/// The length of a text with its quotes and hashes.
fn string(rest: &str, hashes: usize) -> usize {
    let quotes = if rest[hashes..].starts_with("\"\"\"") {
        "\"\"\""
    } else {
        "\""
    };
    let open = hashes + quotes.len();
    let close = format!("{quotes}{}", "#".repeat(hashes));
    let bytes = rest.as_bytes();
    let mut at = open;
    while at < bytes.len() {
        if hashes == 0 && bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at..].starts_with(close.as_bytes()) {
            return at + close.len();
        } else {
            at += 1;
        }
    }
    rest.len()
}

/// Where a text nests deeper than [`DEEPEST`].
pub(super) fn too_deep(text: &str) -> Option<usize> {
    // Most files are shallow, and this is quick to see.
    if text.bytes().filter(|byte| *byte == b'{').count() <= DEEPEST && !text.contains("/*") {
        return None;
    }
    let (mut depth, mut at) = (0_usize, 0);
    for (token, length) in lengths(text) {
        match token {
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::BlockComment(comment) if comment.matches("/*").count() > DEEPEST => return Some(at),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(at);
        }
        at += length;
    }
    None
}
