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

async fn whole(body: Body, limit: u64, memory: &Arc<Semaphore>) -> Result<Bytes, BodyError> {
    BodyReader::new(body, limit, pace())?.whole(memory).await.map(|(bytes, _)| bytes)
}

#[tokio::test(start_paused = true)]
async fn bodies_come_whole_however_they_are_cut() {
    let all = memory(1 << 20);
    let pieces = (0..100_u8).map(|n| (0, vec![n; 1000])).collect();
    let bytes = whole(dripping(pieces), 100_000, &all).await.unwrap();
    assert_eq!(bytes.len(), 100_000);
    assert!(bytes.chunks(1000).zip(0..).all(|(piece, n)| piece.iter().all(|b| *b == n)));
    assert_eq!(whole(Body::empty(), 10, &all).await.unwrap(), Bytes::new());
    assert_eq!(all.available_permits(), 1024, "memory comes back");
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
    let steady = whole(dripping(vec![(1000, vec![0; 1100]); 60]), 1 << 20, &all).await;
    assert_eq!(steady.map(|bytes| bytes.len()), Ok(66_000));
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
async fn memory_is_shared_and_its_lack_is_said() {
    let all = memory(64 << 10);
    let (_, memory_permit) =
        BodyReader::new(Body::from(vec![0; 60 << 10]), 1 << 20, pace()).unwrap().whole(&all).await.unwrap();
    assert_eq!(whole(Body::from(vec![0; 8 << 10]), 1 << 20, &all).await, Err(BodyError::Overloaded));
    assert!(whole(Body::from(vec![0; 4 << 10]), 1 << 20, &all).await.is_ok());
    drop(memory_permit);
    assert!(whole(Body::from(vec![0; 8 << 10]), 1 << 20, &all).await.is_ok());
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
