use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::{Violation, is, promised, works};
use crate::host::{Acquired, Clock, Lock, LockRefused, Storage, StorageErrorKind, Takeover};

/// How long a lock may take until it is had or refused: longer than a holder is watched.
const PATIENCE: Duration = Duration::from_secs(60);

/// Checks the locks of a [`Storage`] under a name where there is none; leaves none behind.
///
/// Takes up to a minute by the clock. The death of a holder is played by dropping its lock.
pub async fn check_lock<S: Storage, C: Clock>(storage: &S, clock: &C, name: &str) -> Result<(), Violation> {
    let first = take(storage, clock, name, "first", Takeover::WhenDead).await?;
    is(&first.taken_over_from, &None, "a lock that is free is taken over from nobody")?;
    works(first.lock.check().await, "a lock that is held passes its check")?;

    let second = kept(&first.lock, within(clock, storage.lock(name, "second", Takeover::WhenDead))).await?;
    let holder = match second? {
        Err(LockRefused::Held { run_id }) => Ok(run_id),
        Err(LockRefused::Storage(error)) => Err(error.to_string()),
        Ok(_) => Err("it was taken a second time".to_owned()),
    };
    is(&holder, &Ok("first".to_owned()), "a lock that is held and kept is refused, naming the run that holds it")?;
    works(first.lock.check().await, "a lock that others asked for in vain is still held")?;

    let second = take(storage, clock, name, "second", Takeover::AtOnce).await?;
    let from = second.taken_over_from.as_deref();
    is(&from, &Some("first"), "a lock that is taken at once names the run it was taken over from")?;
    works(second.lock.check().await, "a lock that was taken over passes its check")?;
    let kind = first.lock.check().await.err().map(|error| error.kind);
    is(&kind, &Some(StorageErrorKind::LockLost), "a lock that was taken over is lost for its former holder")?;
    works(first.lock.release().await, "a lock that was lost can be given back, to no effect")?;
    drop(first);
    works(second.lock.check().await, "a former holder does not take the lock away from the present one")?;

    works(second.lock.release().await, "a lock can be given back")?;
    drop(second);
    let third = take(storage, clock, name, "third", Takeover::WhenDead).await?;
    is(&third.taken_over_from, &None, "a lock that was given back is free")?;

    drop(third);
    let fourth = take(storage, clock, name, "fourth", Takeover::WhenDead).await?;
    works(fourth.lock.check().await, "a lock whose holder died can be taken")?;
    works(fourth.lock.release().await, "a lock can be given back")
}

async fn take<S: Storage, C: Clock>(
    storage: &S,
    clock: &C,
    name: &str,
    run_id: &str,
    takeover: Takeover,
) -> Result<Acquired<S::Lock>, Violation> {
    let taken = within(clock, storage.lock(name, run_id, takeover)).await?;
    works(taken, &format!("a lock that is free, dead or taken at once is had (by the {run_id} run of this check)"))
}

/// What comes of `attempt` in bounded time.
async fn within<T, C: Clock>(clock: &C, attempt: impl Future<Output = T>) -> Result<T, Violation> {
    match select(pin!(attempt), pin!(clock.sleep(PATIENCE))).await {
        Either::Left((outcome, _)) => Ok(outcome),
        Either::Right(..) => {
            let promise = "whether a lock is had is known in bounded time".to_owned();
            Err(Violation { promise, seen: format!("nothing after {PATIENCE:?}") })
        }
    }
}

/// What comes of `attempt` while the lock is kept.
async fn kept<T, L: Lock>(lock: &L, attempt: impl Future<Output = T>) -> Result<T, Violation> {
    match select(pin!(attempt), pin!(lock.keep())).await {
        Either::Left((outcome, _)) => Ok(outcome),
        Either::Right((error, _)) => {
            promised(false, "keep completes only when the lock was lost", || error.to_string())?;
            unreachable!("a promise that does not hold is an error")
        }
    }
}
