//! Database URLs, in our spelling and in SQLAlchemy's: [`DatabaseUrl`]. Passwords are never printed.

use std::fmt;

use super::Dialect;

/// Where a database is.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    /// The engine.
    pub dialect: Dialect,
    /// PostgreSQL: a `postgres://` URL. SQLite: the path of the file, or `:memory:`.
    pub location: String,
}

/// Why a text is not a database URL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It has no scheme.
    #[error("`{0}` is not a database URL: it has no scheme such as `postgres://` or `sqlite:`")]
    NoScheme(String),
    /// The scheme names no engine of ours.
    #[error("`{0}` is not an engine of this build: use postgres or sqlite")]
    UnknownEngine(String),
    /// The rest could not be read.
    #[error("the URL cannot be read: {0}")]
    Malformed(String),
}

impl DatabaseUrl {
    /// Reads `postgres://…`, `postgresql+asyncpg://…`, `sqlite:file`, `sqlite:///file`, `sqlite+aiosqlite:////abs`.
    ///
    /// `sqlite:///file` is relative and `sqlite:////file` absolute, as SQLAlchemy has it
    /// (<https://docs.sqlalchemy.org/en/20/core/engines.html#sqlite>); `sqlite://` alone is in memory.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(UrlError::NoScheme(text.to_owned()));
        };
        match scheme.split('+').next().unwrap_or_default() {
            "postgres" | "postgresql" => {
                let location = format!("postgres:{rest}");
                url::Url::parse(&location).map_err(|error| UrlError::Malformed(error.to_string()))?;
                Ok(Self {
                    dialect: Dialect::Postgres,
                    location,
                })
            }
            "sqlite" => {
                let path = rest
                    .strip_prefix("///")
                    .or_else(|| rest.strip_prefix("//"))
                    .unwrap_or(rest);
                let path = path.split_once('?').map_or(path, |(path, _)| path);
                let location = if path.is_empty() {
                    ":memory:".to_owned()
                } else {
                    path.to_owned()
                };
                Ok(Self {
                    dialect: Dialect::Sqlite,
                    location,
                })
            }
            other => Err(UrlError::UnknownEngine(other.to_owned())),
        }
    }
}

impl DatabaseUrl {
    /// Another database on the same server.
    pub fn database(&self, name: &str) -> Option<Self> {
        let mut url = url::Url::parse(&self.location).ok()?;
        url.set_path(name);
        Some(Self {
            location: url.into(),
            ..self.clone()
        })
    }

    /// The database in the manner of `like`, a URL of SQLAlchemy's: with its driver, and where that is on the same server,
    /// with everything else that it says. Beside a driver of another engine, an asynchronous one follows an asynchronous one.
    pub fn in_the_manner_of(&self, like: &str) -> String {
        let engine = self.dialect.engine();
        let scheme = like.split(':').next().unwrap_or_default();
        let [plain, asynchronous] = engine.schemes();
        let scheme = match Self::parse(like) {
            Ok(other) if other.dialect == self.dialect => scheme,
            Ok(other) if other.dialect.engine().schemes()[1] == scheme => asynchronous,
            _ => plain,
        };
        if engine.is_embedded() {
            return format!("{scheme}:///{}", self.location);
        }
        let (Ok(own), other) = (url::Url::parse(&self.location), url::Url::parse(like)) else {
            return self.location.clone();
        };
        if let Ok(mut other) = other
            && (other.host_str(), other.port()) == (own.host_str(), own.port())
        {
            other.set_path(own.path());
            return other.into();
        }
        let (_, rest) = self.location.split_once(':').unwrap_or_default();
        format!("{scheme}:{rest}")
    }

    /// Whether it names a file.
    pub fn is_file(&self) -> bool {
        self.dialect.engine().is_embedded() && self.location != ":memory:"
    }

    /// Whether there is something to connect to, as far as that can be told without trying: an embedded database may
    /// not have been made yet.
    pub fn exists(&self) -> bool {
        !self.dialect.engine().is_embedded() || std::path::Path::new(&self.location).exists()
    }
}

impl fmt::Display for DatabaseUrl {
    /// The URL without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match url::Url::parse(&self.location) {
            Ok(mut url) if url.has_host() || url.scheme() == "postgres" => {
                if url.password().is_some() && url.set_password(Some("***")).is_err() {
                    return f.write_str("postgres://***");
                }
                let shown: Vec<(String, String)> = url
                    .query_pairs()
                    .map(|(key, value)| (key.into_owned(), value.into_owned()))
                    .collect();
                if shown.iter().any(|(key, _)| key == "password") {
                    let hidden = shown
                        .iter()
                        .map(|(key, value)| (key, if key == "password" { "***" } else { value }));
                    url.query_pairs_mut().clear().extend_pairs(hidden);
                }
                write!(f, "{url}")
            }
            _ => write!(f, "sqlite:{}", self.location),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlalchemy_forms_are_read() {
        for (text, shown) in [
            (
                "postgresql+asyncpg://u:secret@h:5433/d",
                "postgres://u:***@h:5433/d",
            ),
            ("sqlite:///chat.db", "sqlite:chat.db"),
            ("sqlite+aiosqlite:////var/chat.db", "sqlite:/var/chat.db"),
            ("sqlite:chat.db", "sqlite:chat.db"),
            ("sqlite://", "sqlite::memory:"),
            (
                "postgres:///d?host=/tmp&password=x",
                "postgres:///d?host=%2Ftmp&password=***",
            ),
        ] {
            assert_eq!(DatabaseUrl::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn another_program_is_told_in_its_own_manner() {
        let server = DatabaseUrl::parse("postgres://u:p@h:1/a?sslmode=disable").unwrap();
        let scratch = server.database("scratch").unwrap();
        let file = DatabaseUrl::parse("sqlite:/tmp/s.db").unwrap();
        for (url, like, told) in [
            (
                &scratch,
                "postgresql+asyncpg://x@h:1/a?ssl=no",
                "postgresql+asyncpg://x@h:1/scratch?ssl=no",
            ),
            (
                &scratch,
                "postgresql+asyncpg://x@other/a",
                "postgresql+asyncpg://u:p@h:1/scratch?sslmode=disable",
            ),
            (
                &scratch,
                "sqlite+aiosqlite:///a.db",
                "postgresql+asyncpg://u:p@h:1/scratch?sslmode=disable",
            ),
            (
                &scratch,
                "sqlite:///a.db",
                "postgresql://u:p@h:1/scratch?sslmode=disable",
            ),
            (&scratch, "", "postgresql://u:p@h:1/scratch?sslmode=disable"),
            (&file, "sqlite+aiosqlite:///a.db", "sqlite+aiosqlite:////tmp/s.db"),
            (&file, "postgresql+psycopg://h/a", "sqlite:////tmp/s.db"),
        ] {
            assert_eq!(url.in_the_manner_of(like), told, "{like}");
        }
    }

    #[test]
    fn a_path_is_no_url() {
        assert!(matches!(DatabaseUrl::parse("schema"), Err(UrlError::NoScheme(_))));
        assert!(matches!(
            DatabaseUrl::parse("oracle://x"),
            Err(UrlError::UnknownEngine(_))
        ));
    }
}
