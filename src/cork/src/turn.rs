//! The turn at hand: which lines have something to be written at its end.

use std::{cell::RefCell, sync::Arc};

use parking_lot::Mutex;
use tokio::task::yield_now;

use crate::line::Line;

thread_local! {
    /// The turn of the event loop that this thread runs.
    static AT_HAND: RefCell<Turn> = RefCell::new(Turn::over());
}

/// Has a line written at the end of this thread's turn.
pub(crate) fn join(line: Arc<Line>) {
    AT_HAND.with_borrow_mut(|turn| {
        if let Err(line) = turn.add(line) {
            *turn = Turn::begin(line);
        }
    });
}

/// The lines of one turn; `None` once it is over.
#[derive(Clone)]
struct Turn(Arc<Mutex<Option<Vec<Arc<Line>>>>>);

impl Turn {
    fn over() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    /// A turn that ends when the runtime has looked at its sockets once more.
    fn begin(line: Arc<Line>) -> Self {
        let turn = Self(Arc::new(Mutex::new(Some(vec![line]))));
        let end = End(turn.clone());
        // It lives for a turn, and should the runtime drop it, it writes all the same: nobody has to wait for it.
        #[allow(clippy::disallowed_methods)]
        tokio::spawn(async move {
            yield_now().await;
            drop(end);
        });
        turn
    }

    fn add(&self, line: Arc<Line>) -> Result<(), Arc<Line>> {
        match &mut *self.0.lock() {
            Some(lines) => {
                lines.push(line);
                Ok(())
            }
            None => Err(line),
        }
    }
}

/// Ends a turn, whatever becomes of its task.
struct End(Turn);

impl Drop for End {
    fn drop(&mut self) {
        let lines = self.0.0.lock().take();
        for line in lines.into_iter().flatten() {
            line.end_of_turn();
        }
    }
}
