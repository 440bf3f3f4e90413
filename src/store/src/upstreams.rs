//! Upstreams table: signed rows of providers' servers.

use domain::{
    BaseUrl, Credential, Dialect, ProviderId, RowMac, Timestamp, Unverified, Upstream, UpstreamId, UpstreamSettings,
    Verified, Visible,
};

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
    default_for: Option<String>;
    settings: Option<String>;
}

/// The dialects that a row says it is the default for. Where only OpenAI is, the flag alone says so, as it always did.
fn dialects(is_default: bool, list: Option<&str>) -> Result<Vec<Dialect>> {
    match (is_default, list) {
        (false, _) => Ok(Vec::new()),
        (true, None) => Ok(vec![Dialect::Openai]),
        (true, Some(list)) => list.split(' ').map(|dialect| parse::text("upstreams.default_for", dialect)).collect(),
    }
}

impl Mapped for UpstreamRow {
    type Value = Upstream;

    fn parse(self) -> Result<Upstream> {
        Ok(Upstream {
            id: parse::text("upstreams.id", &self.id)?,
            name: self.name,
            provider: parse::text::<ProviderId>("upstreams.provider", &self.provider)?,
            base_url: parse::text::<BaseUrl>("upstreams.base_url", &self.base_url)?,
            default_for: dialects(self.is_default, self.default_for.as_deref())?,
            has_secret: self.has_secret,
            settings: match &self.settings {
                None => UpstreamSettings::default(),
                Some(text) => UpstreamSettings::parse(text)
                    .map_err(|error| crate::Error::Damaged(format!("upstreams.settings: {error}")))?,
            },
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }

    fn of(upstream: &Upstream) -> Self {
        let Upstream { id, name, provider, base_url, default_for, has_secret, settings, created_at, updated_at } =
            upstream;
        let list: Vec<&str> = default_for.iter().map(|dialect| dialect.as_str()).collect();
        let said_by_flag = matches!(default_for[..], [] | [Dialect::Openai]);
        Self {
            id: id.to_string(),
            name: name.clone(),
            provider: provider.as_str().to_owned(),
            base_url: base_url.to_string(),
            is_default: !default_for.is_empty(),
            has_secret: *has_secret,
            created_at: created_at.0,
            updated_at: updated_at.0,
            default_for: (!said_by_flag).then(|| list.join(" ")),
            settings: settings.to_json(),
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
    /// The dialects in which it says that it is the default.
    pub claims_default_for: Vec<Dialect>,
}

impl Store {
    /// Every upstream, newest first.
    pub async fn list_upstreams(&self) -> Result<Vec<StoredUpstream>> {
        let claim = |row: &UpstreamRow| match (row.is_default, &row.default_for) {
            (false, _) => String::new(),
            (true, None) => Dialect::Openai.as_str().to_owned(),
            (true, Some(list)) => list.clone(),
        };
        let rows = self.grouped_rows::<UpstreamRow>(NEWEST_FIRST, &[], claim).await?;
        let read = |list: &str| list.split(' ').filter_map(|dialect| dialect.parse().ok()).collect();
        Ok(rows
            .into_iter()
            .map(|(claim, upstream)| StoredUpstream { upstream, claims_default_for: read(&claim) })
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

    /// Takes the default from rows that say they have it for one of these dialects and whose MAC does not hold: sound rows are
    /// written back, signed, by the caller before. The others go on saying so for other dialects.
    pub async fn clear_damaged_defaults(&mut self, damaged: &[(String, Vec<Dialect>)]) -> Result<()> {
        for (id, left) in damaged {
            let list: Vec<&str> = left.iter().map(|dialect| dialect.as_str()).collect();
            let list = (!list.is_empty()).then(|| list.join(" "));
            on!(tx &mut self.open, |c| {
                sqlx::query("UPDATE upstreams SET is_default = $2, default_for = $3 WHERE id = $1")
                    .bind(id.as_str())
                    .bind(list.is_some())
                    .bind(list.as_deref())
                    .execute(c)
                    .await
                    .map(drop)
            })?;
        }
        Ok(())
    }

    /// What each row says about being the default, damaged ones too.
    pub async fn default_claims(&mut self) -> Result<Vec<(String, Vec<Dialect>)>> {
        let rows: Vec<(String, bool, Option<String>)> = on!(tx &mut self.open, |c| {
            sqlx::query_as("SELECT id, is_default, default_for FROM upstreams WHERE is_default").fetch_all(c).await
        })?;
        let read = |list: Option<String>| match list {
            None => vec![Dialect::Openai],
            Some(list) => list.split(' ').filter_map(|dialect| dialect.parse().ok()).collect(),
        };
        Ok(rows.into_iter().map(|(id, _, list)| (id, read(list))).collect())
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
