//! Python's `configparser`, as Alembic uses it: sections, `=` and `:`, values over several lines, comments on lines of
//! their own, `[DEFAULT]`, `%(name)s` and `%%`
//! (<https://docs.python.org/3/library/configparser.html#supported-ini-file-structure>).
//!
//! In: a file. Out: [`Ini`], whose values are what Python would give. What Python refuses is an error at its place: a file
//! that Alembic cannot read must not be read as something.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source, Span};

/// How often a value may name one that names another: `MAX_INTERPOLATION_DEPTH`.
const DEEPEST: usize = 10;

/// The values of `[DEFAULT]`, which every section has.
const DEFAULT: &str = "DEFAULT";

/// Names in lower case, and values as they stand.
type Values = BTreeMap<String, String>;

/// A file that was read.
#[derive(Clone, Debug)]
pub(super) struct Ini {
    source: Arc<Source>,
    sections: BTreeMap<String, Values>,
}

/// Reads a file.
pub(super) fn parse(source: &Arc<Source>) -> Result<Ini, Vec<Diagnostic>> {
    let mut reader = Reader {
        source,
        sections: BTreeMap::new(),
        section: None,
        option: None,
        indent: 0,
        problems: Vec::new(),
    };
    let mut at = 0;
    for line in source.text.split_inclusive('\n') {
        reader.line(line, at);
        at += line.len();
    }
    if !reader.problems.is_empty() {
        return Err(reader.problems);
    }
    let mut sections = BTreeMap::new();
    for (name, lines) in reader.sections {
        // The lines of a value end where its last text ends.
        let values = lines
            .into_iter()
            .map(|(name, lines)| (name, lines.join("\n").trim_end().to_owned()));
        sections.insert(name, values.collect());
    }
    Ok(Ini {
        source: Arc::clone(source),
        sections,
    })
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    sections: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    section: Option<String>,
    option: Option<String>,
    /// How far the last line that was none of a value was indented.
    indent: usize,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, at: usize) {
        let text = line.trim();
        if text.starts_with(['#', ';']) {
            return;
        }
        if text.is_empty() {
            self.go_on("");
            return;
        }
        let indent = line.chars().take_while(|c| c.is_whitespace()).count();
        if indent > self.indent && self.option.is_some() {
            self.go_on(text);
            return;
        }
        self.indent = indent;
        let start = at + (line.len() - line.trim_start().len());
        let place = start..start + text.len();
        if let Some(name) = header(text) {
            if self.sections.contains_key(name) && name != DEFAULT {
                self.problem(&format!("section [{name}] is there twice"), place);
            }
            self.sections.entry(name.to_owned()).or_default();
            self.section = Some(name.to_owned());
            self.option = None;
            return;
        }
        let Some(section) = &self.section else {
            if self.problems.is_empty() {
                self.problem("this stands before the first section", place);
            }
            return;
        };
        let Some((name, value)) = text.split_once(['=', ':']) else {
            self.problem("this is no `name = value`, and goes on with nothing", place);
            return;
        };
        let name = name.trim_end().to_lowercase();
        let values = self.sections.entry(section.clone()).or_default();
        let is_new = values
            .insert(name.clone(), vec![value.trim().to_owned()])
            .is_none();
        if name.is_empty() || !is_new {
            let message = format!("`{name}` is there twice in [{section}]");
            self.problem(
                if name.is_empty() {
                    "this value has no name"
                } else {
                    &message
                },
                place,
            );
        }
        self.option = Some(name);
    }

    /// One more line of the value before it.
    fn go_on(&mut self, text: &str) {
        let (Some(section), Some(option)) = (&self.section, &self.option) else {
            return;
        };
        if let Some(lines) = self
            .sections
            .get_mut(section)
            .and_then(|values| values.get_mut(option))
        {
            lines.push(text.to_owned());
        }
    }

    fn problem(&mut self, message: &str, place: std::ops::Range<usize>) {
        self.problems.push(
            Diagnostic::error("RC0591", message)
                .at(Span::new(self.source, place))
                .help("Alembic cannot read the file either: correct the line"),
        );
    }
}

/// What stands between the first bracket, at the start of the line, and the last one. What comes after it is nothing.
fn header(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('[')?;
    let end = inside.rfind(']')?;
    (end > 0).then(|| &inside[..end])
}

impl Ini {
    /// The same file with another value in it, as it would be written for another folder.
    pub(super) fn with(&self, section: &str, name: &str, value: &str, here: &str) -> String {
        let mut sections = self.sections.clone();
        let doubled = |text: &str| text.replace('%', "%%");
        let mut set = |section: &str, name: &str, value: &str| {
            let values = sections.entry(section.to_owned()).or_default();
            values.insert(name.to_owned(), doubled(value));
        };
        set(section, name, value);
        if !self
            .sections
            .get(DEFAULT)
            .is_some_and(|values| values.contains_key("here"))
        {
            set(DEFAULT, "here", here);
        }
        let mut out = String::new();
        for (section, values) in sections {
            out.push_str(&format!("[{section}]\n"));
            for (name, value) in values {
                out.push_str(&format!("{name} = {}\n", value.replace('\n', "\n    ")));
            }
        }
        out
    }

    /// A value of a section or of `[DEFAULT]`, with what it names put in. `here` is the folder of the file.
    pub(super) fn get(&self, section: &str, name: &str, here: &str) -> Result<Option<String>, Diagnostic> {
        let Some(own) = self.sections.get(section) else {
            return Ok(None);
        };
        let known = |name: &str| {
            let found = own
                .get(name)
                .or_else(|| self.sections.get(DEFAULT).and_then(|values| values.get(name)));
            found.map(String::as_str).or((name == "here").then_some(here))
        };
        let Some(value) = known(name).filter(|_| name != "here") else {
            return Ok(None);
        };
        let mut out = String::new();
        match expand(value, &known, 0, &mut out) {
            Ok(()) => Ok(Some(out)),
            Err(what) => {
                let message = format!("{}: `{name}` in [{section}] has {what}", self.source.name);
                Err(Diagnostic::error("RC0591", message)
                    .help("write a percent sign twice, and a value that is set above as %(name)s"))
            }
        }
    }
}

/// Puts the values of `%(name)s` in, and makes `%%` one percent sign.
fn expand<'a>(
    value: &'a str,
    known: &dyn Fn(&str) -> Option<&'a str>,
    depth: usize,
    out: &mut String,
) -> Result<(), String> {
    if depth > DEEPEST {
        return Err("a name that leads back to itself".to_owned());
    }
    let mut rest = value;
    while let Some(at) = rest.find('%') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            out.push('%');
            rest = after;
            continue;
        }
        let named = rest.strip_prefix('(').and_then(|inner| inner.split_once(')'));
        let named = named.and_then(|(name, after)| Some((name, after.strip_prefix('s')?)));
        let Some((name, after)) = named.filter(|(name, _)| !name.is_empty()) else {
            return Err("a percent sign that stands alone".to_owned());
        };
        let Some(found) = known(&name.to_lowercase()) else {
            return Err(format!("`%({name})s`, and there is no such value"));
        };
        expand(found, known, depth + 1, out)?;
        rest = after;
    }
    out.push_str(rest);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Ini, Vec<Diagnostic>> {
        parse(&Arc::new(Source {
            name: "alembic.ini".to_owned(),
            text: text.to_owned(),
        }))
    }

    fn value(text: &str, name: &str) -> Option<String> {
        let ini = read(text).expect(text);
        ini.get("alembic", name, "/p").expect(text)
    }

    #[test]
    fn values_are_what_python_gives() {
        for (text, expected) in [
            ("[alembic]\nx = 1\n", Some("1")),
            ("[alembic]\nX:1\n", Some("1")),
            (
                "[alembic]\nx = a = b : c # kept ; kept\n",
                Some("a = b : c # kept ; kept"),
            ),
            ("[alembic]\n; x = 1\n", None),
            ("[alembic]\n  # x = 1\n", None),
            ("[alembic]\nx =\n", Some("")),
            ("[alembic]\nx =\n  a\n  b\n\n\ny = 2\n", Some("\na\nb")),
            ("[alembic]\nx = a\n\n  b\n", Some("a\n\nb")),
            ("[alembic]\nx = a\n  # a comment\n  b\n", Some("a\nb")),
            ("[alembic]\n  x = a\n  y = b\n", Some("a")),
            ("[alembic]\n  x = a\n   y = b\n", Some("a\ny = b")),
            ("[alembic] and more\nx = 1\n", Some("1")),
            ("[other]\nx = 2\n[alembic]\nx = 1\n[third]\nx = 3\n", Some("1")),
            ("[DEFAULT]\nx = 0\n[alembic]\ny = 1\n", Some("0")),
            ("[DEFAULT]\nx = 0\n[other]\ny = 1\n", None),
            ("[alembic]\r\nx = 1\r\n", Some("1")),
            ("[alembic]\nx = %(here)s/a%%b\n", Some("/p/a%b")),
            ("[alembic]\nx = %(HERE)s\n", Some("/p")),
            ("[alembic]\nx = %(y)s!\ny = <%(z)s>\nz = %%\n", Some("<%>!")),
            ("[alembic]\nhere = /q\nx = %(here)s\n", Some("/q")),
        ] {
            assert_eq!(value(text, "x").as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn what_python_refuses_is_refused_at_its_place() {
        for (text, line) in [
            ("x = 1\n[alembic]\n", 1),
            ("[alembic]\nx = 1\nx = 2\n", 3),
            ("[alembic]\nx = 1\nX: 2\n", 3),
            ("[alembic]\nx = 1\n[alembic]\n", 3),
            ("[alembic]\nx\n", 2),
            ("[alembic]\n= 1\n", 2),
        ] {
            let found = read(text).expect_err(text);
            assert_eq!(
                found[0].span.as_ref().map(|at| at.line_column().0),
                Some(line),
                "{text}"
            );
        }
    }

    #[test]
    fn percent_signs_that_name_nothing() {
        for text in ["50%", "%(gone)s", "%(x)s", "%(here)d", "%()s", "%(here"] {
            let ini = read(&format!("[alembic]\nx = {text}\n")).expect(text);
            assert!(ini.get("alembic", "x", "/p").is_err(), "{text}");
        }
    }
}
