//! Name resolution: the system's resolver on threads of its own, one look-up per name, answers kept for seconds.
//!
//! `getaddrinfo` blocks for as long as a name server is silent. On the runtime's pool for blocking work it would keep
//! password hashing and file syncing waiting, and every waiter for a name would take a thread. So there are few threads
//! here, each name is looked up once however many wait for it, and a name that hangs takes one thread and no more.

use std::{
    io,
    net::{IpAddr, ToSocketAddrs as _},
    sync::{Arc, mpsc},
    time::Duration,
};

use foldhash::HashMap;
use parking_lot::Mutex;
use tokio::{sync::watch, time::Instant};

/// Look-ups under way at once.
const THREADS: usize = 16;
/// Names that wait for a thread; more fail at once.
const QUEUE: usize = 256;
/// An answer is good for so long.
const GOOD: Duration = Duration::from_secs(10);
/// A failure is shared for so long.
const FAILED: Duration = Duration::from_secs(1);
/// Names remembered at once.
const NAMES: usize = 10_000;

type Answer = Result<Arc<[IpAddr]>, Arc<io::Error>>;
type Lookup = Arc<dyn Fn(&str) -> io::Result<Vec<IpAddr>> + Send + Sync>;

/// A resolver. Clones share threads and answers.
#[derive(Clone)]
pub(crate) struct Names(Arc<Inner>);

struct Inner {
    known: Mutex<HashMap<String, Known>>,
    queue: mpsc::SyncSender<(String, watch::Sender<Option<Answer>>)>,
}

struct Known {
    answer: watch::Receiver<Option<Answer>>,
    /// Until when it is good; `None` while it is looked up.
    until: Option<Instant>,
}

impl Names {
    /// The resolver of this machine: hosts file, name servers, whatever it is set to.
    pub(crate) fn of_this_machine() -> Self {
        let lookup: Lookup = Arc::new(|host| Ok((host, 0).to_socket_addrs()?.map(|address| address.ip()).collect()));
        Self::over(&lookup)
    }

    fn over(lookup: &Lookup) -> Self {
        let (queue, waiting) = mpsc::sync_channel::<(String, watch::Sender<Option<Answer>>)>(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for number in 0..THREADS {
            let (waiting, lookup) = (waiting.clone(), Arc::clone(lookup));
            let work = move || {
                loop {
                    // Kept while it waits: whoever has the lock takes the next name.
                    let next = waiting.lock().recv();
                    let Ok((host, tell)) = next else { return };
                    let found = lookup(&host).map(Arc::from).map_err(Arc::new);
                    let _ = tell.send(Some(found));
                }
            };
            // Without any thread every look-up fails, which is said where it does.
            if let Err(error) = std::thread::Builder::new().name(format!("names-{number}")).spawn(work) {
                tracing::error!(%error, "a thread for name resolution could not be started");
            }
        }
        Self(Arc::new(Inner { known: Mutex::default(), queue }))
    }

    /// The addresses of a host; an address stands for itself.
    pub(crate) async fn resolve(&self, host: &str) -> Answer {
        if let Ok(address) = host.parse::<IpAddr>() {
            return Ok(Arc::from([address]));
        }
        let mut answer = self.ask(host)?;
        let gone = |_| Arc::new(io::Error::other("the resolver has stopped"));
        let found = answer.wait_for(Option::is_some).await.map_err(gone)?.clone();
        let found = found.unwrap_or_else(|| Err(Arc::new(io::Error::other("no answer"))));
        self.keep(host, &found);
        found
    }

    /// The answer that is there or on its way, or a new look-up.
    fn ask(&self, host: &str) -> Result<watch::Receiver<Option<Answer>>, Arc<io::Error>> {
        let mut known = self.0.known.lock();
        let now = now();
        if let Some(found) = known.get(host)
            && match found.until {
                Some(until) => now < until,
                // Answered when no one waited any more: how old it is, is not known.
                None => found.answer.borrow().is_none(),
            }
        {
            return Ok(found.answer.clone());
        }
        if known.len() >= NAMES {
            known.retain(|_, found| found.until.is_none_or(|until| now < until));
        }
        let (tell, answer) = watch::channel(None);
        self.0
            .queue
            .try_send((host.to_owned(), tell))
            .map_err(|_| Arc::new(io::Error::new(io::ErrorKind::WouldBlock, "too many names are being looked up")))?;
        known.insert(host.to_owned(), Known { answer: answer.clone(), until: None });
        Ok(answer)
    }

    /// How long what was found is good.
    fn keep(&self, host: &str, found: &Answer) {
        let mut known = self.0.known.lock();
        if let Some(entry) = known.get_mut(host)
            && entry.until.is_none()
            && entry.answer.borrow().is_some()
        {
            entry.until = Some(now() + if found.is_ok() { GOOD } else { FAILED });
        }
    }
}

/// How long an answer is good is a matter of real time, whatever the injected clock says.
#[allow(clippy::disallowed_methods)]
fn now() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// A resolver that knows one name, hangs at another, and counts what it is asked.
    fn scripted() -> (Names, Arc<AtomicUsize>) {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = asked.clone();
        let lookup: Lookup = Arc::new(move |host| {
            counted.fetch_add(1, Ordering::SeqCst);
            match host {
                "known.test" => Ok(vec!["192.0.2.7".parse().unwrap()]),
                hangs if hangs.starts_with("hangs") => {
                    std::thread::park();
                    Ok(vec![])
                }
                _ => Err(io::ErrorKind::NotFound.into()),
            }
        });
        (Names::over(&lookup), asked)
    }

    #[tokio::test]
    async fn waiters_share_one_look_up_and_its_answer() {
        let (names, asked) = scripted();
        let all = futures_util::future::join_all((0..50).map(|_| names.resolve("known.test"))).await;
        assert!(all.iter().all(|found| found.as_ref().unwrap()[0].to_string() == "192.0.2.7"));
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        names.resolve("known.test").await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 1, "kept");
        assert!(names.resolve("unknown.test").await.is_err() && names.resolve("unknown.test").await.is_err());
        assert_eq!(asked.load(Ordering::SeqCst), 2, "a failure is kept too");
        assert_eq!(names.resolve("::1").await.unwrap()[0].to_string(), "::1");
    }

    #[tokio::test]
    async fn a_name_that_hangs_takes_one_thread_and_keeps_no_other_name_waiting() {
        let (names, asked) = scripted();
        let mut hanging = tokio::task::JoinSet::new();
        for _ in 0..100 {
            let names = names.clone();
            hanging.spawn(async move { names.resolve("hangs.test").await.map(drop) });
        }
        tokio::task::yield_now().await;
        names.resolve("known.test").await.unwrap();
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        hanging.abort_all();
    }
}
