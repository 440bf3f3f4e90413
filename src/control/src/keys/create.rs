//! Key creation: the one place where a secret of ours comes into being (K1–K3).

use contract::{
    FieldErrors, Violation,
    keys::{CreateKey, IssuedKeyView, KeyView, KeysCreate, NewKey},
};
use domain::{
    Act, Actor, Change, ChangeKind, Decision, KeyId, KeyVersion, ProjectId, Resource, Target, Verb, VirtualKey,
};
use secrecy::{ExposeSecret, SecretString};

use crate::{Cx, Error, Perform, Result};

/// A key just made, with its secret. Whoever shows it, shows it once (K2).
pub struct IssuedKey {
    /// The key.
    pub key: VirtualKey,
    /// As entry points show it.
    pub view: KeyView,
    /// The whole secret; it is stored nowhere.
    pub secret: SecretString,
}

/// Issues a key.
pub async fn create(cx: &Cx, new: NewKey) -> Result<IssuedKey> {
    let now = cx.now();
    let expires_at = new.expires.from(now);
    if expires_at.is_some_and(|at| at <= now) {
        return Err(FieldErrors::one("expires_at", Violation::InThePast).into());
    }
    let project_id = project(cx, new.project_id.clone()).await?;
    cx.allow(Verb::Create, &new_key_in(cx, &project_id))?;
    upstreams_exist(cx, &new).await?;

    let fresh = cx.settings().key_format.issue(new.env, cx.random());
    let key = VirtualKey {
        id: KeyId::new(now, cx.random().bytes()),
        project_id,
        owner_id: cx.actor().user().map(|user| user.id.clone()),
        name: new.name,
        labels: new.labels,
        env: new.env,
        masked: fresh.masked,
        version: 1,
        enabled: new.enabled,
        expires_at,
        revoked_at: None,
        revoke_reason: None,
        policy: new.policy,
        policy_version: 1,
        created_at: now,
        updated_at: now,
        last_used_at: None,
    };
    let version = KeyVersion {
        key_id: key.id.clone(),
        version: 1,
        lookup_hash: cx.keyring().lookup_hash(fresh.secret.expose_secret()),
        masked: key.masked.clone(),
        created_at: now,
    };
    let view = KeyView::of(&key, now);

    let mut tx = cx.store().begin().await?;
    tx.insert_key(cx.keyring(), &key, &version).await?;
    let mut changes = cx.changes(None::<&KeyView>, Some(&view))?;
    changes.push(cx.secret_change("secret", None, Some(fresh.secret.expose_secret())));
    let act = Act::KeyCreate { id: key.id.clone(), project: key.project_id.clone() };
    cx.record_changes(&mut tx, act, changes).await?;
    tx.announce(Change { kind: ChangeKind::Key, id: key.id.to_string() }).await?;
    tx.commit().await?;
    Ok(IssuedKey { key, view, secret: fresh.secret })
}

/// A key that whoever acts would own.
fn new_key_in<'a>(cx: &'a Cx, project: &'a ProjectId) -> Target<'a> {
    Target { resource: Resource::Key, project: Some(project), owner: cx.actor().user().map(|user| &user.id) }
}

/// The project asked for, the actor's own, or the first one.
async fn project(cx: &Cx, asked: Option<ProjectId>) -> Result<ProjectId> {
    let project = match (asked, cx.actor()) {
        (Some(id), _) => match cx.store().find_project(&id).await? {
            // A project in which nothing may be seen is one that does not exist.
            Some(project) if cx.principal().judge(Verb::Create, &new_key_in(cx, &id)) != Decision::Hide => project,
            _ => return Err(FieldErrors::one("project_id", Violation::NoSuch { noun: "project" }).into()),
        },
        (None, Actor::User(user)) => return Ok(user.project_id.clone()),
        (None, _) => {
            cx.store().first_project().await?.ok_or_else(|| Error::internal("the database holds no project"))?
        }
    };
    let project = cx.keyring().verify(project).map_err(|damaged| Error::damaged("project_damaged", &damaged))?;
    Ok(project.into_inner().id)
}

async fn upstreams_exist(cx: &Cx, new: &NewKey) -> Result<()> {
    let asked = &new.policy.allowed_upstreams;
    if asked.is_empty() {
        return Ok(());
    }
    let known = cx.store().list_upstreams().await?;
    match asked.iter().find(|id| known.iter().all(|row| row.upstream.id() != id.as_str())) {
        Some(id) => {
            let mut errors = FieldErrors::default();
            errors.push_entry("allowed_upstreams", id.as_str(), Violation::NoSuch { noun: "upstream" });
            Err(errors.into())
        }
        None => Ok(()),
    }
}

impl Perform for KeysCreate {
    async fn perform(cx: &Cx, (): (), shape: CreateKey) -> Result<IssuedKeyView> {
        let issued = create(cx, shape.try_into()?).await?;
        Ok(IssuedKeyView {
            key: issued.view,
            secret: issued.secret.expose_secret().to_owned(),
            base_url: format!("{}/v1", cx.settings().gateway_url),
        })
    }
}
