//! Findings as annotations of a GitHub workflow: one command a line, which the runner reads from stdout.
//!
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-a-warning-message>

use crate::diagnostic::{Diagnostic, Severity};
use crate::lint::rule_of;

/// `::warning file=schema/a.kdl,line=3,col=5,title=RC0702::message`.
pub(in crate::cli) fn annotation(found: &Diagnostic) -> String {
    let command = match found.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(span) = &found.span {
        let (line, column) = span.line_column();
        let (end_line, end_column) = span.end_line_column();
        properties.push(format!("file={}", property(&span.source.name)));
        properties.push(format!("line={line}"));
        properties.push(format!("endLine={end_line}"));
        // A column of another line than the first means nothing to the runner.
        if end_line == line {
            properties.push(format!("col={column}"));
            properties.push(format!("endColumn={end_column}"));
        }
    }
    let title = match rule_of(found) {
        Some(rule) => format!("{} {}", found.code, rule.id),
        None => found.code.to_owned(),
    };
    properties.push(format!("title={}", property(&title)));
    let message = match &found.help {
        Some(help) => format!("{}\nhelp: {help}", found.message),
        None => found.message.clone(),
    };
    format!("::{command} {}::{}", properties.join(","), data(&message))
}

/// What may stand behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What may stand as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::diagnostic::{Source, Span};

    #[test]
    fn what_the_runner_would_cut_is_escaped() {
        let source = Arc::new(Source {
            name: "a,b:c.kdl".to_owned(),
            text: "x\n  table t\n".to_owned(),
        });
        let found = Diagnostic::warning("RC0701", "100% of\nthis::that, too")
            .at(Span::new(&source, 4..11))
            .help("do");
        assert_eq!(
            annotation(&found),
            "::warning file=a%2Cb%3Ac.kdl,line=2,endLine=2,col=3,endColumn=10,title=RC0701 missing-primary-key\
             ::100%25 of%0Athis::that, too%0Ahelp: do"
        );
        let placeless = Diagnostic::note("RC0001", "x");
        assert_eq!(annotation(&placeless), "::notice title=RC0001::x");
    }
}
