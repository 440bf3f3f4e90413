//! Health probes: `/livez`, `/readyz` and `/healthz`, on both listeners, without a credential.
//!
//! Whoever probes may do so as often as they like: the database is asked once a second at most, and once for all who
//! ask at the same time.

use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::body::Body;
use control::Control;
use domain::Clock;
use gateway::Gateway;
use http::{HeaderValue, Method, Response, StatusCode, Uri, header};
use tokio::sync::Mutex;

/// How long a verdict on the database holds.
const FRESH_NS: u64 = 1_000_000_000;

/// Whether new work is welcome.
#[derive(Clone)]
pub struct Readiness(Arc<Inner>);

struct Inner {
    control: Control,
    gateway: Arc<Gateway>,
    clock: Arc<dyn Clock>,
    database: Verdict<bool>,
    audit_head: Verdict<String>,
    leaving: AtomicBool,
}

/// One part of the product, and what is wrong with it.
struct Check {
    name: &'static str,
    wrong: Option<&'static str>,
    /// What else there is to say of it.
    note: Option<String>,
}

impl Check {
    const fn of(name: &'static str, wrong: Option<&'static str>) -> Self {
        Self { name, wrong, note: None }
    }
}

impl Readiness {
    /// Ready as soon as the parts are.
    pub fn new(control: Control, gateway: Arc<Gateway>, clock: Arc<dyn Clock>) -> Self {
        let (database, audit_head) = (Verdict::default(), Verdict::default());
        Self(Arc::new(Inner { control, gateway, clock, database, audit_head, leaving: AtomicBool::new(false) }))
    }

    /// From now on load balancers are asked to send nothing more.
    pub fn leave(&self) {
        self.0.leaving.store(true, Ordering::Release);
    }

    /// What `/readyz` looks at. Without `all` the first thing that is wrong is enough.
    async fn checks(&self, all: bool) -> Vec<Check> {
        let inner = &*self.0;
        let leaving = inner.leaving.load(Ordering::Acquire).then_some("shutting down");
        let ledger = (!inner.gateway.ready()).then_some("the ledger cannot write");
        let mut checks = vec![Check::of("shutdown", leaving), Check::of("ledger", ledger)];
        if all || checks.iter().all(|check| check.wrong.is_none()) {
            let now = || inner.clock.monotonic_ns();
            let answers = inner.database.get(now, || async { inner.control.ready().await.is_ok() }).await;
            checks.push(Check::of("database", (!answers).then_some("the database does not answer")));
            if all && answers {
                let note = inner.audit_head.get(now, || audit_head(&inner.control)).await;
                checks.push(Check { note: Some(note), ..Check::of("audit_head", None) });
            }
        }
        checks
    }
}

/// Where the audit log ends: a copy for whoever keeps the answers of probes. One that was tampered with is no reason to
/// send requests elsewhere.
async fn audit_head(control: &Control) -> String {
    match control::audit::head(control).await {
        Ok(Some(head)) if head.holds => format!("{} {}", head.seq, head.link),
        Ok(Some(_)) => "changed: run keywright audit verify".to_owned(),
        Ok(None) => "removed: run keywright audit verify".to_owned(),
        Err(_) => "unknown: the database does not answer".to_owned(),
    }
}

/// A verdict that is shared by whoever asks while it is being found, and for a second afterwards.
struct Verdict<T>(Mutex<Option<(u64, T)>>);

impl<T> Default for Verdict<T> {
    fn default() -> Self {
        Self(Mutex::new(None))
    }
}

impl<T: Clone> Verdict<T> {
    async fn get<F: Future<Output = T>>(&self, now_ns: impl Fn() -> u64, find: impl FnOnce() -> F) -> T {
        let mut last = self.0.lock().await;
        if let Some((at, verdict)) = &*last
            && now_ns().saturating_sub(*at) < FRESH_NS
        {
            return verdict.clone();
        }
        let verdict = find().await;
        *last = Some((now_ns(), verdict.clone()));
        verdict
    }
}

/// Whether a path is one of these.
pub(super) fn is_ours(path: &str) -> bool {
    matches!(path, "/livez" | "/readyz" | "/healthz")
}

/// The answer on one of them; with `?verbose` a line for every check. `/healthz` is `/readyz` under the name that older
/// probes know.
pub(super) async fn answer(readiness: &Readiness, method: &Method, uri: &Uri) -> Response<Body> {
    if !matches!(*method, Method::GET | Method::HEAD) {
        let mut refused = plain(StatusCode::METHOD_NOT_ALLOWED, "use GET\n".to_owned());
        refused.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
        return refused;
    }
    let verbose =
        uri.query().is_some_and(|query| query.split('&').any(|pair| pair.split('=').next() == Some("verbose")));
    let checks = match uri.path() {
        "/livez" => vec![Check::of("process", None)],
        _ => readiness.checks(verbose).await,
    };
    let (status, text) = report_text(uri.path().trim_start_matches('/'), &checks, verbose);
    plain(status, text)
}

fn report_text(name: &str, checks: &[Check], verbose: bool) -> (StatusCode, String) {
    let wrong = checks.iter().find_map(|check| check.wrong);
    let status = if wrong.is_some() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    if !verbose {
        return (status, format!("{}\n", wrong.unwrap_or("ok")));
    }
    let mut text = String::new();
    for check in checks {
        // Writing to a String cannot fail.
        let _ = match (check.wrong, &check.note) {
            (None, None) => writeln!(text, "[+]{} ok", check.name),
            (None, Some(note)) => writeln!(text, "[+]{} {note}", check.name),
            (Some(why), _) => writeln!(text, "[-]{} failed: {why}", check.name),
        };
    }
    let outcome = if wrong.is_some() { "failed" } else { "passed" };
    let _ = writeln!(text, "{name} check {outcome}");
    (status, text)
}

fn plain(status: StatusCode, text: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(text));
    *answer.status_mut() = status;
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    answer
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, AtomicUsize};

    use super::*;

    #[tokio::test]
    async fn probes_share_one_check_for_a_second() {
        let (verdict, now, checks) = (Verdict::default(), AtomicU64::new(5_000_000_000), AtomicUsize::new(0));
        let probe = || {
            let find = || async {
                checks.fetch_add(1, Ordering::SeqCst);
                // Others come while this one waits for the database.
                tokio::task::yield_now().await;
                true
            };
            verdict.get(|| now.load(Ordering::SeqCst), find)
        };
        let answers = futures_util::future::join_all((0..100).map(|_| probe())).await;
        assert!(answers.into_iter().all(|answer| answer));
        assert_eq!(checks.load(Ordering::SeqCst), 1);
        now.fetch_add(FRESH_NS - 1, Ordering::SeqCst);
        probe().await;
        assert_eq!(checks.load(Ordering::SeqCst), 1);
        now.fetch_add(1, Ordering::SeqCst);
        probe().await;
        assert_eq!(checks.load(Ordering::SeqCst), 2, "a verdict is at most a second old");
    }

    #[test]
    fn verbose_reports_every_check() {
        let bad = [Check::of("ledger", None), Check::of("database", Some("the database does not answer"))];
        let (status, text) = report_text("readyz", &bad, true);
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(text, "[+]ledger ok\n[-]database failed: the database does not answer\nreadyz check failed\n");
        assert_eq!(report_text("readyz", &bad, false).1, "the database does not answer\n");
        assert_eq!(
            report_text("healthz", &bad[..1], true),
            (StatusCode::OK, "[+]ledger ok\nhealthz check passed\n".into())
        );
        let head = [Check { note: Some("12 4f".to_owned()), ..Check::of("audit_head", None) }];
        assert_eq!(report_text("readyz", &head, true).1, "[+]audit_head 12 4f\nreadyz check passed\n");
    }
}
