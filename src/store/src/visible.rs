//! Row-level restriction: what a caller may see, as SQL conditions.

use domain::{ProjectId, Visible};
use sqlx::QueryBuilder;

use crate::{
    Result, Store, on,
    statement::{Statement, Value},
};

/// The most keys of one person that a restriction of request rows names; older ones are left out.
const OWN_KEYS_MAX: i64 = 1_000;

/// Adds to a statement what `visible` restricts; its rows have a column of projects and one of owners.
pub(crate) fn restrict_to_visible(sql: &mut Statement, visible: &Visible, project: &'static str, owner: &'static str) {
    if visible.is_everything() {
        return;
    }
    sql.push(" AND (");
    let projects = visible.projects();
    if !projects.is_empty() || visible.owner().is_none() {
        one_of(sql, project, projects);
    }
    if let Some((user, within)) = visible.owner() {
        sql.push(if projects.is_empty() { "(" } else { " OR (" });
        sql.push(owner).push(" = ").bind(user.as_str());
        if let Some(within) = within {
            sql.push(" AND ");
            one_of(sql, project, within);
        }
        sql.push(")");
    }
    sql.push(")");
}

/// That a column says one of these projects. Nothing more than that: beside a constant, SQLite would use no index.
pub(crate) fn one_of(sql: &mut Statement, column: &'static str, projects: &[ProjectId]) {
    sql.push("(");
    for (at, id) in projects.iter().enumerate() {
        sql.push(if at > 0 { " OR " } else { "" }).push(column).push(" = ").bind(id.as_str());
    }
    sql.push(if projects.is_empty() { "1 = 0)" } else { ")" });
}

/// Adds to a query builder what `visible` restricts; its rows have a column of projects and one of owners.
macro_rules! restrict_query_to_visible {
    ($query:expr, $visible:expr, $project:literal, $owner:literal) => {{
        let visible: &domain::Visible = $visible;
        if !visible.is_everything() {
            $query.push(" AND (1 = 0");
            for project in visible.projects() {
                $query.push(concat!(" OR ", $project, " = ")).push_bind(project.as_str().to_owned());
            }
            if let Some((owner, projects)) = visible.owner() {
                $query.push(concat!(" OR (", $owner, " = ")).push_bind(owner.to_string());
                if let Some(projects) = projects {
                    $query.push(" AND (1 = 0");
                    for project in projects {
                        $query.push(concat!(" OR ", $project, " = ")).push_bind(project.as_str().to_owned());
                    }
                    $query.push(")");
                }
                $query.push(")");
            }
            $query.push(")");
        }
    }};
}
pub(crate) use restrict_query_to_visible;

/// Adds to a query over request rows what [`VisibleRows`] restricts.
macro_rules! restrict_to_visible_rows {
    ($query:expr, $rows:expr) => {{
        let rows: &$crate::visible::VisibleRows = $rows;
        if let Some(only) = &rows.0 {
            $query.push(" AND (1 = 0");
            for project in &only.projects {
                $query.push(" OR project_id = ").push_bind(project.clone());
            }
            for key in &only.keys {
                $query.push(" OR key_id = ").push_bind(key.clone());
            }
            $query.push(")");
        }
    }};
}
pub(crate) use restrict_to_visible_rows;

/// [`Visible`] over request rows, which know their key and not its owner.
pub(crate) struct VisibleRows(pub(crate) Option<Only>);

/// Projects of which every row is seen, and keys of which every row is.
pub(crate) struct Only {
    pub(crate) projects: Vec<String>,
    pub(crate) keys: Vec<String>,
}

impl VisibleRows {
    /// `template` with `values` for `$1`, `$2`, … and the restriction wherever it says `{rows}`.
    pub(crate) fn within(&self, template: &'static str, values: impl IntoIterator<Item = Value>) -> Statement {
        let mut rows = Statement { text: String::new(), values: values.into_iter().collect() };
        if let Some(only) = &self.0 {
            rows.push(" AND (1 = 0");
            for project in &only.projects {
                rows.push(" OR project_id = ").bind(project.as_str());
            }
            for key in &only.keys {
                rows.push(" OR key_id = ").bind(key.as_str());
            }
            rows.push(")");
        }
        Statement { text: template.replace("{rows}", &rows.text), values: rows.values }
    }
}

impl Store {
    /// What `visible` means for request rows.
    pub(crate) async fn visible_rows(&self, visible: &Visible) -> Result<VisibleRows> {
        if visible.is_everything() {
            return Ok(VisibleRows(None));
        }
        let projects = visible.projects().iter().map(ToString::to_string).collect();
        let mut keys = Vec::new();
        if let Some((owner, projects)) = visible.owner() {
            keys = on!(pool self.control(), |c| {
                let mut query = QueryBuilder::<Engine>::new("SELECT id FROM keys WHERE owner_id = ");
                query.push_bind(owner.to_string());
                if let Some(projects) = projects {
                    query.push(" AND (1 = 0");
                    for project in projects {
                        query.push(" OR project_id = ").push_bind(project.as_str().to_owned());
                    }
                    query.push(")");
                }
                query.push(" ORDER BY id DESC LIMIT ").push_bind(OWN_KEYS_MAX);
                query.build_query_scalar().fetch_all(c).await
            })?;
        }
        Ok(VisibleRows(Some(Only { projects, keys })))
    }
}
