//! Write coalescing tests: order, back-pressure, failures, gates.

use std::{
    future::poll_fn,
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
};

use proptest::prelude::*;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    task::yield_now,
};

use super::*;

/// A corked stream and its other end.
async fn pair() -> (Corked, TcpStream) {
    gated(None).await
}

/// The same, through a gate.
async fn gated(gate: Option<Arc<dyn Gate>>) -> (Corked, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let far = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
    let (near, _) = listener.accept().await.unwrap();
    near.set_nodelay(true).unwrap();
    (Corked::new(near, gate), far)
}

/// What has arrived by now. Loopback delivers within the write itself.
fn arrived(far: &TcpStream) -> usize {
    let far = std::os::fd::AsFd::as_fd(far).try_clone_to_owned().unwrap();
    let mut buffer = vec![0; 1 << 20];
    match std::net::TcpStream::from(far).peek(&mut buffer) {
        Ok(size) => size,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => 0,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn small_writes_of_a_turn_leave_together_at_its_end() {
    let mut pairs = Vec::new();
    for _ in 0..5 {
        pairs.push(pair().await);
    }
    for (near, _) in &mut pairs {
        near.write_all(b"head, ").await.unwrap();
        near.write_all(b"body").await.unwrap();
        near.flush().await.unwrap();
    }
    assert!(pairs.iter().all(|(_, far)| arrived(far) == 0));
    // The turn's own task is looked at first, and waits for a look at the sockets; both are over by then.
    yield_now().await;
    yield_now().await;
    assert!(pairs.iter().all(|(_, far)| arrived(far) == 10));
    // The next turn is a new one.
    pairs[0].0.write_all(b"more").await.unwrap();
    assert_eq!(arrived(&pairs[0].1), 10);
    yield_now().await;
    yield_now().await;
    assert_eq!(arrived(&pairs[0].1), 14);
}

#[tokio::test]
async fn what_is_large_leaves_right_behind_what_is_kept() {
    let (mut near, mut far) = pair().await;
    near.write_all(b"head").await.unwrap();
    let body = vec![b'b'; 100_000];
    let at_once = poll_fn(|cx| Poll::Ready(Pin::new(&mut near).poll_write(cx, &body))).await;
    assert!(at_once.is_pending() && arrived(&far) == 0);
    let written = poll_fn(|cx| Pin::new(&mut near).poll_write(cx, &body)).await.unwrap();
    assert!(written > 8 * 1024, "{written}");
    assert!(arrived(&far) > 4);
    let mut head = [0; 5];
    far.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"headb");
}

/// A gate that counts, and may be closed.
#[derive(Default)]
struct Counting {
    passed: AtomicUsize,
    closed: AtomicBool,
}

impl Gate for Counting {
    fn pass(&self) -> io::Result<()> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.passed.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}

#[tokio::test]
async fn every_byte_leaves_through_the_gate() {
    let gate = Arc::new(Counting::default());
    let (mut near, far) = gated(Some(gate.clone())).await;
    let passed = || gate.passed.load(Ordering::Relaxed);
    near.write_all(b"small").await.unwrap();
    assert_eq!((passed(), arrived(&far)), (0, 0));
    yield_now().await;
    yield_now().await;
    assert_eq!((passed(), arrived(&far)), (1, 5));
    near.write_all(&vec![b'x'; 20_000]).await.unwrap();
    assert!(passed() > 1);
    let before = passed();
    near.write_all(b"last").await.unwrap();
    near.shutdown().await.unwrap();
    assert!(passed() > before);
}

#[tokio::test]
async fn through_a_closed_gate_nothing_leaves_and_the_writer_is_notified() {
    for (text, length) in [("small", 5), ("large", 20_000)] {
        let gate = Arc::new(Counting::default());
        gate.closed.store(true, Ordering::Relaxed);
        let (mut near, far) = gated(Some(gate)).await;
        let error = loop {
            let written = match near.write_all(&vec![b'x'; length]).await {
                Ok(()) => near.flush().await,
                Err(error) => Err(error),
            };
            match written {
                Ok(()) => yield_now().await,
                Err(error) => break error,
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::StorageFull, "{text}");
        assert_eq!(arrived(&far), 0, "{text}");
    }
}

#[tokio::test]
async fn nothing_is_left_behind_by_a_shutdown_or_a_drop() {
    for shuts_down in [true, false] {
        let (mut near, mut far) = pair().await;
        near.write_all(b"last word").await.unwrap();
        if shuts_down {
            near.shutdown().await.unwrap();
            assert_eq!(arrived(&far), 9);
        }
        drop(near);
        let mut read = String::new();
        far.read_to_string(&mut read).await.unwrap();
        assert_eq!(read, "last word");
    }
}

#[test]
fn a_runtime_that_ends_in_mid_turn_writes_what_is_kept() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
    let far = runtime.block_on(async {
        let (mut near, far) = pair().await;
        near.write_all(b"last word").await.unwrap();
        far.into_std().unwrap()
    });
    drop(runtime);
    far.set_nonblocking(false).unwrap();
    let mut read = String::new();
    io::Read::read_to_string(&mut { far }, &mut read).unwrap();
    assert_eq!(read, "last word");
}

#[tokio::test]
async fn a_reader_that_is_gone_is_noticed_at_the_next_flush() {
    let (mut near, far) = pair().await;
    near.write_all(b"never read").await.unwrap();
    yield_now().await;
    yield_now().await;
    // With something unread the other end resets instead of closing.
    drop(far);
    near.write_all(b"into the void").await.unwrap();
    let error = loop {
        match near.flush().await {
            Ok(()) => yield_now().await,
            Err(error) => break error,
        }
    };
    assert!(matches!(error.kind(), io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe), "{error}");
}

#[tokio::test]
async fn a_full_socket_keeps_its_writer_waiting_and_wakes_it() {
    let (mut near, mut far) = pair().await;
    // Small writes, until the kernel takes no more and then we do not either.
    let piece = [b'x'; 4096];
    let mut sent = 0;
    let mut is_full = false;
    while !is_full {
        let mut write = Box::pin(near.write(&piece));
        is_full = poll_fn(|cx| Poll::Ready(write.as_mut().poll(cx).is_pending())).await;
        if !is_full {
            sent += piece.len();
        }
        drop(write);
        yield_now().await;
    }
    assert!(sent > piece.len(), "{sent}");
    let ends = async move {
        near.write_all(b"end").await.unwrap();
        near.shutdown().await.unwrap();
    };
    let mut read = Vec::new();
    let ((), end) = tokio::join!(ends, far.read_to_end(&mut read));
    end.unwrap();
    assert_eq!(read.len(), sent + 3);
    assert!(read.ends_with(b"xend"));
}

/// What a writer may do.
#[derive(Clone, Debug)]
enum Act {
    Write(usize),
    Vectored(usize, usize),
    Flush,
    Yield,
    /// The other end reads as much.
    Read(usize),
}

fn act() -> impl Strategy<Value = Act> {
    let size = || prop_oneof![0..64_usize, 4000..9000_usize, 60_000..80_000_usize];
    prop_oneof![
        size().prop_map(Act::Write),
        (size(), size()).prop_map(|(head, body)| Act::Vectored(head, body)),
        Just(Act::Flush),
        Just(Act::Yield),
        size().prop_map(Act::Read),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_byte_arrives_once_and_in_order(acts in prop::collection::vec(act(), 1..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build().unwrap();
        runtime.block_on(async {
            let (mut near, mut far) = pair().await;
            let mut numbers = (0..).map(|n: u32| (n % 251) as u8);
            let mut bytes = |size: usize| -> Vec<u8> { numbers.by_ref().take(size).collect() };
            let (mut sent, mut read) = (Vec::new(), Vec::new());
            for act in acts {
                match act {
                    Act::Write(size) => {
                        let all = bytes(size);
                        write(&mut near, &[&all], &mut far, &mut read).await;
                        sent.extend(all);
                    }
                    Act::Vectored(head, body) => {
                        let (head, body) = (bytes(head), bytes(body));
                        write(&mut near, &[&head, &body], &mut far, &mut read).await;
                        sent.extend(head);
                        sent.extend(body);
                    }
                    Act::Flush => {
                        let _ = poll_fn(|cx| Poll::Ready(Pin::new(&mut near).poll_flush(cx))).await;
                    }
                    Act::Yield => yield_now().await,
                    Act::Read(size) => some(&mut far, size, &mut read),
                }
            }
            let shut = async { near.shutdown().await.unwrap() };
            let ((), rest) = tokio::join!(shut, far.read_to_end(&mut read));
            rest.unwrap();
            assert!(sent == read, "{} bytes sent, {} read", sent.len(), read.len());
        });
    }
}

/// Writes all of `parts`; where that waits, the other end reads.
async fn write(near: &mut Corked, parts: &[&[u8]], far: &mut TcpStream, read: &mut Vec<u8>) {
    let all = parts.concat();
    let mut at = 0;
    while at < all.len() {
        let first = parts[0].len();
        let slices = if at < first { vec![&all[at..first], &all[first..]] } else { vec![&all[at..]] };
        let slices: Vec<_> = slices.into_iter().map(IoSlice::new).collect();
        match poll_fn(|cx| Poll::Ready(Pin::new(&mut *near).poll_write_vectored(cx, &slices))).await {
            Poll::Ready(written) => at += written.unwrap(),
            Poll::Pending => some(far, 50_000, read),
        }
        if at < all.len() {
            yield_now().await;
        }
    }
}

fn some(far: &mut TcpStream, size: usize, read: &mut Vec<u8>) {
    let mut buffer = vec![0; size];
    if let Ok(size) = far.try_read(&mut buffer) {
        read.extend_from_slice(&buffer[..size]);
    }
}
