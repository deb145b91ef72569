//! Where work runs: on the calling thread, on a pool of the context's own, or on the host's executor.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::thread::JoinHandle;

use crate::engine::Level;
use crate::error::{Error, Result, Status};
use crate::quiet::quietly;

/// How often the calling thread looks whether the others are done before it sleeps: some tens of microseconds.
const PATIENCE: usize = 2048;

/// A pool of threads lent by the host.
pub trait Executor: Send + Sync {
    /// Calls `task(index)` for each index below `count`, on any threads in any order, and returns when all are done.
    fn parallel_for(&self, count: usize, task: &(dyn Fn(usize) + Sync));
}

/// Where work runs. Shared freely between threads.
pub struct Context {
    level: Level,
    team: Team,
}

enum Team {
    Caller,
    Pool(Box<Generation>),
    Host(Box<dyn Executor>),
}

impl Context {
    /// Everything on the calling thread.
    pub fn serial() -> Context {
        Context { level: Level::best(), team: Team::Caller }
    }

    /// A pool of its own; `threads` counts the calling thread, 0 means what the machine and its limits allow.
    ///
    /// # Errors
    /// [`Status::OutOfMemory`] if the system refuses the threads.
    pub fn with_threads(threads: usize) -> Result<Context> {
        let available = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let threads = if threads == 0 { available() } else { threads };
        let team = if threads == 1 { Team::Caller } else { Team::Pool(Box::new(Generation::start(threads - 1)?)) };
        Ok(Context { level: Level::best(), team })
    }

    /// The host's own pool.
    pub fn with_executor(executor: Box<dyn Executor>) -> Context {
        Context { level: Level::best(), team: Team::Host(executor) }
    }

    /// The same context held to a SIMD level, for tests that compare levels.
    #[must_use]
    pub fn at_level(mut self, level: Level) -> Context {
        self.level = level;
        self
    }

    /// The SIMD level that work runs at.
    pub fn level(&self) -> Level {
        self.level
    }

    /// Whether work can leave the calling thread.
    pub fn is_parallel(&self) -> bool {
        !matches!(self.team, Team::Caller)
    }

    /// Calls `task` for each index below `count` and returns when all have run. A panic of a task continues here.
    ///
    /// # Errors
    /// [`Status::OutOfMemory`] if a pool could not be started again after a fork.
    pub fn for_each(&self, count: usize, task: &(dyn Fn(usize) + Sync)) -> Result<()> {
        let panicked = Mutex::new(None);
        // A panic must unwind neither a worker of the host nor the frames of its executor.
        let guarded = |index: usize| {
            if let Err(payload) = quietly(|| catch_unwind(AssertUnwindSafe(|| task(index)))) {
                panicked.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(payload);
            }
        };
        match &self.team {
            Team::Caller => (0..count).for_each(guarded),
            Team::Host(executor) => executor.parallel_for(count, &guarded),
            Team::Pool(generation) => generation.current()?.for_each(count, &guarded),
        }
        match panicked.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Some(payload) => resume_unwind(payload),
            None => Ok(()),
        }
    }
}

/// A pool and the process that started it. A forked child inherits the pool without its threads: work given to it would
/// wait for ever. So the child starts the next generation and leaves the old one alone, which must not be dropped there
/// either.
struct Generation {
    process: u32,
    workers: usize,
    pool: Option<rayon::ThreadPool>,
    threads: Vec<JoinHandle<()>>,
    next: OnceLock<Box<Generation>>,
}

impl Generation {
    fn start(workers: usize) -> Result<Generation> {
        let mut threads = Vec::new();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(workers)
            .spawn_handler(|worker| {
                // Rayon does not join its threads when a pool is dropped; the handles let us.
                let name = format!("losskit-{}", worker.index());
                threads.push(std::thread::Builder::new().name(name).spawn(|| worker.run())?);
                Ok(())
            })
            .build();
        let (process, next) = (std::process::id(), OnceLock::new());
        match pool {
            Ok(pool) => Ok(Generation { process, workers, pool: Some(pool), threads, next }),
            Err(error) => {
                // Those that did start end when the pool is refused.
                threads.into_iter().for_each(|thread| drop(thread.join()));
                Err(Error::new(Status::OutOfMemory, format!("could not start {workers} threads: {error}")))
            }
        }
    }

    fn current(&self) -> Result<&Generation> {
        let process = std::process::id();
        let mut generation = self;
        while generation.process != process {
            if generation.next.get().is_none() {
                let started = Box::new(Generation::start(self.workers)?);
                // Two threads may race here; the pool that loses is dropped and its threads end.
                drop(generation.next.set(started));
            }
            generation = generation.next.get().expect("set above");
        }
        Ok(generation)
    }

    fn for_each(&self, count: usize, task: &(dyn Fn(usize) + Sync)) {
        let next = AtomicUsize::new(0);
        let drain = || {
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= count {
                    break;
                }
                task(index);
            }
        };
        let Some(pool) = &self.pool else {
            return drain();
        };
        let helpers = self.workers.min(count.saturating_sub(1));
        let (begun, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
        pool.in_place_scope(|scope| {
            for _ in 0..helpers {
                scope.spawn(|_| {
                    begun.fetch_add(1, Ordering::Relaxed);
                    drain();
                    done.fetch_add(1, Ordering::Release);
                });
            }
            drain();
            // Whoever has begun is in its last task, and to be woken takes longer than that. Whoever has not may be waiting
            // for this very core.
            let mut turns = 0;
            while done.load(Ordering::Acquire) < begun.load(Ordering::Relaxed) && turns < PATIENCE {
                std::hint::spin_loop();
                turns += 1;
            }
        });
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        let (pool, threads) = (self.pool.take(), std::mem::take(&mut self.threads));
        if self.process == std::process::id() {
            // Tells the threads to end; every scope has returned, so none is busy.
            drop(pool);
            for thread in threads {
                // A worker that panicked has nothing more to say.
                drop(thread.join());
            }
        } else {
            // These threads are the parent's.
            std::mem::forget((pool, threads));
        }
    }
}
