//! Strict durability test: `durability = "strict"`: every answer waits for the disk, and is the same answer (R2).

use reqwest::Method;
use serde_json::json;
use testkit::{TestServer, both_engines};

both_engines! {
    /// Whole answers, streams, answers without a body, refusals and echoes, many at once.
    async fn strict_answers_are_the_same_answers(engine) {
        let server = TestServer::with(engine, &[("durability", "strict")]).await;
        server.connect_upstream().await;
        let key = server.key(json!({ "allowed_models": ["m", "echo", "endless"] })).await;
        let one = async {
            assert!(server.chat(&key, "m", "x").await.text().await.unwrap().contains("chat.completion"));
            assert!(server.chat_stream(&key, "m", "x").await.text().await.unwrap().trim_end().ends_with("data: [DONE]"));
            assert!(server.chat(&key, "echo", "x").await.text().await.unwrap().contains("chat.completion"));
            assert_eq!(server.chat(&key, "o3", "x").await.status(), 403);
            let head = server.call(Method::HEAD, "/v1/files/f/content", &key.secret).send().await.unwrap();
            assert!(head.status().is_success() || head.status().is_client_error());
            let mut gone = server.chat_stream(&key, "endless", "x").await;
            assert!(gone.chunk().await.unwrap().is_some());
        };
        one.await;
        let many = (0..32).map(|_| async {
            assert_eq!(server.chat(&key, "m", "x").await.text().await.unwrap().matches("chat.completion").count(), 1);
        });
        futures_util::future::join_all(many).await;
        server.upstream().wait_cancelled(1).await;
        let rows = server.logs().await;
        assert_eq!(rows.len(), 6 + 32);
        assert_eq!(rows.iter().filter(|row| row["error_class"] == "client_gone").count(), 1);
        assert_eq!(rows.iter().filter(|row| row["error_class"] == "model_not_allowed").count(), 1);
    }
}
