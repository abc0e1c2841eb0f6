//! What a person must fix in a file, or should know: [`Diagnostic`], with the place it concerns.
//!
//! Input: a code, a message, and where known a [`Span`]. Output: data that `cli` renders with miette and as JSON.
//! Must not: print, know an engine, or know what a declaration is.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// One declaration file as it was read: its name as the user wrote it, and its text.
#[derive(Debug, PartialEq, Eq)]
pub struct Source {
    /// The path as it should be printed.
    pub name: String,
    /// The whole text; spans are byte ranges of it.
    pub text: String,
}

impl Source {
    /// Whether it is a file of SQL statements, in which no hint can stand.
    pub fn is_sql(&self) -> bool {
        let extension = std::path::Path::new(&self.name).extension();
        extension.is_some_and(|extension| extension == "sql")
    }
}

/// A byte range in a [`Source`].
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    /// The file that holds the range.
    pub source: Arc<Source>,
    /// Byte offsets, end exclusive.
    pub range: Range<usize>,
}

impl Span {
    /// The range `range` of `source`.
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        Self {
            source: Arc::clone(source),
            range,
        }
    }

    /// Line and column of the start, both counted from 1; the column counts characters.
    pub fn line_column(&self) -> (usize, usize) {
        self.place(self.range.start)
    }

    /// Line and column of what comes behind the last character.
    pub fn end_line_column(&self) -> (usize, usize) {
        self.place(self.range.end.max(self.range.start))
    }

    fn place(&self, offset: usize) -> (usize, usize) {
        let before = &self.source.text[..offset.min(self.source.text.len())];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (line, column)
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.line_column();
        write!(f, "{}:{line}:{column}", self.source.name)
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// How much a [`Diagnostic`] matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; nothing has to be done.
    Note,
    /// Should be looked at; work goes on.
    Warning,
    /// Nothing is done until it is mended.
    Error,
}

/// One thing to tell a person about a file or an object.
#[derive(Clone, Debug)]
pub struct Diagnostic {
    /// A stable code, `RC0103` for example.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence, naming the object as the user wrote it.
    pub message: String,
    /// Where, if a file is concerned.
    pub span: Option<Span>,
    /// Which object, as its id prints.
    pub subject: Option<String>,
    /// What to do next.
    pub help: Option<String>,
}

impl Diagnostic {
    /// An error with this code and message.
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: Severity::Error,
            message: message.into(),
            span: None,
            subject: None,
            help: None,
        }
    }

    /// A warning with this code and message.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(code, message)
        }
    }

    /// A note with this code and message.
    pub fn note(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Note,
            ..Self::error(code, message)
        }
    }

    /// The same, at `span`.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same, at `span` if there is one.
    #[must_use]
    pub fn at_opt(mut self, span: Option<Span>) -> Self {
        self.span = span.or(self.span);
        self
    }

    /// The same, about `subject`.
    #[must_use]
    pub fn about(mut self, subject: impl fmt::Display) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// The same, with what to do next.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether work must stop.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
