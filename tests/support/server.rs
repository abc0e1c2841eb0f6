//! A database of a test's own on a server that a variable names.

use libtest_mimic::Failed;

/// A name for a database on a server; dropped at the end if it was made.
pub(crate) struct Database {
    server: String,
    name: String,
    /// As the program takes it.
    pub(crate) url: String,
}

impl Database {
    pub(crate) fn new(server: &str) -> Result<Self, Failed> {
        use std::sync::atomic::{AtomicU32, Ordering};
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("reconcile_test_{}_{number}", std::process::id());
        let mut url = url::Url::parse(server)?;
        url.set_path(&name);
        Ok(Self {
            server: server.to_owned(),
            name,
            url: url.into(),
        })
    }

    pub(crate) fn create(&self) -> Result<(), Failed> {
        self.administer(&format!("CREATE DATABASE {}", self.name))
    }

    fn administer(&self, sql: &str) -> Result<(), Failed> {
        use sqlx::Connection as _;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let done: Result<(), sqlx::Error> = runtime.block_on(async {
            let mut connection = sqlx::PgConnection::connect(&self.server).await?;
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned()))
                .execute(&mut connection)
                .await?;
            connection.close().await
        });
        Ok(done?)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // The test has ended, however it did.
        let _dropped = self.administer(&format!("DROP DATABASE IF EXISTS {}", self.name));
    }
}
