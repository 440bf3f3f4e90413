//! Upstreams.

use domain::{BaseUrl, Credential, Provider, Timestamp, Upstream, UpstreamId};

use crate::{
    Error, Result, Store, Tx,
    credentials::{OptionalCredentialColumns, credential_columns},
    on, parse,
};

macro_rules! upstream_columns {
    () => {
        "u.id, u.name, u.provider, u.base_url, u.is_default, u.created_at, u.updated_at"
    };
}

const FIND: &str = concat!("SELECT ", upstream_columns!(), " FROM upstreams u WHERE u.id = $1");
const FIND_BY_NAME: &str = concat!("SELECT ", upstream_columns!(), " FROM upstreams u WHERE u.name = $1");
const LIST: &str = concat!("SELECT ", upstream_columns!(), " FROM upstreams u ORDER BY u.created_at DESC, u.id DESC");
const PAGE: &str = concat!(
    "SELECT ",
    upstream_columns!(),
    ", ",
    credential_columns!(),
    " FROM upstreams u LEFT JOIN credentials cr ON cr.upstream_id = u.id",
    " LEFT JOIN credential_versions cv ON cv.credential_id = cr.id AND cv.version = cr.version",
    " ORDER BY u.created_at DESC, u.id DESC LIMIT $1 OFFSET $2"
);
const COUNT: &str = "SELECT COUNT(*) FROM upstreams";

#[derive(sqlx::FromRow)]
struct UpstreamColumns {
    id: String,
    name: String,
    provider: String,
    base_url: String,
    is_default: bool,
    created_at: i64,
    updated_at: i64,
}

#[derive(sqlx::FromRow)]
struct PageColumns {
    #[sqlx(flatten)]
    upstream: UpstreamColumns,
    #[sqlx(flatten)]
    credential: OptionalCredentialColumns,
}

impl TryFrom<UpstreamColumns> for Upstream {
    type Error = Error;

    fn try_from(row: UpstreamColumns) -> Result<Self> {
        Ok(Self {
            id: parse::text("upstreams.id", &row.id)?,
            name: row.name,
            provider: parse::one_of("upstreams.provider", &row.provider, Provider::parse)?,
            base_url: parse::text::<BaseUrl>("upstreams.base_url", &row.base_url)?,
            is_default: row.is_default,
            created_at: Timestamp(row.created_at),
            updated_at: Timestamp(row.updated_at),
        })
    }
}

impl Store {
    /// Every upstream, newest first.
    pub async fn list_upstreams(&self) -> Result<Vec<Upstream>> {
        let rows: Vec<UpstreamColumns> = on!(pool self.control(), |c| sqlx::query_as(LIST).fetch_all(c).await)?;
        rows.into_iter().map(Upstream::try_from).collect()
    }

    /// A page of upstreams with their credentials, newest first, and how many there are on all pages.
    pub async fn page_upstreams(&self, limit: i64, offset: i64) -> Result<(Vec<(Upstream, Option<Credential>)>, i64)> {
        let total: i64 = on!(pool self.control(), |c| sqlx::query_scalar(COUNT).fetch_one(c).await)?;
        let rows: Vec<PageColumns> =
            on!(pool self.control(), |c| sqlx::query_as(PAGE).bind(limit).bind(offset).fetch_all(c).await)?;
        let page = rows
            .into_iter()
            .map(|row| Ok((row.upstream.try_into()?, row.credential.into_credential()?)))
            .collect::<Result<_>>()?;
        Ok((page, total))
    }

    /// The upstream with this id.
    pub async fn find_upstream(&self, id: &UpstreamId) -> Result<Option<Upstream>> {
        let row: Option<UpstreamColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
        row.map(Upstream::try_from).transpose()
    }

    /// The upstream with this name.
    pub async fn find_upstream_by_name(&self, name: &str) -> Result<Option<Upstream>> {
        let name = parse::storable(name);
        let row: Option<UpstreamColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND_BY_NAME).bind(&*name).fetch_optional(c).await)?;
        row.map(Upstream::try_from).transpose()
    }
}

impl Tx {
    /// Every upstream, newest first. They stay as they are until this transaction ends.
    pub async fn list_upstreams(&mut self) -> Result<Vec<Upstream>> {
        let rows: Vec<UpstreamColumns> = on!(tx &mut self.open, |c| sqlx::query_as(LIST).fetch_all(c).await)?;
        rows.into_iter().map(Upstream::try_from).collect()
    }

    /// How many upstreams there are.
    pub async fn count_upstreams(&mut self) -> Result<i64> {
        Ok(on!(tx &mut self.open, |c| sqlx::query_scalar(COUNT).fetch_one(c).await)?)
    }

    /// The upstream with this id. It stays as it is until this transaction ends.
    pub async fn find_upstream(&mut self, id: &UpstreamId) -> Result<Option<Upstream>> {
        let row: Option<UpstreamColumns> =
            on!(tx &mut self.open, |c| sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
        row.map(Upstream::try_from).transpose()
    }

    /// Adds an upstream.
    pub async fn insert_upstream(&mut self, upstream: &Upstream) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query(
            "INSERT INTO upstreams (id, name, provider, base_url, is_default, created_at, updated_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        )
        .bind(upstream.id.as_str())
        .bind(&upstream.name)
        .bind(upstream.provider.as_str())
        .bind(upstream.base_url.as_str())
        .bind(upstream.is_default)
        .bind(upstream.created_at.0)
        .bind(upstream.updated_at.0)
        .execute(c)
        .await
        .map(drop))?;
        Ok(())
    }

    /// Makes this upstream the default; the one before stops being it.
    pub async fn set_default(&mut self, id: &UpstreamId) -> Result<()> {
        on!(tx &mut self.open, |c| {
            sqlx::query("UPDATE upstreams SET is_default = FALSE WHERE is_default AND id <> $1")
                .bind(id.as_str())
                .execute(&mut *c)
                .await?;
            sqlx::query("UPDATE upstreams SET is_default = TRUE WHERE id = $1")
                .bind(id.as_str())
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// Removes an upstream, its credential and every version of it.
    pub async fn delete_upstream(&mut self, id: &UpstreamId) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("DELETE FROM upstreams WHERE id = $1")
            .bind(id.as_str())
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
