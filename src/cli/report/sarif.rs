//! Findings as a SARIF 2.1.0 log (<https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>), which code
//! scanning services and editors read.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::lint::{Level, RULES, Rule, rule_of};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// A log of one run (3.13).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(in crate::cli) struct Log<'a> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'a>; 1],
}

/// 3.14.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    tool: Tool,
    /// Columns count characters, not UTF-16 units (3.14.17).
    column_kind: &'static str,
    results: Vec<Outcome<'a>>,
}

/// 3.18.
#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

/// 3.19.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    version: &'static str,
    semantic_version: &'static str,
    rules: Vec<Described>,
}

/// 3.49: a rule.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    id: &'static str,
    short_description: Message<'static>,
    full_description: Message<'static>,
    default_configuration: Configuration,
}

/// 3.50.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    enabled: bool,
    level: &'static str,
}

/// 3.27: a result.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Outcome<'a> {
    rule_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rule_index: Option<usize>,
    level: &'static str,
    message: Message<'a>,
    locations: Vec<Location>,
}

/// 3.11.
#[derive(Serialize)]
struct Message<'a> {
    text: std::borrow::Cow<'a, str>,
}

/// 3.28.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

/// 3.29.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    region: Region,
}

/// 3.4.
#[derive(Serialize)]
struct ArtifactLocation {
    uri: String,
}

/// 3.30; everything is counted from 1, and the end column is the one behind the last character.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

/// The findings as a log.
pub(in crate::cli) fn log<'a>(found: impl Iterator<Item = &'a Diagnostic>) -> Log<'a> {
    let version = env!("CARGO_PKG_VERSION");
    Log {
        schema: SCHEMA,
        version: "2.1.0",
        runs: [Run {
            tool: Tool {
                driver: Driver {
                    name: env!("CARGO_PKG_NAME"),
                    version,
                    semantic_version: version,
                    rules: RULES.iter().map(described).collect(),
                },
            },
            column_kind: "unicodeCodePoints",
            results: found.map(outcome).collect(),
        }],
    }
}

fn described(rule: &'static Rule) -> Described {
    let severity = rule.level.severity().unwrap_or(Severity::Note);
    Described {
        id: rule.id,
        short_description: Message {
            text: rule.title.into(),
        },
        full_description: Message {
            text: rule.explanation.into(),
        },
        default_configuration: Configuration {
            enabled: rule.level != Level::Allow,
            level: level(severity),
        },
    }
}

fn outcome(found: &Diagnostic) -> Outcome<'_> {
    let text = match &found.help {
        Some(help) => format!("{}\nhelp: {help}", found.message).into(),
        None => found.message.as_str().into(),
    };
    Outcome {
        rule_id: rule_of(found).map_or(found.code, |rule| rule.id),
        rule_index: RULES.iter().position(|rule| rule.code == found.code),
        level: level(found.severity),
        message: Message { text },
        locations: found.span.iter().map(location).collect(),
    }
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn location(span: &Span) -> Location {
    let (start_line, start_column) = span.line_column();
    let (end_line, end_column) = span.end_line_column();
    Location {
        physical_location: PhysicalLocation {
            artifact_location: ArtifactLocation {
                uri: uri(&span.source.name),
            },
            region: Region {
                start_line,
                start_column,
                end_line,
                end_column,
            },
        },
    }
}

/// A path as a URI: relative to the working directory where it is relative, and with what a URI cannot hold escaped.
fn uri(path: &str) -> String {
    let absolute = path.starts_with('/');
    let parts = path
        .split(['/', std::path::MAIN_SEPARATOR])
        .filter(|part| !matches!(*part, "" | "."));
    let Ok(mut whole) = url::Url::parse("file:///") else {
        return path.to_owned();
    };
    // `..` of a relative path has nothing to go up to in an absolute one.
    let up = parts.clone().take_while(|part| *part == "..").count();
    if let Ok(mut segments) = whole.path_segments_mut() {
        segments.clear().extend(parts.skip(up));
    }
    if absolute {
        whole.into()
    } else {
        format!("{}{}", "../".repeat(up), whole.path().trim_start_matches('/'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_uris() {
        for (path, expected) in [
            ("schema/a.kdl", "schema/a.kdl"),
            ("./schema/a.kdl", "schema/a.kdl"),
            ("../x/a b#c?.kdl", "../x/a%20b%23c%3F.kdl"),
            ("/srv/ü.kdl", "file:///srv/%C3%BC.kdl"),
        ] {
            assert_eq!(uri(path), expected);
        }
    }
}
