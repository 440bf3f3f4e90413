//! User tables: people and their roles.

use domain::{Account, Member, Preferences, Role, RowMac, Timestamp, Unverified, User, UserId, Verified};

use crate::{
    Result, Store, Tx, on, parse,
    signed::{Bind, Mapped},
    table::table,
};

table! {
    /// What a person signs in with.
    AccountRow in "users", signed "user-v1", key(id);
    id: String;
    email: String;
    password_hash: String;
    locale: Option<String>;
    time_zone: Option<String>;
    created_at: i64;
}

table! {
    /// A user's role in a project.
    MemberRow in "members", signed "member-v1", key(user_id, project_id);
    user_id: String;
    project_id: String;
    role: String;
}

impl Mapped for AccountRow {
    type Value = Account;

    fn parse(self) -> Result<Account> {
        Ok(Account {
            id: parse::text("users.id", &self.id)?,
            email: self.email,
            password_hash: self.password_hash,
            preferences: Preferences { locale: self.locale, time_zone: self.time_zone },
            created_at: Timestamp(self.created_at),
        })
    }

    fn of(account: &Account) -> Self {
        let Account { id, email, password_hash, preferences, created_at } = account;
        let Preferences { locale, time_zone } = preferences;
        Self {
            id: id.to_string(),
            email: email.clone(),
            password_hash: password_hash.clone(),
            locale: locale.clone(),
            time_zone: time_zone.clone(),
            created_at: created_at.0,
            epoch: 0,
            mac: None,
        }
    }
}

impl Mapped for MemberRow {
    type Value = Member;

    fn parse(self) -> Result<Member> {
        Ok(Member {
            user_id: parse::text("members.user_id", &self.user_id)?,
            project_id: parse::text("members.project_id", &self.project_id)?,
            role: parse::one_of("members.role", &self.role, Role::parse)?,
        })
    }

    fn of(member: &Member) -> Self {
        let Member { user_id, project_id, role } = member;
        Self {
            user_id: user_id.to_string(),
            project_id: project_id.to_string(),
            role: role.as_str().to_owned(),
            epoch: 0,
            mac: None,
        }
    }
}

impl Store {
    /// How many people may sign in.
    pub async fn count_users(&self) -> Result<i64> {
        Ok(on!(pool self.control(), |c| sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(c).await)?)
    }

    /// The person with this id, and their role in the first project they are in.
    pub async fn find_user(&self, id: &UserId) -> Result<Option<(Unverified<Account>, Option<Unverified<Member>>)>> {
        let account = self.row::<AccountRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await?;
        self.with_member(account).await
    }

    /// The person with this address, in lower case, and their role.
    pub async fn find_user_by_email(
        &self,
        email: &str,
    ) -> Result<Option<(Unverified<Account>, Option<Unverified<Member>>)>> {
        let email = parse::storable(email);
        let account = self.row::<AccountRow>("WHERE t.email = $1", &[Bind::Text(&email)]).await?;
        self.with_member(account).await
    }

    async fn with_member(
        &self,
        account: Option<Unverified<Account>>,
    ) -> Result<Option<(Unverified<Account>, Option<Unverified<Member>>)>> {
        let Some(account) = account else { return Ok(None) };
        let tail = "WHERE t.user_id = $1 ORDER BY t.project_id LIMIT 1";
        let member = self.row::<MemberRow>(tail, &[Bind::Text(account.id())]).await?;
        Ok(Some((account, member)))
    }
}

impl Tx {
    /// Adds a person with their membership.
    pub async fn insert_user(&mut self, macs: &dyn RowMac, user: &User, password_hash: &str) -> Result<()> {
        let User { id, email, role, project_id, preferences, created_at } = user;
        let account = Account {
            id: id.clone(),
            email: email.clone(),
            password_hash: password_hash.to_owned(),
            preferences: preferences.clone(),
            created_at: *created_at,
        };
        let member = Member { user_id: id.clone(), project_id: project_id.clone(), role: *role };
        self.insert_row::<AccountRow>(macs, &account).await?;
        self.insert_row::<MemberRow>(macs, &member).await
    }

    /// The person with this id. It stays as it is until this transaction ends.
    pub async fn find_account(&mut self, id: &UserId) -> Result<Option<Unverified<Account>>> {
        self.row::<AccountRow>("WHERE t.id = $1", &[Bind::Text(id.as_str())]).await
    }

    /// Writes a person back.
    pub async fn update_account(&mut self, macs: &dyn RowMac, account: Verified<Account>) -> Result<Verified<Account>> {
        self.update_row::<AccountRow>(macs, account).await
    }
}
