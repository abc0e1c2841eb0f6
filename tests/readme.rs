//! README is true: every command in its `console` blocks is run, in order, in a copy of the project, and prints what
//! the block says. `UPDATE=1 cargo test --test readme` writes the real output into the file, to be reviewed.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

use reconcile::catalog::Kind;
use reconcile::dialect::Dialect;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Two tests write it with `UPDATE=1`.
static README: Mutex<()> = Mutex::new(());

/// A stretch of README: text that is kept, or a command with what it printed.
enum Part {
    Text(String),
    Command { line: String, output: String },
}

/// Cuts README at the `$ ` lines of its console blocks.
fn parts(readme: &str) -> Vec<Part> {
    let mut out: Vec<Part> = Vec::new();
    let mut inside = false;
    for line in readme.split_inclusive('\n') {
        if line.starts_with("```") {
            inside = line.trim_end() == "```console";
            out.push(Part::Text(line.to_owned()));
        } else if let (true, Some(command)) = (inside, line.strip_prefix("$ ")) {
            out.push(Part::Command {
                line: command.trim_end().to_owned(),
                output: String::new(),
            });
        } else if let (true, Some(Part::Command { output, .. })) = (inside, out.last_mut()) {
            output.push_str(line);
        } else {
            out.push(Part::Text(line.to_owned()));
        }
    }
    out
}

/// Copies what a reader of a fresh clone has and the tour uses.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for entry in std::fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("a copy");
        }
    }
}

fn run(line: &str, folder: &Path) -> Output {
    let binary = Path::new(env!("CARGO_BIN_EXE_reconcile"));
    let path = format!(
        "{}:{}",
        binary.parent().expect("a folder").display(),
        std::env::var("PATH").unwrap_or_default()
    );
    let line = line
        .replace("cargo run --release --quiet -- ", "reconcile ")
        .replace("cargo run --release -- ", "reconcile ");
    Command::new("sh")
        .args(["-c", &format!("{line} 2>&1")])
        .current_dir(folder)
        .env_clear()
        .envs([
            ("PATH", path.as_str()),
            ("HOME", &folder.display().to_string()),
            ("COLUMNS", "100"),
            ("NO_COLOR", "1"),
        ])
        .output()
        .expect("a shell")
}

/// What differs from run to run: ids, times, durations.
fn masked(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for character in text.chars().chain(std::iter::once('\n')) {
        if character.is_ascii_alphanumeric() || matches!(character, '.' | ':' | '-' | '_') {
            word.push(character);
            continue;
        }
        out.push_str(&mask_word(&word));
        word.clear();
        out.push(character);
    }
    out.trim_end().to_owned()
}

fn mask_word(word: &str) -> String {
    let hex = |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts: Vec<String> = word
        .split('_')
        .map(|part| {
            let digits = part.bytes().filter(u8::is_ascii_digit).count();
            let stamp = part.len() >= 13 && digits >= 12 && part.contains('T');
            let unit = part.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '.');
            let duration = !unit.is_empty()
                && unit.parse::<f64>().is_ok()
                && matches!(&part[unit.len()..], "ms" | "s" | "µs" | "ms." | "s.");
            match () {
                () if hex(part) => "<rev>".to_owned(),
                () if stamp => "<time>".to_owned(),
                () if duration => "<duration>".to_owned(),
                () => part.to_owned(),
            }
        })
        .collect();
    parts.join("_")
}

#[test]
fn readme_says_what_happens() {
    let _alone = README.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(ROOT).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README.md");
    let folder = tempfile::tempdir().expect("a folder");
    for part in ["schema", "plans"] {
        copy(&Path::new(ROOT).join(part), &folder.path().join(part));
    }
    std::fs::copy(
        Path::new(ROOT).join("reconcile.kdl"),
        folder.path().join("reconcile.kdl"),
    )
    .expect("a copy");
    let update = std::env::var_os("UPDATE").is_some();
    let mut written = String::new();
    let mut commands = 0;
    for part in parts(&readme) {
        match part {
            Part::Text(text) => written.push_str(&text),
            Part::Command { line, output } => {
                commands += 1;
                let ran = run(&line, folder.path());
                let found = String::from_utf8_lossy(&ran.stdout).into_owned();
                if !update {
                    assert_eq!(
                        masked(&found),
                        masked(&output),
                        "`{line}` prints something else than README says"
                    );
                }
                let gap = if output.ends_with("\n\n") { "\n" } else { "" };
                let end = if found.is_empty() || found.ends_with('\n') {
                    ""
                } else {
                    "\n"
                };
                written.push_str(&format!("$ {line}\n{found}{end}{gap}"));
            }
        }
    }
    assert!(commands > 5, "README shows {commands} commands");
    if update {
        std::fs::write(&path, written).expect("README.md");
    }
}

/// The command that runs this very test cannot be run by it; that it is there and can be read is checked.
#[test]
fn the_two_commands_are_there() {
    let readme = std::fs::read_to_string(Path::new(ROOT).join("README.md")).expect("README.md");
    for command in ["cargo run --release -- apply --yes", "scripts/test"] {
        assert!(readme.contains(command), "README does not name `{command}`");
    }
    let script = Path::new(ROOT).join("scripts/test");
    let checked = Command::new("bash").arg("-n").arg(script).status().expect("bash");
    assert!(checked.success(), "scripts/test is no valid script");
}

const KINDS: &str = "<!-- kinds: UPDATE=1 cargo test --test readme writes this table -->\n";
const END_OF_KINDS: &str = "<!-- end of kinds -->";

/// Which engine has which kind of object, told by the engines themselves.
fn kinds() -> String {
    let head: Vec<&str> = Dialect::ALL
        .iter()
        .map(|dialect| dialect.engine().title())
        .collect();
    let mut out = format!("| | {} |\n|---|{}\n", head.join(" | "), "---|".repeat(head.len()));
    for kind in Kind::ALL {
        let has: Vec<&str> = Dialect::ALL
            .iter()
            .map(|dialect| match dialect.engine().rules(*kind) {
                Some(_) => "yes",
                None => "–",
            })
            .collect();
        out.push_str(&format!("| {} | {} |\n", kind.noun(), has.join(" | ")));
    }
    out
}

#[test]
fn readme_says_what_is_managed() {
    let _alone = README.lock().unwrap_or_else(PoisonError::into_inner);
    let path = Path::new(ROOT).join("README.md");
    let readme = std::fs::read_to_string(&path).expect("README is text");
    let (before, rest) = readme.split_once(KINDS).expect("the table begins");
    let (table, after) = rest.split_once(END_OF_KINDS).expect("the table ends");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, format!("{before}{KINDS}{}{END_OF_KINDS}{after}", kinds()))
            .expect("README is written");
    } else {
        assert_eq!(
            table,
            kinds(),
            "the table of kinds in README is not what the engines have"
        );
    }
}
