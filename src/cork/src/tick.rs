//! Event loop tick: which write halves are flushed at its end.

use std::{cell::RefCell, sync::Arc};

use parking_lot::Mutex;
use tokio::task::yield_now;

use crate::write_half::WriteHalf;

thread_local! {
    /// The tick of the event loop that this thread runs.
    static AT_HAND: RefCell<Tick> = RefCell::new(Tick::over());
}

/// Has a write half flushed at the end of this thread's tick.
pub(crate) fn join(write_half: Arc<WriteHalf>) {
    AT_HAND.with_borrow_mut(|tick| {
        if let Err(write_half) = tick.add(write_half) {
            *tick = Tick::begin(write_half);
        }
    });
}

/// The write halves of one tick; `None` once it is over.
#[derive(Clone)]
struct Tick(Arc<Mutex<Option<Vec<Arc<WriteHalf>>>>>);

impl Tick {
    fn over() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// A tick that ends when the runtime has looked at its sockets once more.
    fn begin(write_half: Arc<WriteHalf>) -> Self {
        let tick = Self(Arc::new(Mutex::new(Some(vec![write_half]))));
        let end = TickEnd(tick.clone());
        // It lives for a tick, and should the runtime drop it, it writes all the same: no task has to wait for it.
        #[allow(clippy::disallowed_methods)]
        tokio::spawn(async move {
            yield_now().await;
            drop(end);
        });
        tick
    }

    fn add(&self, write_half: Arc<WriteHalf>) -> Result<(), Arc<WriteHalf>> {
        match &mut *self.0.lock() {
            Some(write_halves) => {
                write_halves.push(write_half);
                Ok(())
            }
            None => Err(write_half),
        }
    }
}

/// Ends a tick, whatever becomes of its task.
struct TickEnd(Tick);

impl Drop for TickEnd {
    fn drop(&mut self) {
        let write_halves = self.0.0.lock().take();
        for write_half in write_halves.into_iter().flatten() {
            write_half.end_of_tick();
        }
    }
}
