//! Models table: signed rows of model routes.

use domain::{ModelId, ModelRoute, RowMac, Strategy, Timestamp, Unverified, Verified, Visible};

use crate::{
    Result, Store, Tx, on, parse,
    signed::{Bind, Mapped},
    table::table,
};

const PAGE: &str = "WHERE t.id < $1 ORDER BY t.id DESC LIMIT $2 OFFSET $3";
const COUNT: &str = "SELECT COUNT(*) FROM models";
/// Sorts after every id.
const ABOVE_ALL: &str = "~";

table! {
    /// A model route.
    ModelRow in "models", signed "model-v1", key(id);
    id: String;
    name: String;
    description: String;
    strategy: String;
    deployments: String;
    retries: i64;
    retry_sent: bool;
    rest_s: i64;
    timeout_s: Option<i64>;
    created_at: i64;
    updated_at: i64;
}

impl Mapped for ModelRow {
    type Value = ModelRoute;

    fn parse(self) -> Result<ModelRoute> {
        Ok(ModelRoute {
            id: parse::text("models.id", &self.id)?,
            name: self.name,
            description: self.description,
            strategy: parse::text::<Strategy>("models.strategy", &self.strategy)?,
            deployments: serde_json::from_str(&self.deployments)
                .map_err(|error| crate::Error::Damaged(format!("models.deployments: {error}")))?,
            retries: parse::number("models.retries", self.retries)?,
            retry_sent: self.retry_sent,
            rest_seconds: parse::number("models.rest_s", self.rest_s)?,
            timeout: self.timeout_s.map(|seconds| parse::number("models.timeout_s", seconds)).transpose()?,
            created_at: Timestamp(self.created_at),
            updated_at: Timestamp(self.updated_at),
        })
    }

    fn of(route: &ModelRoute) -> Self {
        let ModelRoute {
            id,
            name,
            description,
            strategy,
            deployments,
            retries,
            retry_sent,
            rest_seconds,
            timeout,
            created_at,
            updated_at,
        } = route;
        Self {
            id: id.to_string(),
            name: name.clone(),
            description: description.clone(),
            strategy: strategy.as_str().to_owned(),
            // Ids, texts and numbers always have a JSON value.
            deployments: serde_json::to_string(deployments).unwrap_or_default(),
            retries: i64::from(*retries),
            retry_sent: *retry_sent,
            rest_s: i64::from(*rest_seconds),
            timeout_s: timeout.map(i64::from),
            created_at: created_at.0,
            updated_at: updated_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

impl Store {
    /// Every route, oldest first.
    pub async fn list_models(&self) -> Result<Vec<Unverified<ModelRoute>>> {
        self.rows::<ModelRow>("ORDER BY t.id", &[]).await
    }

    /// A page of routes, newest first: those below `after`, the last one of the page before.
    pub async fn page_models(
        &self,
        visible: &Visible,
        after: Option<&ModelId>,
        limit: i64,
        offset: i64,
    ) -> Result<Vec<Unverified<ModelRoute>>> {
        // Routes belong to no project and no one: all of them may be seen, or none.
        if !visible.admits(None, None) {
            return Ok(Vec::new());
        }
        let after = after.map_or(ABOVE_ALL, ModelId::as_str);
        self.rows::<ModelRow>(PAGE, &[Bind::Text(after), Bind::Number(limit), Bind::Number(offset)]).await
    }

    /// How many routes there are.
    pub async fn count_models(&self, visible: &Visible) -> Result<i64> {
        if !visible.admits(None, None) {
            return Ok(0);
        }
        Ok(on!(pool self.control(), |c| sqlx::query_scalar(COUNT).fetch_one(c).await)?)
    }

    /// The route with this id.
    pub async fn find_model(&self, id: &ModelId) -> Result<Option<Unverified<ModelRoute>>> {
        self.row::<ModelRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }

    /// The route with this name.
    pub async fn find_model_by_name(&self, name: &str) -> Result<Option<Unverified<ModelRoute>>> {
        let name = parse::storable(name);
        self.row::<ModelRow>("WHERE t.name = $1", &[Bind::Text(&name)]).await
    }
}

impl Tx {
    /// The route with this id. It stays as it is until this transaction ends.
    pub async fn find_model(&mut self, id: &ModelId) -> Result<Option<Unverified<ModelRoute>>> {
        self.row::<ModelRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }

    /// Adds a route.
    pub async fn insert_model(&mut self, macs: &dyn RowMac, route: &ModelRoute) -> Result<()> {
        self.insert_row::<ModelRow>(macs, route).await
    }

    /// Writes a route back.
    pub async fn update_model(
        &mut self,
        macs: &dyn RowMac,
        route: Verified<ModelRoute>,
    ) -> Result<Verified<ModelRoute>> {
        self.update_row::<ModelRow>(macs, route).await
    }

    /// Removes a route.
    pub async fn delete_model(&mut self, id: &ModelId) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("DELETE FROM models WHERE id = $1")
            .bind(id.as_str())
            .execute(c)
            .await
            .map(drop))?;
        self.forget::<ModelRow>(id.to_string());
        Ok(())
    }
}
