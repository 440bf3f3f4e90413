//! Key summary island: what the key being described may do, in a sentence and as a line for the terminal; both grow as
//! one types.

use leptos::prelude::*;

use crate::{
    ui::copy::CopyButton,
    words::sentence::{KeyPermissions, Piece, pieces_view},
};

/// What is typed into the form, as far as the sentence and the line show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Draft {
    pub(crate) permissions: KeyPermissions,
    /// Ids of the upstreams that `permissions` names.
    pub(crate) upstream_ids: Vec<String>,
    pub(crate) env: String,
    /// Days until it ends; `never` for no end.
    pub(crate) days: String,
}

impl Draft {
    /// The same from a terminal.
    pub(crate) fn command(&self) -> String {
        let KeyPermissions { name, models, addresses, per_minute, .. } = &self.permissions;
        let mut parts = vec!["keywright keys create".to_owned()];
        let name = if name.trim().is_empty() { "NAME" } else { name.trim() };
        parts.push(format!("--name {}", quoted(name)));
        if self.env == "test" {
            parts.push("--env test".to_owned());
        }
        if self.days != "never" {
            parts.push(format!("--expires-in-days {}", quoted(&self.days)));
        }
        match per_minute.as_deref() {
            Some("100") => {}
            Some(n) => parts.push(format!("--rpm {}", quoted(n))),
            None => parts.push("--rpm none".to_owned()),
        }
        parts.extend(models.iter().map(|model| format!("--model {}", quoted(model))));
        parts.extend(self.upstream_ids.iter().map(|id| format!("--upstream {}", quoted(id))));
        parts.extend(addresses.iter().map(|address| format!("--cidr {}", quoted(address))));
        parts.join(" \\\n  ")
    }
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:@,".contains(&b));
    if plain { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// One entry a line, or several with commas or blanks between them.
pub(crate) fn entries(text: &str) -> Vec<String> {
    text.split(|c: char| c == ',' || c.is_whitespace()).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

/// `60`; none for an empty field, which means no limit.
pub(crate) fn limit(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ',').collect();
    (!digits.is_empty()).then_some(digits)
}

/// The sentence and the line, following the form `key-form`.
#[island]
pub(crate) fn PlainWords(
    /// The sentence when the page was drawn.
    sentence: Vec<Piece>,
    /// The line when the page was drawn.
    command: String,
) -> impl IntoView {
    let (sentence, set_sentence) = signal(sentence);
    let (command, set_command) = signal(command);
    Effect::new(move |_| {
        follow(move |draft: Draft| {
            set_sentence.set(draft.permissions.with_name());
            set_command.set(draft.command());
        });
    });
    view! {
        <section class="aside-card" aria-labelledby="plain-words">
            <h2 id="plain-words">"In plain words"</h2>
            <p aria-live="polite">{move || pieces_view(sentence.get())}</p>
        </section>
        <section aria-labelledby="terminal">
            <h2 id="terminal" class="aside-title">"The same from a terminal"</h2>
            <div class="code-block">
                <pre id="command" tabindex="0">{command}</pre>
                <CopyButton target="command".to_owned() main=false />
            </div>
        </section>
    }
}

/// Reports what is typed to `changed`, now and from now on.
#[cfg(feature = "hydrate")]
fn follow(changed: impl Fn(Draft) + 'static) {
    use wasm_bindgen::{JsCast as _, closure::Closure};

    let Some(form) =
        document().get_element_by_id("key-form").and_then(|form| form.dyn_into::<web_sys::HtmlFormElement>().ok())
    else {
        return;
    };
    let read = {
        let form = form.clone();
        move || changed(draft(&form))
    };
    // The browser may have kept what was typed before a reload.
    read();
    let listener = Closure::<dyn Fn()>::new(read);
    let _ = form.add_event_listener_with_callback("input", listener.as_ref().unchecked_ref());
    // As long as the page.
    listener.forget();
}

#[cfg(not(feature = "hydrate"))]
fn follow(_changed: impl Fn(Draft) + 'static) {}

#[cfg(feature = "hydrate")]
fn draft(form: &web_sys::HtmlFormElement) -> Draft {
    use wasm_bindgen::JsCast as _;

    let data = web_sys::FormData::new_with_form(form).ok();
    let text = |name: &str| data.as_ref().and_then(|data| data.get(name).as_string()).unwrap_or_default();
    let option = form.query_selector("select[name=expires_in_days] option:checked").ok().flatten();
    let (mut upstreams, mut upstream_ids) = (Vec::new(), Vec::new());
    if let Ok(ticked) = form.query_selector_all("input[name=allowed_upstreams]:checked") {
        for i in 0..ticked.length() {
            let Some(tick) = ticked.get(i).and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else { continue };
            upstreams.extend(tick.get_attribute("data-name"));
            upstream_ids.extend(tick.get_attribute("value"));
        }
    }
    Draft {
        permissions: KeyPermissions {
            name: text("name"),
            models: entries(&text("allowed_models")),
            upstreams,
            addresses: entries(&text("allowed_cidrs")),
            per_minute: limit(&text("requests_per_minute")),
            until: option.and_then(|option| option.get_attribute("data-until")),
        },
        upstream_ids,
        env: text("env"),
        days: text("expires_in_days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_differs_from_the_defaults() {
        let mut draft = Draft {
            permissions: KeyPermissions {
                name: "ci".into(),
                per_minute: Some("100".into()),
                ..KeyPermissions::default()
            },
            upstream_ids: Vec::new(),
            env: "live".into(),
            days: "90".into(),
        };
        assert_eq!(draft.command(), "keywright keys create \\\n  --name ci \\\n  --expires-in-days 90");
        draft.permissions.name = "Ann's key".into();
        draft.permissions.models = vec!["gpt-*".into()];
        draft.permissions.per_minute = None;
        draft.days = "never".into();
        assert_eq!(
            draft.command(),
            "keywright keys create \\\n  --name 'Ann'\\''s key' \\\n  --rpm none \\\n  --model 'gpt-*'"
        );
    }

    #[test]
    fn lists_are_read_as_people_write_them() {
        assert_eq!(entries(" gpt-*, o3\n\n text-embedding-3-small "), ["gpt-*", "o3", "text-embedding-3-small"]);
        assert_eq!((limit(" 1,000 "), limit(" ")), (Some("1000".into()), None));
    }
}
