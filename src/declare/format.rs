//! Formatting: one node a line, four spaces a level, comments and single blank lines kept.
//!
//! Works on tokens, so that every comment and every spelling of a value survives; afterwards both texts are parsed and
//! compared. Must not: know what a node means.

use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

use super::node::{Node, parse};
use super::report::SYNTAX;
use super::text::INDENT;
use super::token::{Token, is_newline, tokens};

/// Formats one source. The result loads to the same declarations.
pub(super) fn format(source: &Arc<Source>) -> Result<String, Vec<Diagnostic>> {
    let before = parse(source)?;
    let mut layout = Layout::default();
    for token in tokens(&source.text) {
        layout.token(token);
    }
    let text = layout.finish();
    let formatted = Arc::new(Source {
        name: source.name.clone(),
        text,
    });
    match parse(&formatted) {
        Ok(after) if same(&before.nodes, &after.nodes) => Ok(formatted.text.clone()),
        _ => Err(vec![
            Diagnostic::error(
                SYNTAX,
                format!("`{}` cannot be formatted without changing it", source.name),
            )
            .help("it is left as it is; please report the file"),
        ]),
    }
}

/// Whether two trees say the same.
fn same(from: &[Node], to: &[Node]) -> bool {
    from.len() == to.len()
        && from.iter().zip(to).all(|(from, to)| {
            from.name.text == to.name.text
                && from.entries.len() == to.entries.len()
                && from.entries.iter().zip(&to.entries).all(|(from, to)| {
                    let key = |entry: &super::node::Entry| entry.key.as_ref().map(|key| key.text.clone());
                    from.value == to.value && from.is_name == to.is_name && key(from) == key(to)
                })
                && same(&from.children, &to.children)
        })
}

/// Where the next token would stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
enum Place {
    /// At the very beginning.
    #[default]
    Start,
    /// Behind something on the same line.
    InLine,
    /// Behind a line that is complete; only a comment may still be put there.
    Ended,
    /// The same, behind a `{`.
    Opened,
    /// At the beginning of a line that continues the one before.
    Joined,
}

/// What has been laid out so far.
#[derive(Default)]
struct Layout<'t> {
    out: String,
    depth: usize,
    place: Place,
    /// A backslash that may join this line to the next, and the comment behind it.
    join: Option<String>,
    /// White space since the last token.
    space: Option<&'t str>,
    /// Line breaks since the last token.
    newlines: usize,
}

impl<'t> Layout<'t> {
    fn token(&mut self, token: Token<'t>) {
        match token {
            Token::Newline => {
                self.newlines += 1;
                self.space = None;
            }
            Token::Space(space) => self.space = Some(space),
            Token::Semicolon => {
                self.drop_join();
                if self.place != Place::Start {
                    self.place = Place::Ended;
                }
            }
            Token::Open => {
                self.start(false);
                if !self.out.ends_with(' ') {
                    self.out.push(' ');
                }
                self.put("{", Place::Opened);
                self.depth += 1;
            }
            Token::Close => {
                self.drop_join();
                self.depth = self.depth.saturating_sub(1);
                self.break_line(false);
                self.indent(self.depth);
                self.put("}", Place::Ended);
            }
            Token::LineComment(text) => self.comment(text),
            Token::BlockComment(text) => {
                if matches!(self.place, Place::Ended | Place::Opened) && self.newlines == 0 {
                    self.space = None;
                    self.comment(text);
                } else {
                    self.start(true);
                    self.put(text, Place::InLine);
                }
            }
            Token::Join(comment) => {
                if self.newlines > 0 {
                    self.drop_join();
                }
                let begins = self.newlines > 0 || self.place != Place::InLine;
                if self.join.is_none() && begins {
                    // Nothing stands before it that could be joined.
                    if !comment.is_empty() {
                        self.comment(comment);
                    }
                    self.newlines += 1;
                } else {
                    let before = self.join.take().unwrap_or_default();
                    self.join = Some(format!("{before} {comment}").trim().to_owned());
                    self.newlines = 0;
                }
                self.space = None;
            }
            Token::Block(text) => {
                self.start(true);
                self.put(&reindent(text, &INDENT.repeat(self.depth + 1)), Place::InLine);
            }
            Token::Word(text) => {
                self.start(true);
                self.put(text, Place::InLine);
            }
        }
    }

    /// Goes where the next token stands: behind the last one, or on a line of its own.
    fn start(&mut self, may_break: bool) {
        if self.newlines > 0 {
            self.drop_join();
        }
        self.write_join();
        let breaks = may_break && (matches!(self.place, Place::Ended | Place::Opened) || self.newlines > 0);
        if self.place == Place::Joined {
            self.indent(self.depth + 1);
        } else if breaks || self.place == Place::Start {
            self.break_line(self.place != Place::Opened);
            self.indent(self.depth);
        } else if self.space.is_some() {
            self.out.push(' ');
        }
    }

    fn put(&mut self, text: &str, place: Place) {
        self.out.push_str(text);
        self.place = place;
        self.space = None;
        self.newlines = 0;
    }

    /// Writes a backslash that joins this line to the next.
    fn write_join(&mut self) {
        let Some(comment) = self.join.take() else { return };
        let space = if comment.is_empty() { "" } else { " " };
        self.put(&format!(" \\{space}{comment}\n"), Place::Joined);
    }

    /// Leaves out a backslash behind which nothing is left to join; its comment stays.
    fn drop_join(&mut self) {
        let Some(comment) = self.join.take() else { return };
        if !comment.is_empty() {
            let newlines = self.newlines;
            self.newlines = 0;
            self.space = None;
            self.comment(&comment);
            self.newlines = newlines.max(1);
        }
        if self.place == Place::InLine {
            self.place = Place::Ended;
        }
    }

    fn comment(&mut self, text: &str) {
        if self.join.is_some() {
            self.drop_join();
            self.newlines = self.newlines.max(1);
        }
        let behind = self.newlines == 0 && self.place != Place::Start && self.place != Place::Joined;
        if behind {
            self.out.push_str(self.space.unwrap_or(" "));
        } else {
            self.break_line(self.place != Place::Opened);
            self.indent(self.depth);
        }
        let opened = behind && self.place == Place::Opened;
        self.put(text, if opened { Place::Opened } else { Place::Ended });
    }

    /// Ends the line; an empty line between nodes stays, several become one.
    fn break_line(&mut self, keep_blank: bool) {
        if self.out.is_empty() {
            return;
        }
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        if keep_blank && self.newlines > 1 {
            self.out.push('\n');
        }
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str(INDENT);
        }
    }

    fn finish(mut self) -> String {
        self.drop_join();
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out
    }
}

/// A text of several lines with its lines moved to `indent`; its value stays, because KDL takes off what stands before
/// the closing quotes.
fn reindent(text: &str, indent: &str) -> String {
    let normal = text.replace("\r\n", "\n");
    let lines: Vec<&str> = normal.split(is_newline).collect();
    let Some((closing, lines)) = lines.split_last() else {
        return text.to_owned();
    };
    let content = closing.trim_start();
    let prefix = &closing[..closing.len() - content.len()];
    // A backslash at the end of a line swallows white space before the indentation is taken off.
    let joins = !text.starts_with('#') && lines.iter().any(|line| line.trim_end().ends_with('\\'));
    if joins || !content.starts_with('"') {
        return text.to_owned();
    }
    let mut out = String::new();
    for (at, line) in lines.iter().enumerate() {
        if at == 0 {
            out.push_str(line);
        } else if !line.trim().is_empty() {
            let Some(content) = line.strip_prefix(prefix) else {
                return text.to_owned();
            };
            out.push_str(indent);
            out.push_str(content);
        }
        out.push('\n');
    }
    out.push_str(indent);
    out.push_str(content);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn formatted(text: &str) -> String {
        let source = |text: &str| {
            Arc::new(Source {
                name: "a.kdl".to_owned(),
                text: text.to_owned(),
            })
        };
        let once = format(&source(text)).unwrap_or_else(|error| panic!("{text:?}: {error:?}"));
        assert_eq!(format(&source(&once)).unwrap(), once, "formatting twice");
        once
    }

    #[test]
    fn keeps_comments_blank_lines_and_values() {
        let text = "// leading\n\n\n\n/* block */ table  users   comment=\"x\" { // why\n  column a text   // c1\n\n\n\
                    # \n";
        let text = text.trim_end_matches("# \n").to_owned()
            + "  // own line\n\tcolumn b text default=(sql)\"now()\"; column c text // c3\n  /- column d text\n\
               view open { as \"\"\"\n      SELECT 1\n\n        FROM x\n      \"\"\" }\n long a \\ // on\n   b\n}\n// end";
        assert_eq!(
            formatted(&text),
            "// leading\n\n/* block */ table users comment=\"x\" { // why\n    column a text   // c1\n\n    // own \
             line\n    column b text default=(sql)\"now()\"\n    column c text // c3\n    /- column d text\n    view open \
             {\n        as \"\"\"\n            SELECT 1\n\n              FROM x\n            \"\"\"\n    }\n    long a \\ \
             // on\n        b\n}\n// end\n"
        );
    }

    #[test]
    fn odd_spellings_survive() {
        for text in [
            "",
            "\n\n// only a comment\n\n",
            "a #\"x \"y\" \\\"# b=#true c=#null 1_000 0x1f \"q\\\"\\n\" {}",
            "a { }\nb{c;d}\n",
            "a \"\"\"\n  x\\\n     y\n  \"\"\"\n",
            "a #\"\"\"\n  \"\"\" \\\n  \"\"\"#\r\nb\r\n",
            "/- a {\n b\n}\nc /- d e\n",
            "a/* x */ b\n/* 1\n  2 */\nc // z",
            "\"quoted name\" 'x' é\u{a0}ü\n",
        ] {
            formatted(text);
        }
        assert_eq!(formatted("a{b;c}"), "a {\n    b\n    c\n}\n");
    }

    #[test]
    fn malformed_text_is_an_error_with_its_place() {
        let source = Arc::new(Source {
            name: "a.kdl".to_owned(),
            text: "table a {\n".to_owned(),
        });
        let errors = format(&source).unwrap_err();
        assert_eq!(errors[0].span.as_ref().unwrap().line_column(), (1, 9));
    }

    const PIECES: &[&str] = &[
        "a",
        " b",
        "\n",
        "\n\n\n",
        " ",
        "\t",
        " {",
        "{ ",
        "}",
        " }\n",
        ";",
        "// c\n",
        " // d\n",
        "/* e */",
        "/* f\n g */",
        "\n/- s t {\n u\n}\n",
        " /-k=1",
        " /- v",
        " k=1",
        " (sql)\"x\"",
        " \"\"\"\n  x\n\n    y\n  \"\"\"",
        " #\"q\"q\"#",
        " \\\n",
        " \\ // j\n  ",
        "\r\n",
        " #true",
        " \"\\\\\"",
        " #\"\"\"\n\tz\n\t\"\"\"#",
        "node",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn whatever_is_kdl_can_be_formatted(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
            let text = pieces.concat();
            let source = Arc::new(Source { name: "a.kdl".to_owned(), text: text.clone() });
            if parse(&source).is_ok() {
                let once = formatted(&text);
                let comments = |text: &str| ["// c", "// d", "// j", "/* e", "/* f"].map(|comment| text.matches(comment).count());
                prop_assert_eq!(comments(&text), comments(&once));
            }
        }
    }
}
