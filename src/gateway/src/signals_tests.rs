//! What a recorder hears of a request.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use metrics::{
    Counter, CounterFn, Gauge, Histogram, HistogramFn, Key, KeyName, Metadata, Recorder, SharedString, Unit,
};

use crate::fixture::{House, text};

const CHAT: &str = r#"{"model":"echo","messages":[{"role":"user","content":"hello"}]}"#;

/// How often each metric was touched, by its name and label.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<BTreeMap<String, u64>>>);

struct One {
    heard: Heard,
    name: String,
}

impl One {
    fn add(&self, n: u64) {
        *self.heard.0.lock().unwrap().entry(self.name.clone()).or_default() += n;
    }
}

impl CounterFn for One {
    fn increment(&self, value: u64) {
        self.add(value);
    }

    fn absolute(&self, value: u64) {
        self.add(value);
    }
}

impl HistogramFn for One {
    fn record(&self, value: f64) {
        assert!((0.0..60.0).contains(&value), "{}: {value}", self.name);
        self.add(1);
    }
}

impl Heard {
    fn one(&self, key: &Key) -> Arc<One> {
        let labels: Vec<&str> = key.labels().map(metrics::Label::value).collect();
        Arc::new(One { heard: self.clone(), name: format!("{} {}", key.name(), labels.join(",")) })
    }
}

impl Recorder for Heard {
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
    let heard = Heard::default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    metrics::with_local_recorder(&heard, || {
        runtime.block_on(async {
            let house = House::new().await;
            let issued = house.issue(|_| {}).await;
            let served = house.post(&issued, "/v1/chat/completions", CHAT).await;
            assert_eq!(served.status(), 200);
            text(served).await;
            let refused = house.post(&issued, "/v1/chat/completions", "{").await;
            assert_eq!(refused.status(), 400);
            text(refused).await;
            assert_eq!(house.rows().await.len(), 2);
        });
    });
    let heard = heard.0.lock().unwrap();
    for (name, times) in [
        ("keywright_gateway_stage_seconds authenticate", 2),
        ("keywright_gateway_stage_seconds parse", 1),
        ("keywright_gateway_stage_seconds admit", 1),
        ("keywright_gateway_stage_seconds plan", 1),
        ("keywright_gateway_stage_seconds dispatch", 1),
        ("keywright_gateway_request_seconds 2xx", 1),
        ("keywright_gateway_request_seconds 4xx", 1),
        ("keywright_gateway_refusals_total invalid_json", 1),
        ("keywright_gateway_failures_total bad_request", 1),
    ] {
        assert_eq!(heard.get(name), Some(&times), "{name}: {heard:?}");
    }
    assert_eq!(heard.len(), 9, "{heard:?}");
}
