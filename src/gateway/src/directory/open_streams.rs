//! Stream registry: requests under way per key, so that revoking a key ends its open streams (R4).

use std::sync::{
    Arc, Weak,
    atomic::{AtomicU64, Ordering},
};

use domain::{ErrorClass, KeyId};
use foldhash::HashMap;
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

/// The keys with requests under way.
#[derive(Default)]
pub(crate) struct OpenStreams {
    keys: Mutex<HashMap<KeyId, Weak<UnderWay>>>,
    /// Parent of every key's: the process is about to end.
    cut: CancellationToken,
}

/// What the requests under way of one key share.
struct UnderWay {
    token: CancellationToken,
    /// Memory that their bodies hold, bytes.
    body_bytes: AtomicU64,
}

/// A request under way. Dropping it ends the watch.
pub(crate) struct StreamGuard {
    shared: Option<Arc<UnderWay>>,
    key: KeyId,
    all: Arc<OpenStreams>,
}

impl OpenStreams {
    /// Watches `key` for a request.
    pub(crate) fn register(self: &Arc<Self>, key: &KeyId) -> StreamGuard {
        let mut keys = self.keys.lock();
        let shared = keys.get(key).and_then(Weak::upgrade).unwrap_or_else(|| {
            let shared = Arc::new(UnderWay { token: self.cut.child_token(), body_bytes: AtomicU64::new(0) });
            keys.insert(key.clone(), Arc::downgrade(&shared));
            shared
        });
        StreamGuard { shared: Some(shared), key: key.clone(), all: self.clone() }
    }

    /// Ends every request under way with the key.
    pub(crate) fn end(&self, key: &KeyId) {
        // Outside the lock: waking tasks is none of its business.
        let shared = self.keys.lock().remove(key);
        if let Some(shared) = shared.and_then(|shared| shared.upgrade()) {
            shared.token.cancel();
        }
    }

    /// The keys that have requests under way.
    pub(crate) fn keys(&self) -> Vec<KeyId> {
        self.keys.lock().keys().cloned().collect()
    }

    /// Ends every request under way: the process cannot wait any longer.
    pub(crate) fn cut(&self) {
        self.cut.cancel();
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.keys.lock().len()
    }
}

impl StreamGuard {
    /// Is cancelled when the key loses its access, or the process is about to end.
    pub(crate) fn ended(&self) -> CancellationToken {
        self.shared.as_ref().map(|shared| shared.token.clone()).unwrap_or_default()
    }

    /// Takes so many bytes of memory for a body, if the key's requests then hold no more than `most` together.
    pub(crate) fn take_body_bytes(&self, bytes: u64, most: u64) -> bool {
        let Some(shared) = &self.shared else { return true };
        let taken = |counted: u64| counted.checked_add(bytes).filter(|sum| *sum <= most);
        shared.body_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, taken).is_ok()
    }

    /// Gives them back.
    pub(crate) fn give_body_bytes(&self, bytes: u64) {
        if let Some(shared) = &self.shared {
            shared.body_bytes.fetch_sub(bytes, Ordering::Relaxed);
        }
    }

    /// Why [`StreamGuard::ended`] is cancelled.
    pub(crate) fn reason(&self) -> ErrorClass {
        if self.all.cut.is_cancelled() { ErrorClass::Interrupted } else { ErrorClass::RevokedMidStream }
    }
}

impl Drop for StreamGuard {
    fn drop(&mut self) {
        let mut keys = self.all.keys.lock();
        self.shared = None;
        // The last one out; what `end` took away or others still hold is not ours to remove.
        if keys.get(&self.key).is_some_and(|shared| shared.strong_count() == 0) {
            keys.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use domain::Timestamp;

    use super::*;

    #[test]
    fn ending_a_key_reaches_all_its_requests_and_no_others() {
        let open_streams = Arc::new(OpenStreams::default());
        let (one, two) = (KeyId::new(Timestamp(1), [1; 10]), KeyId::new(Timestamp(1), [2; 10]));
        let (a, b, c) = (open_streams.register(&one), open_streams.register(&one), open_streams.register(&two));
        open_streams.end(&one);
        assert!(a.ended().is_cancelled() && b.ended().is_cancelled() && !c.ended().is_cancelled());
        // Enabled again: the next request is not ended by what came before, nor unwatched when the old ones go.
        let again = open_streams.register(&one);
        drop((a, b));
        assert!(!again.ended().is_cancelled());
        open_streams.end(&one);
        assert!(again.ended().is_cancelled());
    }

    #[test]
    fn nothing_stays_behind() {
        let open_streams = Arc::new(OpenStreams::default());
        let key = KeyId::new(Timestamp(1), [1; 10]);
        let (a, b) = (open_streams.register(&key), open_streams.register(&key));
        drop(a);
        assert_eq!(open_streams.len(), 1);
        drop(b);
        assert_eq!(open_streams.len(), 0);
    }
}
