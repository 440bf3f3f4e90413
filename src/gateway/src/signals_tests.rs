//! Metrics tests: what a recorder sees of a request.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use crate::fixture::{TestGateway, text};

const CHAT: &str = r#"{"model":"echo","messages":[{"role":"user","content":"hello"}]}"#;

/// How often each metric was touched, by its name and label.
#[derive(Clone, Default)]
struct MetricsLog(Arc<Mutex<BTreeMap<String, u64>>>);

struct LoggedCounter {
    recorded: MetricsLog,
    name: String,
}

impl LoggedCounter {
    fn add(&self, n: u64) {
        *self.recorded.0.lock().unwrap().entry(self.name.clone()).or_default() += n;
    }
}

impl CounterFn for LoggedCounter {
    fn increment(&self, value: u64) {
        self.add(value);
    }

    fn absolute(&self, value: u64) {
        self.add(value);
    }
}

impl HistogramFn for LoggedCounter {
    fn record(&self, value: f64) {
        assert!((0.0..60.0).contains(&value), "{}: {value}", self.name);
        self.add(1);
    }
}

impl MetricsLog {
    fn one(&self, key: &Key) -> Arc<LoggedCounter> {
        let labels: Vec<&str> = key.labels().map(metrics::Label::value).collect();
        Arc::new(LoggedCounter { recorded: self.clone(), name: format!("{} {}", key.name(), labels.join(",")) })
    }
}

impl Recorder for MetricsLog {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}
    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, key: &Key, _: &Metadata<'_>) -> Counter {
        Counter::from_arc(self.one(key))
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        Gauge::noop()
    }

    fn register_histogram(&self, key: &Key, _: &Metadata<'_>) -> Histogram {
        Histogram::from_arc(self.one(key))
    }
}

#[test]
fn stages_are_timed_and_ends_are_counted_by_code() {
    let recorded = MetricsLog::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&recorded, || {
        runtime.block_on(async {
            let fixture = TestGateway::new().await;
            let issued = fixture.issue(|_| {}).await;
            let served = fixture.post(&issued, "/v1/chat/completions", CHAT).await;
            assert_eq!(served.status(), 200);
            text(served).await;
            let refused = fixture.post(&issued, "/v1/chat/completions", "{").await;
            assert_eq!(refused.status(), 400);
            text(refused).await;
            assert_eq!(fixture.rows().await.len(), 2);
        });
    });
    let recorded = recorded.0.lock().unwrap();
    for (name, times) in [
        ("keywright_gateway_stage_seconds authenticate", 2),
        ("keywright_gateway_stage_seconds parse", 1),
        ("keywright_gateway_stage_seconds admit", 2),
        ("keywright_gateway_stage_seconds plan", 1),
        ("keywright_gateway_stage_seconds dispatch", 1),
        ("keywright_gateway_request_seconds 2xx", 1),
        ("keywright_gateway_request_seconds 4xx", 1),
        ("keywright_gateway_refusals_total invalid_json", 1),
        ("keywright_gateway_failures_total bad_request", 1),
    ] {
        assert_eq!(recorded.get(name), Some(&times), "{name}: {recorded:?}");
    }
    assert_eq!(recorded.len(), 9, "{recorded:?}");
}
