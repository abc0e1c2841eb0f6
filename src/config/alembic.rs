//! How an Alembic project is configured, read from `alembic.ini` and `pyproject.toml` without running Python
//! (<https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file>).
//!
//! In: the folder in which `alembic` would be run. Out: where the revisions are, and what else both tools have to agree
//! on. What only `env.py` knows is told, and has to be said in `reconcile.kdl`.

use std::path::{Path, PathBuf};

use crate::diagnostic::Diagnostic;

use super::ini;

/// The settings that matter here.
#[derive(Clone, Debug, Default)]
pub struct AlembicProject {
    /// The file that `alembic -c` takes.
    pub file: PathBuf,
    /// The folder of `env.py`.
    pub script_location: PathBuf,
    /// The folders of the revisions.
    pub locations: Vec<PathBuf>,
    /// Whether their sub-folders count.
    pub recursive: bool,
    /// Whether compiled files count.
    pub sourceless: bool,
    /// How files of new revisions are named; Alembic's own way if not set.
    pub file_template: Option<String>,
    /// The database, if the file says.
    pub url: Option<String>,
    /// What was found in `env.py` that both tools have to agree on.
    pub warnings: Vec<Diagnostic>,
}

/// Reads the configuration of the project in `folder`; `None` if there is none. `named` is a file that was named.
pub fn read(folder: &Path, named: Option<&Path>) -> Result<Option<AlembicProject>, Vec<Diagnostic>> {
    let (ini, toml) = match named {
        Some(file) if file.extension().is_some_and(|extension| extension == "toml") => {
            (None, Some(folder.join(file)))
        }
        Some(file) => (Some(folder.join(file)), None),
        None => {
            let there = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
            (there("alembic.ini"), there("pyproject.toml"))
        }
    };
    let mut values = Values::default();
    if let Some(file) = &toml {
        values.toml(file)?;
    }
    if let Some(file) = &ini {
        values.ini(file)?;
    }
    let Some(script_location) = values.text("script_location")? else {
        return Ok(None);
    };
    // The ini is what `alembic -c` wants where both are there: it reads the other by itself.
    let file = ini.or(toml).unwrap_or_default();
    if script_location.contains(':') && !Path::new(&script_location).is_absolute() {
        let message = format!(
            "{}: `{script_location}` is a place in a Python package",
            file.display()
        );
        return Err(vec![Diagnostic::error("RC0590", message).help(
            "name the folder itself as script_location: where a package lies only Python can tell",
        )]);
    }
    let script_location = folder.join(script_location);
    let locations = match values.list("version_locations")? {
        Some(locations) => locations.iter().map(|location| folder.join(location)).collect(),
        None => vec![script_location.join("versions")],
    };
    Ok(Some(AlembicProject {
        warnings: environment(&script_location),
        file,
        locations,
        recursive: values.flag("recursive_version_locations"),
        sourceless: values.flag("sourceless"),
        file_template: values.text("file_template")?,
        url: values.text("sqlalchemy.url")?,
        script_location,
    }))
}

/// What the files say, an ini before a TOML.
#[derive(Default)]
struct Values {
    texts: std::collections::BTreeMap<String, (String, PathBuf)>,
    lists: std::collections::BTreeMap<String, Vec<String>>,
    flags: Vec<String>,
}

impl Values {
    fn ini(&mut self, file: &Path) -> Result<(), Vec<Diagnostic>> {
        let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error.to_string()))?;
        for (name, value) in ini::section(&text, "alembic") {
            // Alembic compares the word itself: `True` is false.
            if value == "true" {
                self.flags.push(name.clone());
            }
            self.lists.remove(&name);
            self.texts.insert(name, (value, file.to_owned()));
        }
        Ok(())
    }

    fn toml(&mut self, file: &Path) -> Result<(), Vec<Diagnostic>> {
        let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error.to_string()))?;
        let document: toml::Table = text
            .parse()
            .map_err(|error: toml::de::Error| unreadable(file, &error.to_string()))?;
        let settings = document.get("tool").and_then(|tool| tool.get("alembic"));
        for (name, value) in settings.and_then(toml::Value::as_table).into_iter().flatten() {
            match value {
                toml::Value::String(text) => {
                    self.texts.insert(name.clone(), (text.clone(), file.to_owned()));
                }
                toml::Value::Boolean(true) => self.flags.push(name.clone()),
                toml::Value::Array(items) => {
                    let items = items.iter().filter_map(|item| item.as_str().map(str::to_owned));
                    let expanded: Result<Vec<String>, _> =
                        items.map(|item| self.expanded(&item, file)).collect();
                    self.lists.insert(name.clone(), expanded?);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn text(&self, name: &str) -> Result<Option<String>, Vec<Diagnostic>> {
        let Some((value, file)) = self.texts.get(name) else {
            return Ok(None);
        };
        self.expanded(value, file).map(Some)
    }

    fn expanded(&self, value: &str, file: &Path) -> Result<String, Vec<Diagnostic>> {
        let here = match file.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent.display().to_string(),
            _ => ".".to_owned(),
        };
        let known = |name: &str| {
            if name == "here" {
                return Some(here.clone());
            }
            let (value, _) = self.texts.get(&name.to_lowercase())?;
            ini::expand(value, &|name| (name == "here").then(|| here.clone())).ok()
        };
        ini::expand(value, &known).map_err(|name| {
            let message = format!("{}: `{value}` names {name}", file.display());
            vec![
                Diagnostic::error("RC0591", message)
                    .help("write a percent sign twice, and a name that is set as %(name)s"),
            ]
        })
    }

    /// A list: a TOML one, or a text that `path_separator` splits.
    fn list(&self, name: &str) -> Result<Option<Vec<String>>, Vec<Diagnostic>> {
        if let Some(list) = self.lists.get(name) {
            return Ok(Some(list.clone()));
        }
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let separator = match self.text("path_separator")? {
            Some(separator) => Some(separator),
            None => self.text("version_path_separator")?,
        };
        let parts: Vec<&str> = match separator.as_deref() {
            Some("newline") => text.lines().collect(),
            Some("space") => text.split_whitespace().collect(),
            Some(":" | "os") => text.split(':').collect(),
            Some(";") => text.split(';').collect(),
            Some(other) => {
                let message = format!("`{other}` is no path_separator");
                return Err(vec![
                    Diagnostic::error("RC0592", message)
                        .help("Alembic knows os, space, newline, `:` and `;`"),
                ]);
            }
            None => text.split([' ', ',', '\n']).collect(),
        };
        let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
        Ok(Some(parts.map(str::to_owned).collect()))
    }

    fn flag(&self, name: &str) -> bool {
        self.flags.iter().any(|flag| flag == name)
    }
}

fn unreadable(file: &Path, why: &str) -> Vec<Diagnostic> {
    let message = format!("{} cannot be read: {why}", file.display());
    vec![
        Diagnostic::error("RC0593", message)
            .help("name Alembic's configuration as `alembic-config` in reconcile.kdl"),
    ]
}

/// Words in `env.py` that change what the two tools have to agree on, and what to do about each.
const WORDS: &[(&str, &str)] = &[
    (
        "version_table",
        "reconcile keeps its rows in `alembic_version` in the default schema: remove the setting",
    ),
    (
        "version_table_schema",
        "reconcile keeps its rows in `alembic_version` in the default schema: remove the setting",
    ),
    (
        "include_object",
        "what Alembic is told to leave out, reconcile still sees: name `schemas` in reconcile.kdl",
    ),
];

/// What `env.py` says that only Python can follow.
fn environment(script_location: &Path) -> Vec<Diagnostic> {
    let file = script_location.join("env.py");
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let code: Vec<&str> = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default())
        .collect();
    let names = |word: &str| code.iter().position(|line| line.contains(&format!("{word}=")));
    WORDS
        .iter()
        .filter_map(|(word, help)| {
            let line = names(word)? + 1;
            let message = format!("{}:{line} sets {word}", file.display());
            Some(Diagnostic::warning("RC0594", message).help(*help))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        folder
    }

    #[test]
    fn an_ini() {
        let folder = folder(&[(
            "alembic.ini",
            "[alembic]\nscript_location = %(here)s/db\nfile_template = %%(year)d_%%(rev)s\nrecursive_version_locations = true\nsourceless = True\nsqlalchemy.url = sqlite:///%(here)s/a.db\n",
        )]);
        let read = read(folder.path(), None).expect("readable").expect("a project");
        assert_eq!(read.locations, [folder.path().join("db/versions")]);
        assert_eq!(read.file_template.as_deref(), Some("%(year)d_%(rev)s"));
        assert!(read.recursive && !read.sourceless);
        let url = format!("sqlite:///{}/a.db", folder.path().display());
        assert_eq!(read.url.as_deref(), Some(url.as_str()));
    }

    #[test]
    fn an_ini_goes_before_a_toml() {
        let folder = folder(&[
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = \"one\"\nversion_locations = [\"%(here)s/a\", \"b\"]\nrecursive_version_locations = true\n",
            ),
            ("alembic.ini", "[alembic]\nscript_location = two\n"),
        ]);
        let read = read(folder.path(), None).expect("readable").expect("a project");
        assert_eq!(read.script_location, folder.path().join("two"));
        assert_eq!(read.locations, [folder.path().join("a"), folder.path().join("b")]);
        assert!(read.recursive);
    }

    #[test]
    fn separators() {
        for (separator, text) in [
            ("", "a b,c"),
            ("path_separator = ;", "a;b;c"),
            ("path_separator = os", "a:b:c"),
        ] {
            let ini = format!("[alembic]\nscript_location = x\n{separator}\nversion_locations = {text}\n");
            let folder = folder(&[("alembic.ini", &ini)]);
            let read = read(folder.path(), None).expect("readable").expect("a project");
            assert_eq!(read.locations.len(), 3, "{separator}");
        }
    }

    #[test]
    fn what_only_python_can_tell() {
        let package = folder(&[("alembic.ini", "[alembic]\nscript_location = shop:migrations\n")]);
        assert_eq!(
            read(package.path(), None).expect_err("a package")[0].code,
            "RC0590"
        );
        let table = folder(&[
            ("alembic.ini", "[alembic]\nscript_location = db\n"),
            (
                "db/env.py",
                "# version_table=\ncontext.configure(version_table=\"v\")\n",
            ),
        ]);
        let read = read(table.path(), None).expect("readable").expect("a project");
        assert!(read.warnings[0].message.ends_with("env.py:2 sets version_table"));
    }

    #[test]
    fn no_project() {
        let folder = folder(&[("pyproject.toml", "[project]\nname = \"x\"\n")]);
        assert!(read(folder.path(), None).expect("readable").is_none());
    }
}
