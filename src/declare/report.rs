//! Collecting what is wrong: [`Report`], the codes, and [`closest`] for "did you mean".
//!
//! Must not: stop at the first error; every reader adds what it finds and goes on.

use std::cell::RefCell;

use crate::diagnostic::{Diagnostic, Span};

/// No declarations, or a file that cannot be read.
pub(super) const FILES: &str = "RC0100";
/// Text that is not KDL.
pub(super) const SYNTAX: &str = "RC0101";
/// A node that means nothing where it stands.
pub(super) const UNKNOWN_NODE: &str = "RC0102";
/// A property or argument that means nothing where it stands.
pub(super) const UNKNOWN_ENTRY: &str = "RC0103";
/// Something that must be there is not.
pub(super) const MISSING: &str = "RC0104";
/// A value that cannot stand where it stands.
pub(super) const VALUE: &str = "RC0105";
/// Two objects under one name.
pub(super) const DUPLICATE: &str = "RC0106";
/// A type that looks like a slip of another.
pub(super) const UNKNOWN_TYPE: &str = "RC0107";
/// A table, column or other object that is not declared.
pub(super) const UNKNOWN_NAME: &str = "RC0108";
/// A name that no engine takes.
pub(super) const NAME: &str = "RC0109";
/// Two statements that exclude each other.
pub(super) const CONTRADICTION: &str = "RC0110";
/// Something that the engine does not have.
pub(super) const ENGINE: &str = "RC0111";
/// A foreign key that does not fit what it points to.
pub(super) const FOREIGN_KEY: &str = "RC0112";
/// Declared rows that do not fit their table.
pub(super) const ROWS: &str = "RC0113";
/// A rename that cannot be.
pub(super) const RENAME: &str = "RC0114";
/// A statement in a SQL file that declares nothing.
pub(super) const STATEMENT: &str = "RC0115";
/// Something that is made or changed in SQL, and declared in KDL.
pub(super) const TWICE: &str = "RC0116";

/// Something secret.
pub(super) const SECRET: &str = "RC0117";

/// Everything found so far.
#[derive(Debug, Default)]
pub(super) struct Report {
    found: RefCell<Vec<Diagnostic>>,
}

impl Report {
    /// Adds a finding.
    pub(super) fn add(&self, diagnostic: Diagnostic) {
        self.found.borrow_mut().push(diagnostic);
    }

    /// Adds an error at `span`.
    pub(super) fn error(&self, code: &'static str, span: Span, message: impl Into<String>) {
        self.add(Diagnostic::error(code, message).at(span));
    }

    /// Adds an error at `span` with what to do about it.
    pub(super) fn error_with(
        &self,
        code: &'static str,
        span: Span,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.add(Diagnostic::error(code, message).at(span).help(help));
    }

    /// The warnings, or everything if there is an error; in the order of the files.
    pub(super) fn finish(&self) -> Result<Vec<Diagnostic>, Vec<Diagnostic>> {
        let found = self.in_order();
        if found.iter().any(Diagnostic::is_error) {
            Err(found)
        } else {
            Ok(found)
        }
    }

    /// Everything, in the order of the files.
    pub(super) fn in_order(&self) -> Vec<Diagnostic> {
        let mut found = self.found.take();
        found.sort_by(|a, b| place(a).cmp(&place(b)));
        found
    }
}

fn place(diagnostic: &Diagnostic) -> Option<(&str, usize)> {
    let span = diagnostic.span.as_ref()?;
    Some((&span.source.name, span.range.start))
}

/// The name that `wanted` is most likely a slip of.
pub(super) fn closest<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (wanted.chars().count() / 3).clamp(1, 3);
    let folded = wanted.to_lowercase();
    names
        .into_iter()
        .filter(|name| *name != wanted && !name.is_empty())
        .map(|name| (strsim::osa_distance(&folded, &name.to_lowercase()), name))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, name)| name)
}

/// `did you mean …`, or nothing.
pub(super) fn did_you_mean<'a>(wanted: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    closest(wanted, names).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_takes_near_names_only() {
        assert_eq!(closest("user", ["users", "orders"]), Some("users"));
        assert_eq!(closest("Users", ["users"]), Some("users"));
        assert_eq!(closest("x", ["users"]), None);
        assert_eq!(closest("defualt", ["default", "nullable"]), Some("default"));
    }
}
