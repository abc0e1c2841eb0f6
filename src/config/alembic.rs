//! How an Alembic project is configured, read from `alembic.ini` and `pyproject.toml` without running Python
//! (<https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file>).
//!
//! In: the folder in which `alembic` would be run. Out: where the revisions are, and what else both tools have to agree
//! on. What only `env.py` knows is told, and has to be said in `reconcile.kdl`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::diagnostic::{Diagnostic, Source};

use super::ini::{self, Ini};

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
    /// How long the slug in such a name may be, if the file says.
    pub longest_slug: Option<usize>,
    /// The database, if the file says.
    pub url: Option<String>,
    /// The zone of the times of new revisions, if the file says.
    pub timezone: Option<String>,
    /// The section of the ini, as `alembic -n` takes it.
    pub section: Option<String>,
    /// What was found in `env.py` that both tools have to agree on.
    pub warnings: Vec<Diagnostic>,
    settings: Arc<Settings>,
}

impl AlembicProject {
    /// What `config.get_section_option` gives, or `config.get_main_option` where no section is named: the ini's value.
    pub fn option(&self, section: Option<&str>, name: &str) -> Result<Option<String>, Diagnostic> {
        let Some((ini, here)) = &self.settings.ini else {
            return Ok(None);
        };
        ini.get(section.unwrap_or(&self.settings.section), name, here)
    }

    /// The text of the same ini with another database, to stand in any other folder; `None` where there is no ini.
    pub fn ini_with_url(&self, url: &str) -> Option<String> {
        let (ini, here) = self.settings.ini.as_ref()?;
        Some(ini.with(&self.settings.section, "sqlalchemy.url", url, here))
    }
}

/// Reads the configuration of the project in `folder`, which is where `alembic` is run; `None` if there is none. `named` is
/// the file that `alembic -c` or the variable `ALEMBIC_CONFIG` names, `section` what `alembic -n` does. As in Alembic, the
/// other kind of file is read as well if it is in the folder.
pub fn read(
    folder: &Path,
    named: Option<&Path>,
    section: Option<&str>,
) -> Result<Option<AlembicProject>, Vec<Diagnostic>> {
    let there = |name: &str| Some(folder.join(name)).filter(|file| file.is_file());
    let named = named.map(|file| folder.join(file));
    let is_toml = |file: &PathBuf| file.file_name().is_some_and(|name| name == "pyproject.toml");
    let toml = named.clone().filter(is_toml).or_else(|| there("pyproject.toml"));
    let ini = named
        .clone()
        .filter(|file| !is_toml(file))
        .or_else(|| there("alembic.ini"));
    let settings = Settings::read(ini.as_deref(), toml.as_deref(), section)?;
    let Some(script_location) = settings.text("script_location")? else {
        return Ok(None);
    };
    // The ini is what `alembic -c` wants where both are there: it reads the other by itself.
    let file = named.or(ini).or(toml).unwrap_or_default();
    let script_location = place(folder, &file, &script_location)?;
    let locations = match settings.locations()? {
        Some(locations) => {
            let places = locations.iter().map(|location| place(folder, &file, location));
            places.collect::<Result<_, _>>()?
        }
        None => vec![script_location.join("versions")],
    };
    Ok(Some(AlembicProject {
        warnings: environment(&script_location),
        file,
        locations,
        recursive: settings.flag("recursive_version_locations")?,
        sourceless: settings.flag("sourceless")?,
        file_template: settings.text("file_template")?,
        longest_slug: settings.longest_slug()?,
        url: settings.text("sqlalchemy.url")?.filter(|url| url != PLACEHOLDER),
        timezone: settings.text("timezone")?,
        section: section.map(str::to_owned),
        script_location,
        settings: Arc::new(settings),
    }))
}

/// What `alembic init` writes as URL, for somebody to replace.
const PLACEHOLDER: &str = "driver://user:pass@localhost/dbname";

/// A folder of the configuration. Relative ones are relative to where `alembic` is run.
fn place(folder: &Path, file: &Path, location: &str) -> Result<PathBuf, Vec<Diagnostic>> {
    let path = Path::new(location);
    if location.contains(':') && !path.is_absolute() {
        let message = format!("{}: `{location}` is a place in a Python package", file.display());
        return Err(vec![Diagnostic::error("RC0590", message).help(
            "name the folder itself, as `%(here)s/…`: where a package lies only Python can tell",
        )]);
    }
    let Ok(root) = std::path::absolute(folder.join("x")) else {
        return Ok(folder.join(path));
    };
    // What is below the folder is named from there, as the user would.
    match path.strip_prefix(root.parent().unwrap_or(&root)) {
        Ok(below) => Ok(folder.join(below)),
        Err(_) => Ok(folder.join(path)),
    }
}

/// Both files. What the ini says goes before what the TOML says, name by name.
#[derive(Debug, Default)]
struct Settings {
    /// The section of the ini that counts.
    section: String,
    ini: Option<(Ini, String)>,
    toml: Option<(toml::Table, String)>,
    /// For messages.
    toml_file: PathBuf,
}

impl Settings {
    fn read(ini: Option<&Path>, toml: Option<&Path>, section: Option<&str>) -> Result<Self, Vec<Diagnostic>> {
        let ini = match ini {
            Some(file) => {
                let source = Arc::new(Source {
                    name: file.display().to_string(),
                    text: text_of(file)?,
                });
                Some((ini::parse(&source)?, here(file)))
            }
            None => None,
        };
        let toml_file = toml.map(Path::to_owned).unwrap_or_default();
        let toml = match toml {
            Some(file) => {
                let document: toml::Table = text_of(file)?
                    .parse()
                    .map_err(|error: toml::de::Error| unreadable(file, &error.to_string()))?;
                let tool = document.get("tool").and_then(|tool| tool.get("alembic"));
                let table = tool.and_then(toml::Value::as_table).cloned();
                Some((table.unwrap_or_default(), here(file)))
            }
            None => None,
        };
        Ok(Self {
            section: section.unwrap_or("alembic").to_owned(),
            ini,
            toml,
            toml_file,
        })
    }

    fn ini(&self, name: &str) -> Result<Option<String>, Vec<Diagnostic>> {
        match &self.ini {
            Some((ini, here)) => ini
                .get(&self.section, name, here)
                .map_err(|problem| vec![problem]),
            None => Ok(None),
        }
    }

    fn toml(&self, name: &str) -> Option<(&toml::Value, &str)> {
        let (table, here) = self.toml.as_ref()?;
        Some((table.get(name)?, here))
    }

    fn text(&self, name: &str) -> Result<Option<String>, Vec<Diagnostic>> {
        if let Some(value) = self.ini(name)? {
            return Ok(Some(value));
        }
        match self.toml(name) {
            None => Ok(None),
            Some((toml::Value::String(text), here)) => self.formatted(text, here).map(Some),
            Some((toml::Value::Integer(number), _)) => Ok(Some(number.to_string())),
            Some(_) => Err(self.wrong(name, "a string")),
        }
    }

    /// Alembic compares the word itself: `True` in an ini is false.
    fn flag(&self, name: &str) -> Result<bool, Vec<Diagnostic>> {
        if let Some(value) = self.ini(name)? {
            return Ok(value == "true");
        }
        match self.toml(name) {
            None => Ok(false),
            Some((toml::Value::Boolean(value), _)) => Ok(*value),
            Some(_) => Err(self.wrong(name, "true or false, without quotes")),
        }
    }

    fn longest_slug(&self) -> Result<Option<usize>, Vec<Diagnostic>> {
        let Some(text) = self.text("truncate_slug_length")? else {
            return Ok(None);
        };
        match text.trim().parse() {
            // Alembic takes none for its own way.
            Ok(0) => Ok(None),
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(vec![
                Diagnostic::error("RC0592", format!("`{text}` is no truncate_slug_length"))
                    .help("write a number, or remove the line"),
            ]),
        }
    }

    /// `version_locations`: a text that `path_separator` splits, or a list.
    fn locations(&self) -> Result<Option<Vec<String>>, Vec<Diagnostic>> {
        if let Some(text) = self.ini("version_locations")?.filter(|text| !text.is_empty()) {
            return self.split(&text).map(Some);
        }
        let (items, here) = match self.toml("version_locations") {
            None => return Ok(None),
            Some((toml::Value::Array(items), here)) => (items, here),
            Some(_) => return Err(self.wrong("version_locations", "a list of strings")),
        };
        let mut found = Vec::new();
        for item in items {
            let Some(text) = item.as_str() else {
                return Err(self.wrong("version_locations", "a list of strings"));
            };
            found.push(self.formatted(text, here)?);
        }
        Ok(Some(found).filter(|found| !found.is_empty()))
    }

    fn split(&self, text: &str) -> Result<Vec<String>, Vec<Diagnostic>> {
        let separator = match self.ini("path_separator")? {
            Some(separator) => Some(separator),
            None => self.ini("version_path_separator")?,
        };
        let parts: Vec<&str> = match separator.as_deref() {
            Some("newline") => text.split('\n').collect(),
            Some("space") => text.split(' ').collect(),
            Some("os") if cfg!(windows) => text.split(';').collect(),
            Some(":" | "os") => text.split(':').collect(),
            Some(";") => text.split(';').collect(),
            Some(other) => {
                let message = format!("`{other}` is no path_separator");
                return Err(vec![
                    Diagnostic::error("RC0592", message)
                        .help("Alembic knows os, space, newline, `:` and `;`"),
                ]);
            }
            None => text.split([' ', ',']).collect(),
        };
        let parts = parts.into_iter().map(str::trim).filter(|part| !part.is_empty());
        Ok(parts.map(str::to_owned).collect())
    }

    /// Python's `%` over a text of the TOML, which knows the folder of the file alone.
    fn formatted(&self, text: &str, here: &str) -> Result<String, Vec<Diagnostic>> {
        let mut out = String::new();
        let mut rest = text;
        while let Some(at) = rest.find('%') {
            out.push_str(&rest[..at]);
            rest = &rest[at..];
            let known = [("%%", "%"), ("%(here)s", here)];
            let Some((sign, value)) = known.iter().find(|(sign, _)| rest.starts_with(sign)) else {
                let message = format!(
                    "{}: `{text}` has a percent sign that stands alone",
                    self.toml_file.display()
                );
                return Err(vec![
                    Diagnostic::error("RC0591", message)
                        .help("write it twice; `%(here)s` is the folder of the file"),
                ]);
            };
            out.push_str(value);
            rest = &rest[sign.len()..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn wrong(&self, name: &str, what: &str) -> Vec<Diagnostic> {
        let message = format!(
            "{}: `{name}` in [tool.alembic] must be {what}",
            self.toml_file.display()
        );
        vec![Diagnostic::error("RC0592", message).help("correct it: Alembic does not take it either")]
    }
}

/// The folder of a file, as `%(here)s` has it.
fn here(file: &Path) -> String {
    let absolute = std::path::absolute(file).unwrap_or_else(|_| file.to_owned());
    absolute.parent().unwrap_or(&absolute).display().to_string()
}

/// The text of a file, with one kind of line end.
fn text_of(file: &Path) -> Result<String, Vec<Diagnostic>> {
    let text = std::fs::read_to_string(file).map_err(|error| unreadable(file, &error.to_string()))?;
    Ok(text.replace("\r\n", "\n").replace('\r', "\n"))
}

fn unreadable(file: &Path, why: &str) -> Vec<Diagnostic> {
    let message = format!("{} cannot be read: {why}", file.display());
    vec![
        Diagnostic::error("RC0593", message)
            .help("name Alembic's configuration in reconcile.kdl: `chain \"alembic\" { config \"path/to/alembic.ini\"; }`"),
    ]
}

/// Words in `env.py` that change what the two tools have to agree on, and what to do about each.
const WORDS: &[(&str, &str)] = &[
    (
        "include_object=",
        "what Alembic is told to leave out, reconcile still sees: name `schemas` in reconcile.kdl",
    ),
    (
        "environ",
        "if that is the URL, name the same variable in reconcile.kdl: `environment dev { url \"$DATABASE_URL\"; }`",
    ),
    (
        "getenv",
        "if that is the URL, name the same variable in reconcile.kdl: `environment dev { url \"$DATABASE_URL\"; }`",
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
    let squeezed: Vec<String> = code.iter().map(|line| line.replace(' ', "")).collect();
    WORDS
        .iter()
        .filter_map(|(word, help)| {
            let line = squeezed.iter().position(|line| line.contains(word))? + 1;
            let verb = if word.ends_with('=') { "sets" } else { "reads" };
            let word = word.trim_end_matches('=');
            let message = format!("{}:{line} {verb} {word}", file.display());
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
        let read = read(folder.path(), None, None)
            .expect("readable")
            .expect("a project");
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
        let read = read(folder.path(), None, None)
            .expect("readable")
            .expect("a project");
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
            let read = read(folder.path(), None, None)
                .expect("readable")
                .expect("a project");
            assert_eq!(read.locations.len(), 3, "{separator}");
        }
    }

    #[test]
    fn what_only_python_can_tell() {
        let package = folder(&[("alembic.ini", "[alembic]\nscript_location = shop:migrations\n")]);
        assert_eq!(
            read(package.path(), None, None).expect_err("a package")[0].code,
            "RC0590"
        );
        let table = folder(&[
            ("alembic.ini", "[alembic]\nscript_location = db\n"),
            (
                "db/env.py",
                "# include_object=\ncontext.configure(include_object=only_ours)\n",
            ),
        ]);
        let read = read(table.path(), None, None)
            .expect("readable")
            .expect("a project");
        assert!(read.warnings[0].message.ends_with("env.py:2 sets include_object"));
    }

    #[test]
    fn each_value_is_the_inis_or_else_the_tomls() {
        let toml = "[tool.alembic]\nscript_location = \"one\"\nrecursive_version_locations = true\nsourceless = true\n\
                    truncate_slug_length = 12\nversion_locations = [\"%(here)s/a\", \"50%%\"]\nfile_template = \"%%(rev)s\"\n";
        let ini = "[alembic]\nrecursive_version_locations = false\nsourceless = True\nversion_locations =\n\
                   sqlalchemy.url = driver://user:pass@localhost/dbname\n";
        let folder = folder(&[("pyproject.toml", toml), ("alembic.ini", ini)]);
        let read = read(folder.path(), None, None)
            .expect("readable")
            .expect("a project");
        assert_eq!(read.script_location, folder.path().join("one"));
        assert!(!read.recursive && !read.sourceless);
        assert_eq!(read.longest_slug, Some(12));
        assert_eq!(
            read.locations,
            [folder.path().join("a"), folder.path().join("50%")]
        );
        assert_eq!(read.file_template.as_deref(), Some("%(rev)s"));
        assert_eq!(read.url, None);
    }

    #[test]
    fn a_named_file_may_stand_elsewhere_and_the_other_one_is_read_too() {
        let folder = folder(&[
            (
                "sub/alembic.ini",
                "[alembic]\nscript_location = %(here)s/db\nversion_locations = rel\n",
            ),
            ("sub/pyproject.toml", "[tool.alembic]\nsourceless = true\n"),
            (
                "pyproject.toml",
                "[tool.alembic]\nrecursive_version_locations = true\n",
            ),
        ]);
        let named = Path::new("sub/alembic.ini");
        let found = read(folder.path(), Some(named), None)
            .expect("readable")
            .expect("a project");
        assert_eq!(found.file, folder.path().join(named));
        assert_eq!(found.script_location, folder.path().join("sub/db"));
        // Where `alembic` is run counts, not where the file is.
        assert_eq!(found.locations, [folder.path().join("rel")]);
        assert!(found.recursive && !found.sourceless);
        assert_eq!(
            read(folder.path(), Some(Path::new("gone.ini")), None).expect_err("no file")[0].code,
            "RC0593"
        );
    }

    #[test]
    fn what_alembic_refuses() {
        for (name, text) in [
            ("alembic.ini", "script_location = x\n"),
            ("alembic.ini", "[alembic]\nscript_location = 50%\n"),
            (
                "alembic.ini",
                "[alembic]\nscript_location = x\nversion_locations = a\npath_separator = comma\n",
            ),
            (
                "alembic.ini",
                "[alembic]\nscript_location = x\nversion_locations = a pkg:dir\n",
            ),
            (
                "alembic.ini",
                "[alembic]\nscript_location = x\ntruncate_slug_length = long\n",
            ),
            ("pyproject.toml", "[tool.alembic\n"),
            ("pyproject.toml", "[tool.alembic]\nscript_location = \"50%\"\n"),
            ("pyproject.toml", "[tool.alembic]\nscript_location = [\"x\"]\n"),
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = \"x\"\nsourceless = \"true\"\n",
            ),
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = \"x\"\nversion_locations = \"a\"\n",
            ),
            (
                "pyproject.toml",
                "[tool.alembic]\nscript_location = \"x\"\nversion_locations = [1]\n",
            ),
        ] {
            let folder = folder(&[(name, text)]);
            let found = read(folder.path(), None, None).expect_err(text);
            assert!(found[0].help.is_some(), "{text}");
        }
    }

    #[test]
    fn the_same_on_another_database() {
        let text = "[DEFAULT]\nx = %(here)s\n[alembic]\nscript_location = %(here)s/db\nsqlalchemy.url = sqlite:///a.db\n\
                    version_locations =\n    a\n\n    %(x)s/b\npath_separator = newline\n[loggers]\nkeys =\n";
        let first = folder(&[("alembic.ini", text)]);
        let before = read(first.path(), None, None)
            .expect("readable")
            .expect("a project");
        let second = before.ini_with_url("postgresql://u:50%25@h/d").expect("an ini");
        let second = folder(&[("alembic.ini", &second)]);
        let after = read(first.path(), Some(&second.path().join("alembic.ini")), None);
        let after = after.expect("readable").expect("a project");
        assert_eq!(after.url.as_deref(), Some("postgresql://u:50%25@h/d"));
        assert_eq!(after.script_location, before.script_location);
        assert_eq!(after.locations, before.locations);
        assert_eq!(
            after.option(Some("loggers"), "keys").expect("a value").as_deref(),
            Some("")
        );
    }

    #[test]
    fn another_section() {
        let folder = folder(&[(
            "alembic.ini",
            "[DEFAULT]\ntimezone = UTC\n[alembic]\nscript_location = a\nvt = x\n[billing]\nscript_location = b\nvt = y\n",
        )]);
        for (section, location, value) in [(None, "a", "x"), (Some("billing"), "b", "y")] {
            let found = read(folder.path(), None, section)
                .expect("readable")
                .expect("a project");
            assert_eq!(found.script_location, folder.path().join(location));
            assert_eq!(found.timezone.as_deref(), Some("UTC"));
            assert_eq!(found.option(None, "vt").expect("a value").as_deref(), Some(value));
            assert_eq!(
                found.option(Some("alembic"), "vt").expect("a value").as_deref(),
                Some("x")
            );
            assert_eq!(found.option(Some("gone"), "vt").expect("no value"), None);
        }
        assert!(
            read(folder.path(), None, Some("gone"))
                .expect("readable")
                .is_none()
        );
    }

    #[test]
    fn no_project() {
        let folder = folder(&[("pyproject.toml", "[project]\nname = \"x\"\n")]);
        assert!(read(folder.path(), None, None).expect("readable").is_none());
    }
}
