//! People, and the projects they work in.

use domain::{Project, ProjectId, Role, Timestamp, User, UserId};

use crate::{Error, Result, Store, Tx, on, parse};

macro_rules! user_columns {
    () => {
        "u.id, u.email, u.password_hash, u.created_at, m.role, m.project_id \
         FROM users u JOIN members m ON m.user_id = u.id"
    };
}

const FIND: &str = concat!("SELECT ", user_columns!(), " WHERE u.id = $1 ORDER BY m.project_id LIMIT 1");
const FIND_BY_EMAIL: &str = concat!("SELECT ", user_columns!(), " WHERE u.email = $1 ORDER BY m.project_id LIMIT 1");

#[derive(sqlx::FromRow)]
struct UserColumns {
    id: String,
    email: String,
    password_hash: String,
    created_at: i64,
    role: String,
    project_id: String,
}

#[derive(sqlx::FromRow)]
struct ProjectColumns {
    id: String,
    name: String,
    created_at: i64,
}

/// The person and their password's hash.
fn user(row: UserColumns) -> Result<(User, String)> {
    let user = User {
        id: parse::text("users.id", &row.id)?,
        email: row.email,
        role: parse::one_of("members.role", &row.role, Role::parse)?,
        project_id: parse::text("members.project_id", &row.project_id)?,
        created_at: Timestamp(row.created_at),
    };
    Ok((user, row.password_hash))
}

impl TryFrom<ProjectColumns> for Project {
    type Error = Error;

    fn try_from(row: ProjectColumns) -> Result<Self> {
        Ok(Self { id: parse::text("projects.id", &row.id)?, name: row.name, created_at: Timestamp(row.created_at) })
    }
}

impl Store {
    /// How many people may sign in.
    pub async fn count_users(&self) -> Result<i64> {
        Ok(on!(pool self.control(), |c| sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(c).await)?)
    }

    /// The person with this id.
    pub async fn find_user(&self, id: &UserId) -> Result<Option<User>> {
        Ok(self.find_user_with_password(id).await?.map(|(user, _)| user))
    }

    /// The person with this id, and the hash of their password.
    pub async fn find_user_with_password(&self, id: &UserId) -> Result<Option<(User, String)>> {
        let row: Option<UserColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
        row.map(user).transpose()
    }

    /// The person with this address, in lower case, and the hash of their password.
    pub async fn find_user_by_email(&self, email: &str) -> Result<Option<(User, String)>> {
        let email = parse::storable(email);
        let row: Option<UserColumns> =
            on!(pool self.control(), |c| sqlx::query_as(FIND_BY_EMAIL).bind(&*email).fetch_optional(c).await)?;
        row.map(user).transpose()
    }

    /// The oldest project.
    pub async fn first_project(&self) -> Result<Option<Project>> {
        let row: Option<ProjectColumns> = on!(pool self.control(), |c| sqlx::query_as(
            "SELECT id, name, created_at FROM projects ORDER BY created_at, id LIMIT 1"
        )
        .fetch_optional(c)
        .await)?;
        row.map(Project::try_from).transpose()
    }

    /// The project with this id.
    pub async fn find_project(&self, id: &ProjectId) -> Result<Option<Project>> {
        let row: Option<ProjectColumns> = on!(pool self.control(), |c| sqlx::query_as(
            "SELECT id, name, created_at FROM projects WHERE id = $1"
        )
        .bind(id.as_str())
        .fetch_optional(c)
        .await)?;
        row.map(Project::try_from).transpose()
    }
}

impl Tx {
    /// Adds a project.
    pub async fn insert_project(&mut self, project: &Project) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("INSERT INTO projects (id, name, created_at) VALUES ($1, $2, $3)")
            .bind(project.id.as_str())
            .bind(&project.name)
            .bind(project.created_at.0)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }

    /// Adds a person with their membership.
    pub async fn insert_user(&mut self, user: &User, password_hash: &str) -> Result<()> {
        on!(tx &mut self.open, |c| {
            sqlx::query("INSERT INTO users (id, email, password_hash, created_at) VALUES ($1, $2, $3, $4)")
                .bind(user.id.as_str())
                .bind(&user.email)
                .bind(password_hash)
                .bind(user.created_at.0)
                .execute(&mut *c)
                .await?;
            sqlx::query("INSERT INTO members (user_id, project_id, role) VALUES ($1, $2, $3)")
                .bind(user.id.as_str())
                .bind(user.project_id.as_str())
                .bind(user.role.as_str())
                .execute(c)
                .await
                .map(drop)
        })?;
        Ok(())
    }

    /// The hash of somebody's password as it is now: nothing can replace it before this transaction ends.
    pub async fn password_hash(&mut self, id: &UserId) -> Result<Option<String>> {
        Ok(on!(tx &mut self.open, |c| sqlx::query_scalar("SELECT password_hash FROM users WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(c)
            .await)?)
    }

    /// Replaces the hash of somebody's password.
    pub async fn set_password(&mut self, id: &UserId, password_hash: &str) -> Result<()> {
        on!(tx &mut self.open, |c| sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
            .bind(id.as_str())
            .bind(password_hash)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
}
