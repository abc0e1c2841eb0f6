//! Cutting SQLite's SQL into tokens: [`tokens`], and [`Cursor`], which walks over them.
//!
//! Input: text as `sqlite_schema` holds it, or as an author wrote it. Nothing is lost: the tokens joined are the text.
//! Must not: know a statement.

use crate::catalog::Ident;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    /// A keyword or bare name.
    Word,
    /// A name in double quotes, backticks or brackets.
    Quoted,
    /// A text literal.
    Text,
    /// A number.
    Number,
    /// A blob literal.
    Blob,
    /// One character of punctuation.
    Punct,
    /// White space.
    Space,
    /// A comment.
    Comment,
}

/// A stretch of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) text: &'a str,
    /// Byte offset of its start.
    pub(super) start: usize,
}

impl Token<'_> {
    /// Byte offset of its end.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Whether it is this bare word, in any case.
    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this character.
    pub(super) fn is_punct(&self, punct: &str) -> bool {
        self.kind == TokenKind::Punct && self.text == punct
    }

    /// The name it stands for, if it can be one. SQLite takes a text literal for a name where a name must stand.
    pub(super) fn name(&self) -> Option<String> {
        match self.kind {
            TokenKind::Word => Some(self.text.to_owned()),
            TokenKind::Quoted | TokenKind::Text => Some(unquote(self.text)),
            _ => None,
        }
    }
}

/// The text between the quotes, doubled quotes made single.
pub(super) fn unquote(quoted: &str) -> String {
    let Some(open) = quoted.chars().next() else {
        return String::new();
    };
    let close = if open == '[' { ']' } else { open };
    let inner = quoted.strip_prefix(open).unwrap_or(quoted);
    let inner = inner.strip_suffix(close).unwrap_or(inner);
    if open == '[' {
        return inner.to_owned();
    }
    inner.replace(&String::from_iter([open, open]), &open.to_string())
}

/// Cuts text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut start = 0;
    while start < bytes.len() {
        let (kind, end) = token(bytes, start);
        out.push(Token {
            kind,
            text: &text[start..end],
            start,
        });
        start = end;
    }
    out
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// The end of the run of bytes for which `more` holds.
fn run(bytes: &[u8], from: usize, more: impl Fn(u8) -> bool) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| !more(*byte))
        .map_or(bytes.len(), |at| from + at)
}

/// The end of what begins with a quote at `start`; a doubled quote stands for itself.
fn quoted_end(bytes: &[u8], start: usize, close: u8, doubles: bool) -> usize {
    let mut at = start + 1;
    while at < bytes.len() {
        if bytes[at] == close {
            at += 1;
            if !(doubles && bytes.get(at) == Some(&close)) {
                return at;
            }
        }
        at += 1;
    }
    bytes.len()
}

/// The end of a comment that runs to `close`, included.
fn comment_end(text: &[u8], from: usize, close: &[u8]) -> usize {
    text[from..]
        .windows(close.len())
        .position(|window| window == close)
        .map_or(text.len(), |at| from + at + close.len())
}

fn token(bytes: &[u8], start: usize) -> (TokenKind, usize) {
    let next = bytes.get(start + 1).copied();
    match bytes[start] {
        byte if byte.is_ascii_whitespace() => (
            TokenKind::Space,
            run(bytes, start, |byte| byte.is_ascii_whitespace()),
        ),
        b'-' if next == Some(b'-') => (TokenKind::Comment, comment_end(bytes, start + 2, b"\n")),
        b'/' if next == Some(b'*') => (TokenKind::Comment, comment_end(bytes, start + 2, b"*/")),
        b'\'' => (TokenKind::Text, quoted_end(bytes, start, b'\'', true)),
        quote @ (b'"' | b'`') => (TokenKind::Quoted, quoted_end(bytes, start, quote, true)),
        b'[' => (TokenKind::Quoted, quoted_end(bytes, start, b']', false)),
        b'x' | b'X' if next == Some(b'\'') => (TokenKind::Blob, quoted_end(bytes, start + 1, b'\'', true)),
        byte if byte.is_ascii_digit() || (byte == b'.' && next.is_some_and(|next| next.is_ascii_digit())) => {
            (TokenKind::Number, number_end(bytes, start))
        }
        byte if is_word_byte(byte) => (TokenKind::Word, run(bytes, start, is_word_byte)),
        _ => (TokenKind::Punct, start + 1),
    }
}

fn number_end(bytes: &[u8], start: usize) -> usize {
    let mut end = run(bytes, start, |byte| is_word_byte(byte) || byte == b'.');
    let exponent = matches!(bytes[end - 1], b'e' | b'E') && !bytes[start..].starts_with(b"0x");
    if exponent && matches!(bytes.get(end), Some(b'+' | b'-')) {
        end = run(bytes, end + 1, |byte| byte.is_ascii_digit());
    }
    end
}

/// Why a text is not understood; a clause for a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reason(pub(super) String);

impl Reason {
    /// The reason in these words.
    pub(super) fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }
}

/// Walks over the tokens that mean something: no spaces, no comments.
#[derive(Clone, Debug)]
pub(super) struct Cursor<'a> {
    text: &'a str,
    tokens: Vec<Token<'a>>,
    at: usize,
}

impl<'a> Cursor<'a> {
    /// At the start of `text`.
    pub(super) fn new(text: &'a str) -> Self {
        let mut tokens = tokens(text);
        tokens.retain(|token| !matches!(token.kind, TokenKind::Space | TokenKind::Comment));
        Self { text, tokens, at: 0 }
    }

    /// The next token.
    pub(super) fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    /// Takes the next token.
    pub(super) fn next(&mut self) -> Option<Token<'a>> {
        let token = self.peek();
        self.at += usize::from(token.is_some());
        token
    }

    /// Whether these words come next.
    pub(super) fn sees(&self, words: &[&str]) -> bool {
        words.iter().enumerate().all(|(ahead, word)| {
            self.tokens
                .get(self.at + ahead)
                .is_some_and(|token| token.is_word(word))
        })
    }

    /// Takes these words if they come next.
    pub(super) fn take(&mut self, words: &[&str]) -> bool {
        let seen = self.sees(words);
        if seen {
            self.at += words.len();
        }
        seen
    }

    /// Takes these words, which must come next.
    pub(super) fn expect(&mut self, words: &[&str]) -> Result<(), Reason> {
        if self.take(words) {
            return Ok(());
        }
        Err(self.surprise(&words.join(" ")))
    }

    /// Whether this character comes next.
    pub(super) fn sees_punct(&self, punct: &str) -> bool {
        self.peek().is_some_and(|token| token.is_punct(punct))
    }

    /// Takes this character if it comes next.
    pub(super) fn take_punct(&mut self, punct: &str) -> bool {
        let seen = self.sees_punct(punct);
        self.at += usize::from(seen);
        seen
    }

    /// Takes this character, which must come next.
    pub(super) fn expect_punct(&mut self, punct: &str) -> Result<(), Reason> {
        if self.take_punct(punct) {
            return Ok(());
        }
        Err(self.surprise(punct))
    }

    /// What stands there in place of what was expected.
    pub(super) fn surprise(&self, expected: &str) -> Reason {
        let found = self.peek().map_or("the end", |token| token.text);
        Reason::new(format!("its text has `{found}` where `{expected}` is expected"))
    }

    /// A name.
    pub(super) fn name(&mut self) -> Result<Ident, Reason> {
        let name = self.peek().and_then(|token| token.name());
        match name {
            Some(name) => {
                self.at += 1;
                Ok(Ident::folded(&name))
            }
            None => Err(self.surprise("a name")),
        }
    }

    /// A name, or one of a schema's, of which the last part counts.
    pub(super) fn qualified_name(&mut self) -> Result<Ident, Reason> {
        let first = self.name()?;
        if self.take_punct(".") {
            self.name()
        } else {
            Ok(first)
        }
    }

    /// What stands between the next parenthesis and the one that closes it.
    pub(super) fn parenthesised(&mut self) -> Result<&'a str, Reason> {
        self.expect_punct("(")?;
        let start = self.tokens[self.at - 1].end();
        let mut depth = 1;
        while let Some(token) = self.next() {
            if token.is_punct("(") {
                depth += 1;
            } else if token.is_punct(")") {
                depth -= 1;
                if depth == 0 {
                    return Ok(self.text[start..token.start].trim());
                }
            }
        }
        Err(self.surprise(")"))
    }

    /// The names of a list in parentheses.
    pub(super) fn names(&mut self) -> Result<Vec<Ident>, Reason> {
        self.expect_punct("(")?;
        let mut out = vec![self.name()?];
        while self.take_punct(",") {
            out.push(self.name()?);
        }
        self.expect_punct(")")?;
        Ok(out)
    }

    /// The text from the next token to the end.
    pub(super) fn rest(&self) -> &'a str {
        self.peek().map_or("", |token| self.text[token.start..].trim())
    }

    /// The text up to the next of these words outside parentheses; the word is not taken.
    pub(super) fn until(&mut self, word: &str) -> Result<&'a str, Reason> {
        let start = self.peek().map_or(self.text.len(), |token| token.start);
        let mut depth = 0_i32;
        while let Some(token) = self.peek() {
            if depth == 0 && token.is_word(word) {
                return Ok(self.text[start..token.start].trim());
            }
            depth += i32::from(token.is_punct("(")) - i32::from(token.is_punct(")"));
            self.at += 1;
        }
        Err(self.surprise(word))
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }
}

/// Cuts text at the commas that stand outside parentheses.
pub(super) fn split_commas(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let (mut depth, mut start) = (0_i32, 0);
    for token in tokens(text) {
        depth += i32::from(token.is_punct("(")) - i32::from(token.is_punct(")"));
        if depth == 0 && token.is_punct(",") {
            out.push(text[start..token.start].trim());
            start = token.end();
        }
    }
    out.push(text[start..].trim());
    out
}

#[cfg(test)]
mod tests {
    use super::TokenKind::{Blob, Comment, Number, Punct, Quoted, Text, Word};
    use super::*;

    #[test]
    fn nothing_is_lost() {
        for text in [
            "CREATE TABLE \"a\"\"b\" (x, [y z], `q`) -- end",
            "/* open",
            "'open",
            "x'AB' 1.5e-3 .5 0x1F 1e",
            "é=:p ?1 a||b->>'c'",
            "\"",
            "x'",
            "[",
        ] {
            let joined: String = tokens(text).iter().map(|token| token.text).collect();
            assert_eq!(joined, text);
        }
    }

    #[test]
    fn kinds_of_tokens() {
        let kinds: Vec<_> = tokens("a\"b\"'c'1.5e-3x'00'(--d\n[e]")
            .iter()
            .map(|token| token.kind)
            .collect();
        assert_eq!(kinds, [Word, Quoted, Text, Number, Blob, Punct, Comment, Quoted]);
    }

    #[test]
    fn names_lose_their_quotes() {
        let mut cursor = Cursor::new("\"a\"\"b\" [c d] `e` 'f'");
        let names: Vec<_> = std::iter::from_fn(|| cursor.name().ok())
            .map(|name| name.to_string())
            .collect();
        assert_eq!(names, ["a\"b", "c d", "e", "f"]);
    }

    #[test]
    fn parentheses_are_balanced_outside_literals() {
        let mut cursor = Cursor::new("( a IN (')', \")\") ) rest");
        assert_eq!(cursor.parenthesised().unwrap(), "a IN (')', \")\")");
        assert_eq!(cursor.rest(), "rest");
        assert!(Cursor::new("(a").parenthesised().is_err());
    }
}
