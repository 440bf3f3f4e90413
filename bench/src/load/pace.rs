//! Open-loop pacing: due times at a fixed rate, kept by the kernel: the runtime's own timers only know whole
//! milliseconds.

use std::{
    os::fd::OwnedFd,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use tokio::io::{Interest, unix::AsyncFd};

/// Ticks of a timer. A late reader gets the missed ones at once, each with the time it was due.
pub struct Pace {
    timer: AsyncFd<OwnedFd>,
    interval: Duration,
    due: Instant,
    waiting: u64,
}

impl Pace {
    /// So many ticks per second, the first one an interval from now.
    pub fn new(per_second: f64) -> Result<Self> {
        let interval = Duration::from_secs_f64(1.0 / per_second);
        let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        let spec = Timespec { tv_sec: 0, tv_nsec: i64::from(interval.subsec_nanos()) };
        let due = Instant::now();
        timerfd_settime(&timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval: spec, it_value: spec })?;
        // Deprecated for descriptors that may close early; an owned one does not, and the successor is unsafe to call.
        #[allow(deprecated)]
        let timer = AsyncFd::with_interest(timer, Interest::READABLE)?;
        Ok(Self { timer, interval, due, waiting: 0 })
    }

    /// The time at which the next request is due; returns once it is there.
    pub async fn next(&mut self) -> Result<Instant> {
        while self.waiting == 0 {
            let mut ready = self.timer.readable().await?;
            let mut count = [0; 8];
            if let Ok(read) = ready.try_io(|timer| Ok(rustix::io::read(timer.get_ref(), &mut count)?)) {
                read.context("the timer does not answer")?;
                self.waiting = u64::from_ne_bytes(count);
            }
        }
        self.waiting -= 1;
        self.due += self.interval;
        Ok(self.due)
    }
}
