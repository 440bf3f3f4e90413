use domain::{Project, ProjectId, Role, User};
use store::Error;
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, behind_its_back, bytes, project, user, with_project};

both_engines! {
    async fn people_are_found_by_id_and_by_address(db: TestDb) {
        with_project(&db.store).await;
        assert_eq!(db.store.count_users().await.unwrap(), 0);
        let owner = User { role: Role::Owner, ..user(1) };
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&owner, "one").await.unwrap();
        tx.insert_user(&user(2), "two").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.count_users().await.unwrap(), 2);
        assert_eq!(db.store.find_user(&owner.id).await.unwrap(), Some(owner.clone()));
        assert_eq!(db.store.find_user(&user(9).id).await.unwrap(), None);
        let found = db.store.find_user_by_email(&owner.email).await.unwrap();
        assert_eq!(found, Some((owner, "one".to_owned())));
        assert_eq!(db.store.find_user_by_email("nobody@example.org").await.unwrap(), None);
        assert_eq!(db.store.find_user_by_email("\0").await.unwrap(), None);
    }

    async fn addresses_are_unique(db: TestDb) {
        with_project(&db.store).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&user(1), "hash").await.unwrap();
        let same = User { email: user(1).email, ..user(2) };
        assert!(matches!(tx.insert_user(&same, "hash").await, Err(Error::Conflict("users_email"))));
    }

    async fn a_person_needs_their_project(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        assert!(matches!(tx.insert_user(&user(1), "hash").await, Err(Error::Conflict("reference"))));
    }

    async fn a_password_is_replaced_for_one_person(db: TestDb) {
        with_project(&db.store).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&user(1), "one").await.unwrap();
        tx.insert_user(&user(2), "two").await.unwrap();
        assert_eq!(tx.password_hash(&user(1).id).await.unwrap().as_deref(), Some("one"));
        assert_eq!(tx.password_hash(&user(9).id).await.unwrap(), None);
        tx.set_password(&user(1).id, "new").await.unwrap();
        assert_eq!(tx.password_hash(&user(1).id).await.unwrap().as_deref(), Some("new"));
        tx.commit().await.unwrap();
        let hash = async |n| db.store.find_user_by_email(&user(n).email).await.unwrap().unwrap().1;
        assert_eq!((hash(1).await, hash(2).await), ("new".to_owned(), "two".to_owned()));
        assert_eq!(db.store.find_user_with_password(&user(1).id).await.unwrap(), Some((user(1), "new".to_owned())));
    }

    async fn a_role_that_nobody_knows_is_damage(db: TestDb) {
        with_project(&db.store).await;
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_user(&user(1), "one").await.unwrap();
        tx.commit().await.unwrap();
        behind_its_back(&db, "UPDATE members SET role = 'emperor'").await;
        assert!(matches!(db.store.find_user(&user(1).id).await, Err(Error::Damaged(_))));
    }

    async fn the_first_project_is_the_oldest(db: TestDb) {
        assert_eq!(db.store.first_project().await.unwrap(), None);
        let later = Project {
            id: ProjectId::new(NOON.plus(1), bytes(0)),
            name: "Another".to_owned(),
            created_at: NOON.plus(1),
        };
        let mut tx = db.store.begin().await.unwrap();
        tx.insert_project(&later).await.unwrap();
        tx.insert_project(&project()).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(db.store.first_project().await.unwrap(), Some(project()));
        assert_eq!(db.store.find_project(&later.id).await.unwrap(), Some(later));
        assert_eq!(db.store.find_project(&ProjectId::new(NOON, bytes(9))).await.unwrap(), None);
        let mut tx = db.store.begin().await.unwrap();
        let same = Project { id: ProjectId::new(NOON, bytes(8)), ..project() };
        assert!(matches!(tx.insert_project(&same).await, Err(Error::Conflict("projects_name"))));
    }
}
