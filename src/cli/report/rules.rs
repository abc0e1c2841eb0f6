//! The rules themselves: a list, and one explained.

use serde_json::{Value, json};

use crate::cli::ui::Ui;
use crate::lint::{Example, RULES, Rule, Settings};

/// Every rule with its level in this project.
pub(in crate::cli) fn list(ui: &Ui, settings: &Settings) {
    let level = |rule: &Rule| {
        let chosen = settings.choices.iter().rev();
        let mut chosen = chosen.filter(|choice| choice.rule == rule.id && choice.path.is_none());
        chosen.next().map_or(rule.level, |choice| choice.level)
    };
    if ui.is_json() {
        let rules: Vec<Value> = RULES
            .iter()
            .map(|rule| {
                let mut value = as_json(rule);
                value["level"] = json!(level(rule).word());
                value
            })
            .collect();
        ui.json(&json!({ "rules": rules }));
        return;
    }
    let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or_default();
    for rule in RULES {
        let word = level(rule).word();
        ui.data(&format!("{:width$}  {word:5}  {}", rule.id, rule.title));
    }
}

/// A rule for programs.
pub(in crate::cli) fn as_json(rule: &Rule) -> Value {
    let files = |files: &[Example]| -> Vec<Value> {
        let file = |file: &Example| json!({ "name": file.name, "text": file.text });
        files.iter().map(file).collect()
    };
    json!({
        "rule": rule.id,
        "code": rule.code,
        "title": rule.title,
        "explanation": rule.explanation,
        "also": rule.also,
        "level": rule.level.word(),
        "looks_at": rule.check.word(),
        "bad": files(rule.examples.bad),
        "good": files(rule.examples.good),
    })
}

/// A rule for a person.
pub(in crate::cli) fn explained(ui: &Ui, rule: &Rule) -> String {
    let mut out = format!(
        "{} ({}, {}): {}\n\n{}\n",
        ui.bold(rule.id),
        rule.code,
        rule.level.word(),
        rule.title,
        rule.explanation
    );
    for (word, files) in [
        (ui.red("Bad"), rule.examples.bad),
        (ui.green("Good"), rule.examples.good),
    ] {
        for file in files {
            out.push_str(&format!("\n{word}, {}:\n\n", file.name));
            for line in file.text.lines() {
                out.push_str(format!("    {line}").trim_end());
                out.push('\n');
            }
        }
    }
    if !rule.also.is_empty() {
        out.push_str(&format!("\nAlso known as {}.\n", rule.also.join(", ")));
    }
    out
}
