//! One text, several statements: where each begins and ends, and the words that it is made of.
//!
//! In: SQL and an engine's [`Lexis`]. Out: statements without their semicolons. It knows of SQL what it takes to see where a
//! statement ends: strings, quoted names, comments, and bodies that hold statements themselves; and of what a client of the
//! engine writes between statements, that it is none. Must not: judge; a text that is no SQL gives some tokens, too.

use std::ops::Range;

/// How an engine's SQL is written, as far as engines differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexis {
    /// Whether `$tag$` quotes, comments nest, and brackets are no quotes.
    pub dollar_quotes: bool,
    /// Whether a backslash begins a line for the client, and rows may follow a statement until a line `\.`.
    pub client_lines: bool,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A keyword or bare name.
    Word,
    /// A name between quotes.
    Quoted,
    /// A text literal.
    Text,
    /// The end of a statement, unless it stands in a body.
    Semicolon,
    /// White space, or a comment.
    Space,
    /// A line for the client, to its end.
    Client,
    /// Anything else, a character at a time.
    Other,
}

/// A stretch of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: TokenKind,
    /// The text, with its quotes.
    pub text: &'a str,
    /// Byte offset of its start.
    pub start: usize,
}

impl Token<'_> {
    /// Whether it is this bare word, in any case.
    pub fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// Whether it is this character of punctuation.
    pub fn is(&self, character: &str) -> bool {
        self.kind == TokenKind::Other && self.text == character
    }
}

/// Something that stands for itself in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A statement, without its semicolon.
    Statement {
        /// With the comments in front of it.
        whole: Range<usize>,
        /// From its first word on.
        range: Range<usize>,
    },
    /// A line for the client.
    Client(Range<usize>),
    /// Rows for the statement before.
    Rows(Range<usize>),
}

/// Cuts a text.
pub fn pieces(sql: &str, lexis: Lexis) -> Vec<Piece> {
    let mut reader = Reader { sql, at: 0, lexis };
    let mut out = Vec::new();
    let mut open = Open::at(0);
    while let Some(token) = reader.next() {
        match token.kind {
            TokenKind::Space => {}
            TokenKind::Client if open.first.is_none() => {
                out.push(Piece::Client(token.start..reader.at));
                open = Open::at(reader.at);
            }
            TokenKind::Semicolon if open.is_between() => {
                let takes_rows = lexis.client_lines && open.takes_rows;
                out.extend(open.close(sql, token.start));
                if takes_rows {
                    out.extend(reader.rows());
                }
                open = Open::at(reader.at);
            }
            _ => open.take(&token),
        }
    }
    out.extend(open.close(sql, sql.len()));
    out
}

/// The statements of a text; comments alone are none.
pub fn split(sql: &str, lexis: Lexis) -> Vec<&str> {
    let statements = pieces(sql, lexis).into_iter().filter_map(|piece| match piece {
        Piece::Statement { whole, .. } => sql.get(whole),
        Piece::Client(_) | Piece::Rows(_) => None,
    });
    statements.collect()
}

/// Whether a semicolon behind this text would be part of a comment.
pub fn ends_in_comment(sql: &str, lexis: Lexis) -> bool {
    split(&format!("{sql};x"), lexis).len() == 1
}

/// The tokens of a text; joined, they are the text.
pub fn tokens(sql: &str, lexis: Lexis) -> impl Iterator<Item = Token<'_>> {
    let mut reader = Reader { sql, at: 0, lexis };
    std::iter::from_fn(move || reader.next())
}

/// The words outside of strings, names in quotes, and comments.
pub fn words(sql: &str, lexis: Lexis) -> impl Iterator<Item = &str> {
    let words = tokens(sql, lexis).filter(|token| token.kind == TokenKind::Word);
    words.map(|token| token.text)
}

/// A statement whose end has not come yet. Between `BEGIN` and `END` of a trigger or of `BEGIN ATOMIC`, and between
/// parentheses, a semicolon is not the end.
#[derive(Default)]
struct Open {
    start: usize,
    first: Option<usize>,
    words: usize,
    verb: Verb,
    /// The word before, where it matters.
    before: Option<Before>,
    trigger: bool,
    takes_rows: bool,
    body: usize,
    parentheses: usize,
}

/// What a statement begins with.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Verb {
    Create,
    Copy,
    #[default]
    Other,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Begin,
    From,
}

impl Open {
    fn at(start: usize) -> Self {
        Self {
            start,
            ..Self::default()
        }
    }

    fn is_between(&self) -> bool {
        self.body == 0 && self.parentheses == 0
    }

    fn take(&mut self, token: &Token<'_>) {
        self.first.get_or_insert(token.start);
        match (token.kind, token.text) {
            (TokenKind::Word, word) => self.word(word),
            (TokenKind::Other, "(") => self.parentheses += 1,
            (TokenKind::Other, ")") => self.parentheses = self.parentheses.saturating_sub(1),
            _ => {}
        }
    }

    fn word(&mut self, word: &str) {
        self.words += 1;
        let is = |other: &str| word.eq_ignore_ascii_case(other);
        if self.words == 1 {
            self.verb = match () {
                () if is("CREATE") => Verb::Create,
                () if is("COPY") => Verb::Copy,
                () => Verb::Other,
            };
        }
        self.takes_rows |= self.verb == Verb::Copy && self.before == Some(Before::From) && is("STDIN");
        let after_begin = self.before == Some(Before::Begin);
        self.before = match () {
            () if is("BEGIN") => Some(Before::Begin),
            () if is("FROM") => Some(Before::From),
            () => None,
        };
        if self.verb != Verb::Create {
            return;
        }
        // CREATE TEMP TRIGGER, CREATE OR REPLACE TRIGGER: no name comes before the word.
        self.trigger |= self.words <= 4 && is("TRIGGER");
        if self.body > 0 {
            self.body += usize::from(is("CASE"));
            self.body -= usize::from(is("END"));
        } else if (self.trigger && is("BEGIN")) || (after_begin && is("ATOMIC")) {
            self.body = 1;
        }
    }

    /// The statement that ends before `end`, if there is one.
    fn close(&self, sql: &str, end: usize) -> Option<Piece> {
        let first = self.first?;
        let whole = &sql[self.start..end];
        let begins = self.start + (whole.len() - whole.trim_start().len());
        let ends = self.start + whole.trim_end().len();
        Some(Piece::Statement {
            whole: begins..ends,
            range: first..ends,
        })
    }
}

struct Reader<'a> {
    sql: &'a str,
    at: usize,
    lexis: Lexis,
}

impl<'a> Reader<'a> {
    fn next(&mut self) -> Option<Token<'a>> {
        let rest = &self.sql[self.at..];
        let first = rest.chars().next()?;
        let dollars = self.lexis.dollar_quotes;
        let line = || rest.find('\n').unwrap_or(rest.len());
        let (length, kind) = match first {
            ';' => (1, TokenKind::Semicolon),
            '\'' => (closing(rest, first, false), TokenKind::Text),
            '"' => (closing(rest, first, false), TokenKind::Quoted),
            '`' if !dollars => (closing(rest, '`', false), TokenKind::Quoted),
            '[' if !dollars => (closing(rest, ']', false), TokenKind::Quoted),
            '$' if dollars => dollar_quoted(rest),
            '\\' if self.lexis.client_lines => (line(), TokenKind::Client),
            '-' if rest.starts_with("--") => (line(), TokenKind::Space),
            '/' if rest.starts_with("/*") => (comment(rest, dollars), TokenKind::Space),
            c if c.is_whitespace() => (c.len_utf8(), TokenKind::Space),
            c if is_word(c) => {
                let length = rest.find(|c| !is_word(c) && c != '$').unwrap_or(rest.len());
                let word = &rest[..length];
                if dollars && word.eq_ignore_ascii_case("e") && rest[1..].starts_with('\'') {
                    (1 + closing(&rest[1..], '\'', true), TokenKind::Text)
                } else {
                    (length, TokenKind::Word)
                }
            }
            c => (c.len_utf8(), TokenKind::Other),
        };
        let start = self.at;
        self.at += length;
        Some(Token {
            kind,
            text: &rest[..length],
            start,
        })
    }

    /// Steps over rows, to behind the line that ends them.
    fn rows(&mut self) -> Option<Piece> {
        let start = self.at + self.sql[self.at..].find('\n')? + 1;
        self.at = start;
        for line in self.sql[start..].split_inclusive('\n') {
            self.at += line.len();
            if line.trim_end() == "\\." {
                break;
            }
        }
        Some(Piece::Rows(start..self.at))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The length of what begins here and ends with `quote`; a doubled quote is a part of it, but for brackets.
fn closing(rest: &str, quote: char, escapes: bool) -> usize {
    let mut characters = rest.char_indices().skip(1).peekable();
    while let Some((at, c)) = characters.next() {
        if c == quote {
            let is_doubled = quote != ']' && characters.peek().is_some_and(|(_, next)| *next == quote);
            if !is_doubled {
                return at + c.len_utf8();
            }
            characters.next();
        } else if c == '\\' && escapes {
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

fn dollar_quoted(rest: &str) -> (usize, TokenKind) {
    let none = (1, TokenKind::Other);
    let Some(end) = rest[1..].find('$').map(|at| at + 2) else {
        return none;
    };
    let tag = &rest[1..end - 1];
    if !tag.chars().all(is_word) || tag.starts_with(|c: char| c.is_ascii_digit()) {
        return none;
    }
    let length = rest[end..]
        .find(&rest[..end])
        .map_or(rest.len(), |at| end + at + end);
    (length, TokenKind::Text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POSTGRES: Lexis = Lexis {
        dollar_quotes: true,
        client_lines: true,
    };
    const SQLITE: Lexis = Lexis {
        dollar_quotes: false,
        client_lines: false,
    };

    fn shown(sql: &str, lexis: Lexis) -> Vec<String> {
        let show = |piece: Piece| match piece {
            Piece::Statement { range, .. } => sql[range].to_owned(),
            Piece::Client(range) => format!("client {}", &sql[range]),
            Piece::Rows(range) => format!("rows {:?}", &sql[range]),
        };
        pieces(sql, lexis).into_iter().map(show).collect()
    }

    #[test]
    fn bodies_strings_and_comments_hold_semicolons() {
        for one in [
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $a$ SELECT 1; $$;$$ $a$",
            "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
            "CREATE RULE r AS ON INSERT TO t DO INSTEAD (DELETE FROM a; DELETE FROM b)",
            "SELECT E'\\';', 'it''s;', \"a;b\", a[1;2] /* ; /* ; */ ; */ -- ;",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $body$ ' \" \\ -- /* ; $body$",
        ] {
            let first = if one.contains("a[1;2]") { 2 } else { 1 };
            assert_eq!(
                shown(&format!("{one}\n; SELECT 2"), POSTGRES).len(),
                first + 1,
                "{one}"
            );
        }
        let trigger =
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; SELECT CASE 1 WHEN 1 THEN 2 END; END";
        assert_eq!(
            shown(&format!("{trigger};\n[a;b];`c;`;"), SQLITE),
            [trigger, "[a;b]", "`c;`"]
        );
    }

    #[test]
    fn what_is_for_the_client_is_no_statement() {
        let dump =
            "\\restrict a;b\n-- c\nCOPY a (b) FROM stdin;\n1\tx;\n\\N\n\\.\n\n\nSELECT 1;\n\\unrestrict a\n";
        assert_eq!(
            shown(dump, POSTGRES),
            [
                "client \\restrict a;b",
                "COPY a (b) FROM stdin",
                "rows \"1\\tx;\\n\\\\N\\n\\\\.\\n\"",
                "SELECT 1",
                "client \\unrestrict a"
            ]
        );
        assert_eq!(shown("COPY a FROM 'stdin';\nSELECT 1", POSTGRES).len(), 2);
    }

    #[test]
    fn nothing_is_lost_whatever_the_text() {
        for text in [
            "'",
            "$a$ x",
            "$1",
            "/* a",
            "é€;\u{0}\"",
            "[",
            "\\",
            "-- a",
            "e'\\",
        ] {
            for lexis in [POSTGRES, SQLITE] {
                let joined: String = tokens(text, lexis).map(|token| token.text).collect();
                assert_eq!(joined, text);
                pieces(text, lexis);
            }
        }
    }
}
