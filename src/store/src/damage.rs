//! Damage scan: reads every row of a signed table and checks its MAC.

use std::sync::Arc;

use domain::{Epochs, RowMac};
use sqlx::AssertSqlSafe;

use crate::{
    Error, Result, Store,
    credentials::{CredentialRow, CredentialVersionRow},
    installation::InstallationRow,
    keys::{KeyRow, KeyVersionRow},
    on,
    projects::ProjectRow,
    sessions::SessionRow,
    signed::{Readable, decode},
    upstreams::UpstreamRow,
    users::{AccountRow, MemberRow},
};

impl Store {
    /// How many rows of a signed table do not verify. What was seen of epochs before plays no part.
    pub async fn count_damaged(&self, table: &str, macs: &dyn RowMac) -> Result<usize> {
        match table {
            "installation" => self.damaged::<InstallationRow>(macs).await,
            "projects" => self.damaged::<ProjectRow>(macs).await,
            "users" => self.damaged::<AccountRow>(macs).await,
            "members" => self.damaged::<MemberRow>(macs).await,
            "sessions" => self.damaged::<SessionRow>(macs).await,
            "keys" => self.damaged::<KeyRow>(macs).await,
            "key_versions" => self.damaged::<KeyVersionRow>(macs).await,
            "upstreams" => self.damaged::<UpstreamRow>(macs).await,
            "credentials" => self.damaged::<CredentialRow>(macs).await,
            "credential_versions" => self.damaged::<CredentialVersionRow>(macs).await,
            other => Err(Error::Damaged(format!("{other} is no table with row MACs"))),
        }
    }

    async fn damaged<R: Readable>(&self, macs: &dyn RowMac) -> Result<usize> {
        let mark = Arc::new(Epochs::default()).mark();
        let sql = R::TABLE.select("");
        let rows = on!(pool self.control(), |c| {
            let rows = sqlx::query::<Engine>(AssertSqlSafe(sql)).fetch_all(c).await;
            rows.map(|rows| rows.iter().map(|row| decode::<R, _>(row, &mark, |_| String::new()).1).collect::<Vec<_>>())
        })?;
        Ok(rows.into_iter().filter_map(|row| row.verify(macs).err()).count())
    }
}
