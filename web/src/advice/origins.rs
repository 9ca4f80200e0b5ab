use std::collections::BTreeMap;
use std::time::Duration;

use super::Obstacle;

/// What a request asks of a server that guards itself against pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Way {
    /// It may be read.
    Plain,
    /// It may be sent at all: the browser asks first (preflight), because of a header such as `Authorization`.
    Asking,
}

/// What a page has to find out before it can say why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Suspicion {
    /// Whether the server answers at all, and answers what the page may read.
    Cors,
    /// Whether the server, which answers plain requests, refuses those with a token.
    Preflight,
}

/// What is known of one aspect of a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Known {
    /// Nothing.
    #[default]
    Nothing,
    /// It was so at least once.
    Works,
    /// It was found out that it is not.
    Refused,
}

/// An aspect of a server that a test of the connection tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aspect {
    /// Pages may read its answers.
    Readable,
    /// Pages may send it a token.
    Signed,
    /// Pages may read headers beyond the few that every page may.
    Headers,
}

/// What a page learned of the servers that it talked to: an answer that could be read says that requests like it are
/// allowed, so that a failure after it is one of the connection; a failure before it may be a refusal.
#[derive(Debug, Default)]
pub struct Origins(BTreeMap<String, Server>);

#[derive(Debug, Default)]
struct Server {
    plain: Experience,
    asking: Experience,
    /// Methods that needed a preflight and were answered.
    methods: Vec<String>,
    reads_headers: bool,
    /// A plain GET that could be read, to compare with.
    readable: Option<String>,
    verdict: Option<Obstacle>,
}

#[derive(Debug, Default)]
struct Experience {
    answered: bool,
    /// Failures before the first answer, and when the first of them was.
    failures: u32,
    since: Duration,
    /// Suspicion is looked into once.
    examined: bool,
}

/// Requests that fail at once are one failure; only one after this time is a second.
const APART: Duration = Duration::from_secs(1);

impl Origins {
    fn server(&mut self, origin: &str) -> &mut Server {
        self.0.entry(origin.to_owned()).or_default()
    }

    /// An answer could be read. `readable` is the URL of a plain GET; `headers`: some that only allowed pages see.
    pub fn answered(&mut self, origin: &str, way: Way, method: &str, readable: Option<&str>, headers: bool) {
        let server = self.server(origin);
        server.verdict = None;
        server.plain.answered = true;
        server.reads_headers |= headers;
        if way == Way::Asking {
            server.asking.answered = true;
            if !server.methods.iter().any(|known| known == method) {
                server.methods.push(method.to_owned());
            }
        }
        if server.readable.is_none() {
            server.readable = readable.map(str::to_owned);
        }
    }

    /// A request had no answer. What has to be found out, if that may tell why; asked for once of each origin and way,
    /// and not before a second failure, as one says nothing.
    pub fn failed(&mut self, origin: &str, way: Way, now: Duration) -> Option<Suspicion> {
        let server = self.server(origin);
        let (experience, suspicion) = match way {
            Way::Asking if server.plain.answered => (&mut server.asking, Suspicion::Preflight),
            _ => (&mut server.plain, Suspicion::Cors),
        };
        if experience.answered || experience.examined {
            return None;
        }
        experience.failures += 1;
        if experience.failures == 1 {
            experience.since = now;
        }
        let is_apart = suspicion == Suspicion::Cors || now.saturating_sub(experience.since) >= APART;
        let is_due = experience.failures >= 2 && is_apart;
        experience.examined = is_due;
        is_due.then_some(suspicion)
    }

    /// What was found out about an origin; holds until an answer of it can be read.
    pub fn judge(&mut self, origin: &str, verdict: Obstacle) {
        self.server(origin).verdict = Some(verdict);
    }

    /// Why a request without an answer has none, as far as is known.
    pub fn obstacle(&self, origin: &str, way: Way) -> Obstacle {
        let Some(server) = self.0.get(origin) else { return Obstacle::Unreachable };
        match server.verdict {
            Some(Obstacle::Preflight) if way == Way::Plain => Obstacle::Broken,
            Some(verdict) => verdict,
            None if server.plain.answered => Obstacle::Broken,
            None => Obstacle::Unreachable,
        }
    }

    /// Whether requests that need a preflight are answered, but never those of this method.
    pub fn is_method_doubtful(&self, origin: &str, method: &str) -> bool {
        let is_doubtful =
            |server: &Server| server.asking.answered && !server.methods.iter().any(|known| known == method);
        self.0.get(origin).is_some_and(is_doubtful)
    }

    /// A plain GET that could be read.
    pub fn readable(&self, origin: &str) -> Option<String> {
        self.0.get(origin)?.readable.clone()
    }

    /// What is known of an aspect: of all servers that were talked to, the worst.
    pub fn known(&self, aspect: Aspect) -> Known {
        let of = |server: &Server| match aspect {
            Aspect::Readable if server.verdict == Some(Obstacle::Cors) => Known::Refused,
            Aspect::Readable if server.plain.answered => Known::Works,
            Aspect::Signed if server.verdict == Some(Obstacle::Preflight) => Known::Refused,
            Aspect::Signed if server.asking.answered => Known::Works,
            Aspect::Headers if server.reads_headers => Known::Works,
            _ => Known::Nothing,
        };
        let all: Vec<Known> = self.0.values().map(of).collect();
        [Known::Refused, Known::Works].into_iter().find(|known| all.contains(known)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "https://api.example";

    fn at(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }

    #[test]
    fn after_an_answer_of_its_kind_a_failure_is_never_looked_into() {
        let mut origins = Origins::default();
        origins.answered(API, Way::Plain, "GET", Some("https://api.example/"), false);
        origins.answered(API, Way::Asking, "GET", None, true);
        for second in 0..50 {
            assert_eq!(origins.failed(API, Way::Plain, at(second * 1000)), None);
            assert_eq!(origins.failed(API, Way::Asking, at(second * 1000)), None);
        }
        assert_eq!(origins.obstacle(API, Way::Asking), Obstacle::Broken);
        assert_eq!(origins.known(Aspect::Headers), Known::Works);
    }

    #[test]
    fn a_server_of_which_nothing_was_read_is_looked_into_once() {
        let mut origins = Origins::default();
        assert_eq!(origins.obstacle(API, Way::Plain), Obstacle::Unreachable);
        let asked: Vec<_> = (0..5).map(|_| origins.failed(API, Way::Asking, at(0))).collect();
        assert_eq!(asked, [None, Some(Suspicion::Cors), None, None, None]);
        origins.judge(API, Obstacle::Cors);
        assert_eq!(origins.obstacle(API, Way::Plain), Obstacle::Cors);
        assert_eq!(origins.known(Aspect::Readable), Known::Refused);
        origins.answered(API, Way::Plain, "GET", None, false);
        assert_eq!(origins.obstacle(API, Way::Plain), Obstacle::Broken);
        assert_eq!(origins.known(Aspect::Readable), Known::Works);
    }

    #[test]
    fn requests_that_fail_together_are_no_refusal() {
        let mut origins = Origins::default();
        origins.answered(API, Way::Plain, "GET", Some("https://api.example/"), false);
        for _ in 0..6 {
            assert_eq!(origins.failed(API, Way::Asking, at(500)), None);
        }
        assert_eq!(origins.failed(API, Way::Asking, at(1400)), None);
        assert_eq!(origins.failed(API, Way::Asking, at(1500)), Some(Suspicion::Preflight));
        assert_eq!(origins.failed(API, Way::Asking, at(9000)), None);
        origins.judge(API, Obstacle::Preflight);
        assert_eq!(origins.obstacle(API, Way::Asking), Obstacle::Preflight);
        assert_eq!(origins.obstacle(API, Way::Plain), Obstacle::Broken);
        assert_eq!(origins.known(Aspect::Signed), Known::Refused);
        assert_eq!(origins.readable(API).as_deref(), Some("https://api.example/"));
    }

    #[test]
    fn one_method_alone_may_be_refused() {
        let mut origins = Origins::default();
        assert!(!origins.is_method_doubtful(API, "DELETE"));
        origins.answered(API, Way::Asking, "GET", None, false);
        assert!(origins.is_method_doubtful(API, "DELETE"));
        origins.answered(API, Way::Asking, "DELETE", None, false);
        assert!(!origins.is_method_doubtful(API, "DELETE"));
    }

    #[test]
    fn of_several_servers_the_worst_is_told() {
        let mut origins = Origins::default();
        assert_eq!(origins.known(Aspect::Readable), Known::Nothing);
        origins.answered(API, Way::Plain, "GET", None, false);
        origins.judge("https://token.example", Obstacle::Cors);
        assert_eq!(origins.known(Aspect::Readable), Known::Refused);
        assert_eq!(origins.known(Aspect::Signed), Known::Nothing);
    }
}
