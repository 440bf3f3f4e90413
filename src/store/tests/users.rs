//! Store tests: users and members.

use domain::{Damage, Project, ProjectId, Role, User};
use store::{Constraint, Error, Store};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, behind_its_back, bytes, project, sound, user, with_project};

/// The person and what their password is checked by.
async fn found(store: &Store, email: &str) -> Option<(User, String)> {
    let (account, member) = store.find_user_by_email(email).await.unwrap()?;
    let account = account.verify(&TestMacs).unwrap();
    let member = member.unwrap().verify(&TestMacs).unwrap();
    Some((User::of(&account, &member), account.into_inner().password_hash))
}

both_engines! {
    async fn people_are_found_by_id_and_by_address(db: TestDb) {
        with_project(&db.store).await;
        assert_eq!(db.store.count_users().await.unwrap(), 0);
        let owner = User { role: Role::Owner, ..user(1) };
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&TestMacs, &owner, "one").await.unwrap();
        tx.insert_user(&TestMacs, &user(2), "two").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.count_users().await.unwrap(), 2);
        assert_eq!(db.store.find_user(&owner.id).await.unwrap().unwrap().0.id(), owner.id.as_str());
        assert!(db.store.find_user(&user(9).id).await.unwrap().is_none());
        let email = owner.email.clone();
        assert_eq!(found(&db.store, &email).await, Some((owner, "one".to_owned())));
        assert_eq!(found(&db.store, "nobody@example.org").await, None);
        assert_eq!(found(&db.store, "\0").await, None);
    }

    async fn addresses_are_unique(db: TestDb) {
        with_project(&db.store).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&TestMacs, &user(1), "hash").await.unwrap();
        let same = User { email: user(1).email, ..user(2) };
        let refused = tx.insert_user(&TestMacs, &same, "hash").await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::UsersEmail))));
    }

    async fn a_person_needs_their_project(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        let refused = tx.insert_user(&TestMacs, &user(1), "hash").await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::Reference))));
    }

    async fn a_password_is_replaced_for_one_person(db: TestDb) {
        with_project(&db.store).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&TestMacs, &user(1), "one").await.unwrap();
        tx.insert_user(&TestMacs, &user(2), "two").await.unwrap();
        let row = tx.find_account(&user(1).id).await.unwrap().unwrap();
        let mut account = row.verify(&TestMacs).unwrap();
        "new".clone_into(&mut account.edit().password_hash);
        tx.update_account(&TestMacs, account).await.unwrap();
        tx.commit().await.unwrap();
        let hash = async |n| found(&db.store, &user(n).email).await.unwrap().1;
        assert_eq!((hash(1).await, hash(2).await), ("new".to_owned(), "two".to_owned()));
    }

    async fn an_unknown_role_damages_its_row_alone(db: TestDb) {
        with_project(&db.store).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&TestMacs, &user(1), "one").await.unwrap();
        tx.insert_user(&TestMacs, &user(2), "two").await.unwrap();
        tx.commit().await.unwrap();
        behind_its_back(&db, &format!("UPDATE members SET role = 'emperor' WHERE user_id = '{}'", user(1).id)).await;
        let (account, member) = db.store.find_user(&user(1).id).await.unwrap().unwrap();
        assert!(account.verify(&TestMacs).is_ok());
        let damaged = member.unwrap().verify(&TestMacs).unwrap_err();
        assert!(matches!(damaged.damage, Damage::Unreadable(what) if what.contains("members.role")));
        assert!(found(&db.store, &user(2).email).await.is_some());
    }

    async fn the_first_project_is_the_oldest(db: TestDb) {
        assert!(db.store.first_project().await.unwrap().is_none());
        let later = Project {
            id: ProjectId::new(NOON.plus(1), bytes(0)),
            name: "Another".to_owned(),
            created_at: NOON.plus(1),
        };
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_project(&TestMacs, &later).await.unwrap();
        tx.insert_project(&TestMacs, &project()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(sound(db.store.first_project().await.unwrap()), Some(project()));
        assert_eq!(sound(db.store.find_project(&later.id).await.unwrap()), Some(later));
        assert!(db.store.find_project(&ProjectId::new(NOON, bytes(9))).await.unwrap().is_none());
        let mut tx = db.store.begin().await.unwrap();
        let same = Project { id: ProjectId::new(NOON, bytes(8)), ..project() };
        let refused = tx.insert_project(&TestMacs, &same).await;
        assert!(matches!(refused, Err(Error::Conflict(Constraint::ProjectsName))));
    }
}
