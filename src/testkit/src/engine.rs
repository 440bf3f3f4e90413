//! Test engine choice: which database a test server runs on.

/// SQLite in the data directory, or a PostgreSQL database made for one test.
#[derive(Clone, Debug)]
pub enum Engine {
    /// Embedded.
    Sqlite,
    /// A fresh, empty database at this URL.
    Postgres {
        /// `postgres://…`
        url: String,
    },
}

impl Engine {
    /// The default.
    pub const fn sqlite() -> Self {
        Self::Sqlite
    }

    /// A fresh, empty database on the server that the test run started.
    pub async fn postgres() -> Option<Self> {
        testkit_db::empty_postgres().await.map(|url| Self::Postgres { url })
    }

    /// The setting `database_url`, if there is one.
    pub fn database_url(&self) -> Option<&str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres { url } => Some(url),
        }
    }
}
