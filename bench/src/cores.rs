//! CPU affinity: the gateway under test has one core for itself, everything else shares another.

use anyhow::{Context as _, Result};
use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// The two cores, or none on a machine with a single one.
#[derive(Clone, Copy)]
pub struct Cores {
    pair: Option<(usize, usize)>,
}

fn only(core: usize) -> CpuSet {
    let mut set = CpuSet::new();
    set.set(core);
    set
}

impl Cores {
    /// Takes the first two cores that this process may use, and moves the calling thread to the second.
    pub fn take() -> Result<Self> {
        let allowed = sched_getaffinity(None).context("cannot read the cores of this process")?;
        let mut usable = (0..CpuSet::MAX_CPU).filter(|core| allowed.is_set(*core));
        let pair = usable.next().zip(usable.next());
        if let Some((_, load)) = pair {
            sched_setaffinity(None, &only(load)).context("cannot choose a core")?;
        }
        Ok(Self { pair })
    }

    /// The gateway's core.
    pub fn gateway(self) -> Option<usize> {
        self.pair.map(|(gateway, _)| gateway)
    }

    /// The core of mock and load.
    pub fn load(self) -> Option<usize> {
        self.pair.map(|(_, load)| load)
    }

    /// Runs `start` on the gateway's core: what it spawns inherits the core.
    pub fn on_gateway_core<T>(self, start: impl FnOnce() -> Result<T>) -> Result<T> {
        let Some((gateway, load)) = self.pair else { return start() };
        sched_setaffinity(None, &only(gateway)).context("cannot choose the gateway's core")?;
        let started = start();
        sched_setaffinity(None, &only(load)).context("cannot go back to the load's core")?;
        started
    }
}
