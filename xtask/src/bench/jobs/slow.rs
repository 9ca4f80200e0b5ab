//! Sending over a distance: what counts is that as many requests as may be are always under way.

use std::net::{Ipv4Addr, TcpListener};

use super::send::{goal, sent};
use crate::bench::place::{COMPONENT, LAUNCHER, LIMIT, PYTHON, Place};
use crate::bench::report::{Job, Wanted};
use crate::bench::{Bench, far};
use crate::failure::{Failure, Result};
use crate::project;

const MILLISECONDS: u64 = 20;
/// 8 in flight, 20 ms each.
const MOST: f64 = 8.0 / 0.020;

/// An API whose answers take 20 ms.
pub(super) fn latency(bench: &Bench) -> Result<Job> {
    let data = bench.students(5_000)?;
    let tools = bench.tools.among(&[LAUNCHER, COMPONENT, PYTHON, LIMIT]);
    let series = bench.in_turn(&tools, |tool| {
        let api = bench.serve(&["--bare", "--latency", &MILLISECONDS.to_string()])?;
        let place = Place::new(tool, &data.folder, &api.address, "")?;
        sent(bench, tool, &place, &data, &api.address, true)
    })?;
    let mut job = Job {
        name: "latency",
        title: "Send, each answer after 20 ms".into(),
        series,
        goals: Vec::new(),
        notes: vec!["8 in flight at 20 ms are 400 a second; start, token and documents are in the time".into()],
    };
    job.goals = vec![goal("launcher, share of 400 a second", share_of_most(&job), Wanted::AtLeast(0.98))];
    Ok(job)
}

/// https, 20 ms away.
pub(super) fn https(bench: &Bench) -> Result<Job> {
    let data = bench.students(5_000)?;
    let tools = bench.tools.among(&[LAUNCHER, PYTHON]);
    let authority = project::target().join("bench").join("authority.pem");
    let series = bench.in_turn(&tools, |tool| {
        // The proxy first: the API has to tell its address as its own.
        let port = free_port()?;
        let (address, _far) = far(&bench.tools, &format!("http://127.0.0.1:{port}"), MILLISECONDS, &authority)?;
        let _api = bench.api.api(port, &["--bare", "--public-url", &address])?;
        let place = Place::new(tool, &data.folder, &address, "")?;
        sent(bench, tool, &place, &data, &address, true)
    })?;
    let mut job = Job {
        name: "https",
        title: "Send over https, 20 ms away".into(),
        series,
        goals: Vec::new(),
        notes: vec![
            "through a proxy that delays each direction by 10 ms and each new connection by 20 ms; certificates are not \
             checked, as the Python tool takes no authority; the stock handler of wasmtime trusts only the web's own and \
             cannot be told otherwise, so the component by itself is not measured"
                .into(),
        ],
    };
    job.goals = vec![goal("launcher, share of 400 a second", share_of_most(&job), Wanted::AtLeast(0.95))];
    Ok(job)
}

/// A port that nobody listens on, and that no system gives to whoever asks for any.
fn free_port() -> Result<u16> {
    let is_free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    (20_000..30_000).find(is_free).ok_or_else(|| Failure::new("there is no free port between 20000 and 30000"))
}

fn share_of_most(job: &Job) -> Option<f64> {
    Some(job.of(LAUNCHER)?.rates()?.0 / MOST)
}
