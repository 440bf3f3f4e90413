//! Upstreams table: signed rows of providers' servers.

use domain::{BaseUrl, Credential, Provider, RowMac, Timestamp, Unverified, Upstream, UpstreamId, Verified, Visible};

use crate::{
    Result, Store, Tx,
    credentials::CredentialRow,
    on, parse,
    signed::{Bind, Mapped},
    table::table,
};

const NEWEST_FIRST: &str = "ORDER BY t.created_at DESC, t.id DESC";
const PAGE: &str = "WHERE t.id < $1 ORDER BY t.id DESC LIMIT $2 OFFSET $3";
const COUNT: &str = "SELECT COUNT(*) FROM upstreams";
/// Sorts after every id.
const ABOVE_ALL: &str = "~";

table! {
    /// A provider's server.
    UpstreamRow in "upstreams", signed "upstream-v1", key(id);
    id: String;
    name: String;
    provider: String;
    base_url: String;
    is_default: bool;
    has_secret: bool;
    created_at: i64;
    updated_at: i64;
}

impl Mapped for UpstreamRow {
    type Value = Upstream;

    fn parse(self) -> Result<Upstream> {
        Ok(Upstream {
            id: parse::text("upstreams.id", &self.id)?,
            name: self.name,
            provider: parse::one_of("upstreams.provider", &self.provider, Provider::parse)?,
            base_url: parse::text::<BaseUrl>("upstreams.base_url", &self.base_url)?,
            is_default: self.is_default,
            has_secret: self.has_secret,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }

    fn of(upstream: &Upstream) -> Self {
        let Upstream { id, name, provider, base_url, is_default, has_secret, created_at, updated_at } = upstream;
        Self {
            id: id.to_string(),
            name: name.clone(),
            provider: provider.as_str().to_owned(),
            base_url: base_url.to_string(),
            is_default: *is_default,
            has_secret: *has_secret,
            created_at: created_at.0,
            updated_at: updated_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

/// An upstream as it was read, with what the row says about being the default: where the row is damaged, that decides who
/// is out of order.
#[derive(Clone, Debug)]
pub struct StoredUpstream {
    /// The row.
    pub upstream: Unverified<Upstream>,
    /// Whether it says that it is the default.
    pub claims_default: bool,
}

impl Store {
    /// Every upstream, newest first.
    pub async fn list_upstreams(&self) -> Result<Vec<StoredUpstream>> {
        let rows = self.grouped_rows::<UpstreamRow>(NEWEST_FIRST, &[], |row| row.is_default.to_string()).await?;
        Ok(rows
            .into_iter()
            .map(|(claim, upstream)| StoredUpstream { upstream, claims_default: claim == "true" })
            .collect())
    }

    /// A page of upstreams with their credentials, newest first: those below `after`, the last one of the page before.
    pub async fn page_upstreams(
        &self,
        visible: &Visible,
        after: Option<&UpstreamId>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<(Unverified<Upstream>, Option<Unverified<Credential>>)>> {
        // Upstreams belong to no project and no one: all of them may be seen, or none.
        if !visible.admits(None, None) {
            return Ok(Vec::new());
        }
        let after = after.map_or(ABOVE_ALL, UpstreamId::as_str);
        let binds = [Bind::Text(after), Bind::Number(limit), Bind::Number(offset)];
        let upstreams = self.rows::<UpstreamRow>(PAGE, &binds).await?;
        let mut credentials = self.grouped_rows::<CredentialRow>("", &[], |row| row.upstream_id.clone()).await?;
        Ok(upstreams
            .into_iter()
            .map(|upstream| {
                let at = credentials.iter().position(|(owner, _)| owner == upstream.id());
                let credential = at.map(|at| credentials.swap_remove(at).1);
                (upstream, credential)
            })
            .collect())
    }

    /// How many upstreams there are.
    pub async fn count_upstreams(&self, visible: &Visible) -> Result<i64> {
        if !visible.admits(None, None) {
            return Ok(0);
        }
        Ok(on!(pool self.control(), |c| sqlx::query_scalar(COUNT).fetch_one(c).await)?)
    }

    /// The upstream with this id.
    pub async fn find_upstream(&self, id: &UpstreamId) -> Result<Option<Unverified<Upstream>>> {
        self.row::<UpstreamRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }

    /// The upstream with this name.
    pub async fn find_upstream_by_name(&self, name: &str) -> Result<Option<Unverified<Upstream>>> {
        let name = parse::storable(name);
        self.row::<UpstreamRow>("WHERE t.name = $1", &[Bind::Text(&name)]).await
    }
}

impl Tx {
    /// Every upstream, newest first. They stay as they are until this transaction ends.
    pub async fn list_upstreams(&mut self) -> Result<Vec<Unverified<Upstream>>> {
        self.rows::<UpstreamRow>(NEWEST_FIRST, &[]).await
    }

    /// How many upstreams there are.
    pub async fn count_upstreams(&mut self) -> Result<i64> {
        Ok(on!(tx &mut self.open, |c| sqlx::query_scalar(COUNT).fetch_one(c).await)?)
    }

    /// The upstream with this id. It stays as it is until this transaction ends.
    pub async fn find_upstream(&mut self, id: &UpstreamId) -> Result<Option<Unverified<Upstream>>> {
        self.row::<UpstreamRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }

    /// Adds an upstream.
    pub async fn insert_upstream(&mut self, macs: &dyn RowMac, upstream: &Upstream) -> Result<()> {
        self.insert_row::<UpstreamRow>(macs, upstream).await
    }

    /// Writes an upstream back.
    pub async fn update_upstream(
        &mut self,
        macs: &dyn RowMac,
        upstream: Verified<Upstream>,
    ) -> Result<Verified<Upstream>> {
        self.update_row::<UpstreamRow>(macs, upstream).await
    }

    /// Takes the default from whichever row says that it has it. Sound rows are written back signed by the caller before;
    /// what is left says so without a MAC that holds.
    pub async fn clear_damaged_default(&mut self) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("UPDATE upstreams SET is_default = FALSE WHERE is_default")
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Removes an upstream, its credential and every version of it.
    pub async fn delete_upstream(&mut self, id: &UpstreamId) -> Result<()> {
        let credentials: Vec<String> = on!(tx &mut self.open, |c| sqlx::query_scalar(
            "SELECT id FROM credentials WHERE upstream_id = $1"
        )
        .bind(id.as_str())
        .fetch_all(c)
        .await)?;
        on!(tx &mut self.open, |c| sqlx::query("DELETE FROM upstreams WHERE id = $1")
            .bind(id.as_str())
            .execute(c)
            .await
            .map(drop))?;
        self.forget::<UpstreamRow>(id.to_string());
        for credential in credentials {
            self.forget::<CredentialRow>(credential);
        }
        Ok(())
    }
}
