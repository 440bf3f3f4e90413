//! Request body reader tests: limits, pace, memory permits.

use futures_util::stream;

use super::*;

fn pace() -> Pace {
    Pace::of(Duration::from_secs(30), 1024, Duration::from_secs(10))
}

/// A body that brings each piece after its pause.
fn dripping(pieces: Vec<(u64, Vec<u8>)>) -> Body {
    Body::from_stream(stream::unfold(pieces.into_iter(), |mut pieces| async move {
        let (pause, piece) = pieces.next()?;
        sleep(Duration::from_millis(pause)).await;
        Some((Ok::<_, std::io::Error>(piece), pieces))
    }))
}

/// A request under way with a key of its own.
fn guard(n: u8) -> Arc<StreamGuard> {
    thread_local!(static ALL: Arc<crate::directory::OpenStreams> = Arc::default());
    let key = domain::KeyId::new(domain::Timestamp(1), [n; 10]);
    Arc::new(ALL.with(|all| all.register(&key)))
}

fn memory(bytes: u64) -> Memory {
    Memory::of(bytes)
}

async fn whole(body: Body, limit: u64, memory: &Memory) -> Result<Bytes, BodyError> {
    BodyReader::new(body, limit, pace())?.whole(memory, &guard(1)).await.map(|(bytes, _)| bytes)
}

#[tokio::test(start_paused = true)]
async fn bodies_come_whole_however_they_are_cut() {
    let all = memory(1 << 20);
    let pieces = (0..100_u8).map(|n| (0, vec![n; 1000])).collect();
    let bytes = whole(dripping(pieces), 100_000, &all).await.unwrap();
    assert_eq!(bytes.len(), 100_000);
    assert!(bytes.chunks(1000).zip(0..).all(|(piece, n)| piece.iter().all(|b| *b == n)));
    assert_eq!(whole(Body::empty(), 10, &all).await.unwrap(), Bytes::new());
    assert_eq!(all.available(), 1024, "memory comes back");
}

#[tokio::test(start_paused = true)]
async fn too_large_declared_or_real() {
    let all = memory(1 << 20);
    assert_eq!(BodyReader::new(Body::from(vec![0; 11]), 10, pace()).err(), Some(BodyError::TooLarge(10)));
    assert!(whole(Body::from(vec![0; 10]), 10, &all).await.is_ok());
    let real = whole(dripping(vec![(0, vec![0; 6]), (0, vec![0; 6])]), 10, &all).await;
    assert_eq!(real, Err(BodyError::TooLarge(10)));
}

#[tokio::test(start_paused = true)]
async fn idle_and_trickling_bodies_are_cut_off() {
    let all = memory(1 << 20);
    let idle = whole(dripping(vec![(0, vec![0; 100_000]), (31_000, vec![0])]), 1 << 20, &all).await;
    assert_eq!(idle, Err(BodyError::TooSlow));
    // A byte a second never is idle, and is under 1 KiB/s once the grace is over.
    let trickle = whole(dripping(vec![(1000, vec![0]); 60]), 1 << 20, &all).await;
    assert_eq!(trickle, Err(BodyError::TooSlow));
    let steady = whole(dripping(vec![(1000, vec![0; 1100]); 29]), 1 << 20, &all).await;
    assert_eq!(steady.map(|bytes| bytes.len()), Ok(31_900));
}

#[tokio::test(start_paused = true)]
async fn time_that_we_do_not_read_does_not_count_against_the_client() {
    let mut body = BodyReader::new(dripping(vec![(0, vec![0; 10]); 5]), 100, pace()).unwrap();
    while let Some(piece) = body.frame().await {
        assert!(piece.is_ok());
        sleep(Duration::from_mins(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn all_of_a_body_has_an_end() {
    let all = memory(1 << 20);
    // Never idle and above 1 KiB/s, but forty seconds for what takes thirty at most.
    let slow = whole(dripping(vec![(1000, vec![0; 2000]); 40]), 1 << 20, &all).await;
    assert_eq!(slow, Err(BodyError::TooSlow));
}

#[tokio::test(start_paused = true)]
async fn memory_is_shared_and_its_lack_is_said() {
    let all = memory(64 << 10);
    let mut kept = Vec::new();
    for key in 0..4 {
        let body = BodyReader::new(Body::from(vec![0; 15 << 10]), 1 << 20, pace()).unwrap();
        kept.push(body.whole(&all, &guard(10 + key)).await.unwrap());
    }
    assert_eq!(whole(Body::from(vec![0; 8 << 10]), 1 << 20, &all).await, Err(BodyError::Overloaded));
    assert!(whole(Body::from(vec![0; 4 << 10]), 1 << 20, &all).await.is_ok());
    drop(kept);
    assert!(whole(Body::from(vec![0; 8 << 10]), 1 << 20, &all).await.is_ok());
    assert_eq!(all.available(), 64);
}

#[tokio::test(start_paused = true)]
async fn one_key_holds_a_quarter_at_most() {
    let all = memory(64 << 10);
    let same = guard(7);
    let body = |size: usize| BodyReader::new(Body::from(vec![0; size]), 1 << 20, pace()).unwrap();
    let kept = body(10 << 10).whole(&all, &same).await.unwrap();
    let more = body(10 << 10).whole(&all, &same).await;
    assert_eq!(more.err(), Some(BodyError::KeyOverloaded));
    assert!(body(10 << 10).whole(&all, &guard(8)).await.is_ok(), "another key is not kept waiting");
    let pieces = BodyReader::new(dripping(vec![(0, vec![0; 9 << 10]); 2]), 1 << 20, pace()).unwrap();
    assert_eq!(pieces.whole(&all, &guard(8)).await.err(), Some(BodyError::KeyOverloaded), "undeclared ones too");
    drop(kept);
    assert!(body(16 << 10).whole(&all, &same).await.is_ok());
}

#[tokio::test]
async fn a_break_is_reported_from_outside_with_its_reason() {
    for (kind, reason) in [
        (std::io::ErrorKind::UnexpectedEof, BodyError::Gone),
        (std::io::ErrorKind::ConnectionReset, BodyError::Gone),
        (std::io::ErrorKind::InvalidData, BodyError::Broke),
    ] {
        let broken = stream::iter([Ok(vec![1_u8]), Err(std::io::Error::from(kind))]);
        let mut body = BodyReader::new(Body::from_stream(broken), 100, pace()).unwrap();
        let failure = body.failure();
        assert!(body.frame().await.unwrap().is_ok());
        assert_eq!(failure.get(), None);
        assert!(body.frame().await.unwrap().is_err());
        assert_eq!(failure.get(), Some(&reason));
    }
}
