//! One text, several statements: drivers take one at a time, so a text that a person has put several into is cut.
//!
//! In: SQL and the engine's manner. Out: its statements without their semicolons. It knows of SQL what it takes to see
//! where a statement ends: strings, quoted names, comments, and bodies that hold statements themselves.

use super::manner::Manner;

/// The statements of a text; comments alone are none.
pub(super) fn split<'a>(sql: &'a str, manner: &Manner) -> Vec<&'a str> {
    let mut reader = Reader {
        sql,
        at: 0,
        dollars: manner.dollar_quotes,
    };
    let (mut out, mut body, mut start) = (Vec::new(), Body::default(), 0);
    let mut is_empty = true;
    while let Some(token) = reader.next() {
        match token {
            Token::Semicolon if body.depth == 0 => {
                if !is_empty {
                    out.push(sql[start..reader.at - 1].trim());
                }
                (start, is_empty, body) = (reader.at, true, Body::default());
            }
            Token::Semicolon | Token::Other => is_empty = false,
            Token::Word(word) => {
                is_empty = false;
                body.word(word);
            }
            Token::Space => {}
        }
    }
    if !is_empty {
        out.push(sql[start..].trim());
    }
    out
}

/// Whether a semicolon behind this text would be part of a comment.
pub(super) fn ends_in_comment(sql: &str, manner: &Manner) -> bool {
    split(&format!("{sql};x"), manner).len() == 1
}

/// The words outside of strings, names in quotes, and comments.
pub(super) fn words<'a>(sql: &'a str, manner: &Manner) -> impl Iterator<Item = &'a str> {
    let mut reader = Reader {
        sql,
        at: 0,
        dollars: manner.dollar_quotes,
    };
    std::iter::from_fn(move || {
        loop {
            if let Token::Word(word) = reader.next()? {
                return Some(word);
            }
        }
    })
}

enum Token<'a> {
    Semicolon,
    Word(&'a str),
    Space,
    Other,
}

/// Whether the statement is in a body: between `BEGIN` and `END` of a trigger, or of `BEGIN ATOMIC`.
#[derive(Default)]
struct Body {
    words: usize,
    creates: bool,
    trigger: bool,
    begin: bool,
    depth: usize,
}

impl Body {
    fn word(&mut self, word: &str) {
        self.words += 1;
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if self.words == 1 {
            self.creates = is("CREATE");
        }
        if !self.creates {
            return;
        }
        // CREATE TEMP TRIGGER, CREATE OR REPLACE TRIGGER: no name comes before the word.
        self.trigger |= self.words <= 4 && is("TRIGGER");
        if self.depth > 0 {
            self.depth += usize::from(is("CASE"));
            self.depth -= usize::from(is("END"));
        } else if (self.trigger && is("BEGIN")) || (self.begin && is("ATOMIC")) {
            self.depth = 1;
        }
        self.begin = is("BEGIN");
    }
}

struct Reader<'a> {
    sql: &'a str,
    at: usize,
    dollars: bool,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let rest = &self.sql[self.at..];
        let first = rest.chars().next()?;
        let (length, token) = match first {
            ';' => (1, Token::Semicolon),
            '\'' | '"' => (closing(rest, first, false), Token::Other),
            '`' if !self.dollars => (closing(rest, '`', false), Token::Other),
            '[' if !self.dollars => (closing(rest, ']', false), Token::Other),
            '$' if self.dollars => (dollar_quoted(rest), Token::Other),
            '-' if rest.starts_with("--") => (rest.find('\n').unwrap_or(rest.len()), Token::Space),
            '/' if rest.starts_with("/*") => (comment(rest, self.dollars), Token::Space),
            c if c.is_whitespace() => (c.len_utf8(), Token::Space),
            c if is_word(c) => {
                let length = rest.find(|c| !is_word(c) && c != '$').unwrap_or(rest.len());
                let word = &rest[..length];
                if self.dollars && word.eq_ignore_ascii_case("e") && rest[1..].starts_with('\'') {
                    (1 + closing(&rest[1..], '\'', true), Token::Other)
                } else {
                    (length, Token::Word(word))
                }
            }
            c => (c.len_utf8(), Token::Other),
        };
        self.at += length;
        Some(token)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of what begins here and ends with `quote`. A doubled quote reads as two strings, which ends at the same place.
fn closing(rest: &str, quote: char, escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == quote {
            return at + c.len_utf8();
        }
        if c == '\\' && escapes {
            characters.next();
        }
    }
    rest.len()
}

fn comment(rest: &str, nests: bool) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    while at < rest.len() {
        let here = &rest[at..];
        if here.starts_with("/*") && (nests || depth == 0) {
            (depth, at) = (depth + 1, at + 2);
        } else if here.starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
            if depth == 0 {
                return at;
            }
        } else {
            at += here.chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

fn dollar_quoted(rest: &str) -> usize {
    let Some(end) = rest[1..].find('$').map(|at| at + 2) else {
        return 1;
    };
    let tag = &rest[1..end - 1];
    if !tag.chars().all(is_word) || tag.starts_with(|c: char| c.is_ascii_digit()) {
        return 1;
    }
    rest[end..]
        .find(&rest[..end])
        .map_or(rest.len(), |at| end + at + end)
}
