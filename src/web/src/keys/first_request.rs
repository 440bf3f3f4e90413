//! First-request island: waits for the first request with a fresh key and shows it.

use leptos::{prelude::*, server_fn::codec::Json};
use serde::{Deserialize, Serialize};

use crate::{
    error::UiError,
    ui::icon::{Icon, Picture},
};

/// A request that came with the key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its id, and so its row.
    pub id: String,
    /// Whether it was answered well.
    pub good: bool,
    /// `echo · 412 ms · 27 tokens`
    pub words: String,
}

/// The newest request with a key; none while none has come.
#[server(prefix = "/_fn", endpoint = "keys/first_request", input = Json)]
pub async fn first_request(id: String) -> Result<Option<Seen>, UiError> {
    let page_request = crate::handling::page_request()?;
    let row = control::keys::first_request(&page_request.cx, &super::key_id(&id)?)
        .await
        .map_err(crate::handling::ui_error)?;
    Ok(row.map(|row| seen(&row)))
}

#[cfg(feature = "ssr")]
fn seen(row: &contract::logs::LogRow) -> Seen {
    use crate::{texts::t, words::number};

    let good = row.status < 400;
    let mut words = Vec::new();
    if !good {
        words.push(row.status.to_string());
    }
    words.extend(row.model.clone());
    words.push(number::duration(row.latency_ms));
    if let (Some(input), Some(output)) = (row.input_tokens, row.output_tokens) {
        let count = input + output;
        words.push(t!("key-tokens", count = count, shown = number::count(count)));
    }
    Seen { id: row.id.to_string(), good, words: words.join(" · ") }
}

/// What it says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct FirstRequestWords {
    waiting: String,
    later: String,
    logs: String,
    received: String,
    refused: String,
    log: String,
}

#[cfg(feature = "ssr")]
impl FirstRequestWords {
    pub(crate) fn new() -> Self {
        use crate::texts::t;
        Self {
            waiting: t!("first-request-waiting"),
            later: t!("first-request-later"),
            logs: t!("first-request-logs"),
            received: t!("first-request-received"),
            refused: t!("first-request-refused"),
            log: t!("first-request-log"),
        }
    }
}

/// Waits for the first request and shows it. Without JavaScript it says where to look instead.
#[island]
pub(crate) fn FirstRequest(key_id: String, words: FirstRequestWords) -> impl IntoView {
    let (awake, set_awake) = signal(false);
    let (seen, set_seen) = signal(None::<Seen>);
    let logs = format!("/logs?key_id={key_id}");
    Effect::new(move |_| {
        set_awake.set(true);
        wait_for(key_id.clone(), set_seen);
    });
    view! {
        <div class="first-request" role="status">
            {move || match (seen.get(), awake.get()) {
                (Some(seen), _) => first_request_notice(seen, words.clone()).into_any(),
                (None, true) => {
                    view! {
                        <p class="notice notice-quiet">
                            <span class="pulse" aria-hidden="true"></span>
                            <span>{words.waiting.clone()}</span>
                        </p>
                    }
                        .into_any()
                }
                (None, false) => {
                    view! {
                        <p class="notice notice-quiet">
                            <span>{words.later.clone()}</span>
                            <a href=logs.clone() target="_blank" rel="noopener">{words.logs.clone()}</a>
                        </p>
                    }
                        .into_any()
                }
            }}
        </div>
    }
}

fn first_request_notice(seen: Seen, words: FirstRequestWords) -> impl IntoView {
    let (class, word, picture) = if seen.good {
        ("notice notice-good", words.received, Picture::Check)
    } else {
        ("notice notice-bad", words.refused, Picture::Cross)
    };
    view! {
        <p class=class>
            <Icon picture />
            <span><strong>{word}</strong> " " {seen.words}</span>
            <a href=format!("/logs/{}", seen.id) target="_blank" rel="noopener">{words.log}</a>
        </p>
    }
}

/// Asks every two seconds until there is an answer or the page is left.
#[cfg(feature = "hydrate")]
fn wait_for(key_id: String, set_seen: WriteSignal<Option<Seen>>) {
    leptos::task::spawn_local(async move {
        match first_request(key_id.clone()).await {
            Ok(Some(seen)) => {
                set_seen.try_set(Some(seen));
            }
            Err(UiError::Unauthenticated { .. } | UiError::NotFound { .. }) => {}
            Ok(None) | Err(_) => set_timeout(move || wait_for(key_id, set_seen), std::time::Duration::from_secs(2)),
        }
    });
}

#[cfg(not(feature = "hydrate"))]
fn wait_for(_key_id: String, _set_seen: WriteSignal<Option<Seen>>) {}
