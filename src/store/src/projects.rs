//! Projects table and its default row.

use domain::{Project, ProjectId, RowMac, Timestamp, Unverified};

use crate::{
    Result, Store, Tx, parse,
    signed::{Bind, Mapped},
    table::table,
};

table! {
    /// A project.
    ProjectRow in "projects", signed "project-v1", key(id);
    id: String;
    name: String;
    created_at: i64;
}

impl Mapped for ProjectRow {
    type Value = Project;

    fn parse(self) -> Result<Project> {
        Ok(Project {
            id: parse::text("projects.id", &self.id)?,
            name: self.name,
            created_at: Timestamp(self.created_at),
        })
    }

    fn of(project: &Project) -> Self {
        let Project { id, name, created_at } = project;
        Self { id: id.to_string(), name: name.clone(), created_at: created_at.0, epoch: 0, mac: None }
    }
}

impl Store {
    /// The oldest project.
    pub async fn first_project(&self) -> Result<Option<Unverified<Project>>> {
        self.row::<ProjectRow>("ORDER BY t.created_at, t.id LIMIT 1", &[]).await
    }

    /// The project with this id.
    pub async fn find_project(&self, id: &ProjectId) -> Result<Option<Unverified<Project>>> {
        self.row::<ProjectRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }
}

impl Tx {
    /// Adds a project.
    pub async fn insert_project(&mut self, macs: &dyn RowMac, project: &Project) -> Result<()> {
        self.insert_row::<ProjectRow>(macs, project).await
    }
}
