//! Store tests: model routes.

use domain::{Deployment, ModelId, ModelRoute, Strategy, Visible};
use store::{Constraint, Error};
use testkit_db::{TestDb, both_engines};

use crate::builders::{NOON, TestMacs, bytes, upstream};

fn route(n: u8) -> ModelRoute {
    let at = NOON.plus(i64::from(n));
    let deployment = |n| Deployment { upstream: upstream(n).id, model: format!("m/{n} x"), weight: 3, priority: 1 };
    ModelRoute {
        id: ModelId::new(at, bytes(n)),
        name: format!("our model/{n}"),
        description: "for chat".to_owned(),
        strategy: Strategy::Weighted,
        deployments: vec![deployment(1), deployment(2)],
        retries: 3,
        retry_sent: true,
        rest_seconds: 45,
        timeout: (n == 1).then_some(20),
        created_at: at,
        updated_at: at,
    }
}

both_engines! {
    async fn routes_come_back_as_they_were_written(db: TestDb) {
        let mut tx = db.store.begin().await.unwrap();
        for n in 1..=3 {
            tx.insert_model(&TestMacs, &route(n)).await.unwrap();
        }
        let same_name = ModelRoute { name: route(1).name, ..route(4) };
        assert!(matches!(tx.insert_model(&TestMacs, &same_name).await, Err(Error::Conflict(Constraint::ModelsName))));
        drop(tx);
        let mut tx = db.store.begin().await.unwrap();
        for n in 1..=3 {
            tx.insert_model(&TestMacs, &route(n)).await.unwrap();
        }
        let mut row = tx.find_model(&route(2).id).await.unwrap().unwrap().verify(&TestMacs).unwrap();
        "changed".clone_into(&mut row.edit().description);
        tx.update_model(&TestMacs, row).await.unwrap();
        tx.delete_model(&route(3).id).await.unwrap();
        tx.commit().await.unwrap();
        let changed = ModelRoute { description: "changed".to_owned(), ..route(2) };
        let all: Vec<_> = db.store.list_models().await.unwrap().into_iter().map(|row| row.verify(&TestMacs).unwrap().into_inner()).collect();
        assert_eq!(all, [route(1), changed.clone()]);
        let everything = Visible::everything();
        let page = db.store.page_models(&everything, None, 1, 0).await.unwrap();
        assert_eq!((page.len(), page[0].id()), (1, route(2).id.as_str()));
        let below = db.store.page_models(&everything, Some(&route(2).id), 9, 0).await.unwrap();
        assert_eq!((below.len(), below[0].id()), (1, route(1).id.as_str()));
        assert_eq!(db.store.count_models(&everything).await.unwrap(), 2);
        let found = db.store.find_model_by_name("our model/2").await.unwrap().unwrap();
        assert_eq!(found.verify(&TestMacs).unwrap().into_inner(), changed);
        assert!(db.store.find_model(&route(3).id).await.unwrap().is_none());
    }
}
