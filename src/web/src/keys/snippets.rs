//! Code snippets: the first call, ready to paste, with this gateway's address and this key in it.

use contract::{keys::KeyView, upstreams::UpstreamView};
use domain::{Catalog, Dialect, ModelPattern};

use crate::{
    texts::t,
    ui::code::{Code, CodeTab},
};

/// A model that answers on every installation: the built-in one.
const ALWAYS: &str = "echo";

/// Which tab is the `.env` file.
pub(super) const ENV_TAB: usize = 3;

/// Python, JavaScript, curl, `.env`.
pub(super) fn snippets(gateway_url: &str, key: &str, model: &str) -> Vec<CodeTab> {
    let base = format!("{gateway_url}/v1");
    vec![
        tab("Python", python(&base, key, model)),
        tab("JavaScript", javascript(&base, key, model)),
        tab("curl", curl(&base, key, model)),
        tab(".env", env(&base, key)),
    ]
}

fn tab(label: &str, code: Code) -> CodeTab {
    CodeTab { label: label.to_owned(), description: t!("reveal-snippet", name = label), code }
}

fn plain(text: &str) -> (Option<&'static str>, String) {
    (None, text.to_owned())
}

fn word(text: &str) -> (Option<&'static str>, String) {
    (Some("code-word"), text.to_owned())
}

fn string(text: &str) -> (Option<&'static str>, String) {
    (Some("code-string"), format!("\"{text}\""))
}

fn python(base: &str, key: &str, model: &str) -> Code {
    vec![
        word("from"),
        plain(" openai "),
        word("import"),
        plain(" OpenAI\n\nclient = OpenAI(\n    base_url="),
        string(base),
        plain(",\n    api_key="),
        string(key),
        plain(",\n)\nanswer = client.chat.completions.create(\n    model="),
        string(model),
        plain(",\n    messages=[{"),
        string("role"),
        plain(": "),
        string("user"),
        plain(", "),
        string("content"),
        plain(": "),
        string("Hello"),
        plain("}],\n)\nprint(answer.choices[0].message.content)"),
    ]
}

fn javascript(base: &str, key: &str, model: &str) -> Code {
    vec![
        word("import"),
        plain(" OpenAI "),
        word("from"),
        plain(" "),
        string("openai"),
        plain(";\n\n"),
        word("const"),
        plain(" client = "),
        word("new"),
        plain(" OpenAI({\n  baseURL: "),
        string(base),
        plain(",\n  apiKey: "),
        string(key),
        plain(",\n});\n"),
        word("const"),
        plain(" answer = "),
        word("await"),
        plain(" client.chat.completions.create({\n  model: "),
        string(model),
        plain(",\n  messages: [{ role: "),
        string("user"),
        plain(", content: "),
        string("Hello"),
        plain(" }],\n});\nconsole.log(answer.choices[0].message.content);"),
    ]
}

fn curl(base: &str, key: &str, model: &str) -> Code {
    vec![
        plain(&format!("curl {base}/chat/completions \\\n  -H ")),
        string(&format!("Authorization: Bearer {key}")),
        plain(" \\\n  -H "),
        string("Content-Type: application/json"),
        plain(" \\\n  -d "),
        (
            Some("code-string"),
            format!(r#"'{{"model": "{model}", "messages": [{{"role": "user", "content": "Hello"}}]}}'"#),
        ),
    ]
}

fn env(base: &str, key: &str) -> Code {
    vec![plain(&format!("OPENAI_BASE_URL={base}\nOPENAI_API_KEY={key}\n"))]
}

/// A model that this key may ask for where its requests go. Only names that need no quoting anywhere.
pub(super) fn suited_model(key: &KeyView, upstreams: &[UpstreamView], catalog: &Catalog) -> String {
    let quotable = |model: &str| model.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_./:".contains(&b));
    if let Some(exact) = key.allowed_models.iter().find(|model| quotable(model.as_str())) {
        return exact.as_str().to_owned();
    }
    let target = match key.allowed_upstreams.first() {
        Some(id) => upstreams.iter().find(|upstream| upstream.id == *id),
        None => upstreams.iter().find(|upstream| upstream.default_for.contains(&Dialect::Openai)),
    };
    let provider = target.and_then(|upstream| upstream.provider.known()).and_then(|id| catalog.get(id));
    let usual = provider.and_then(|provider| provider.models.first()).filter(|model| quotable(model.as_str()));
    let usual = usual.map_or(ALWAYS, String::as_str);
    let allowed = key.allowed_models.is_empty() || key.allowed_models.iter().any(|pattern| pattern.matches(usual));
    let stem = |pattern: &ModelPattern| pattern.as_str().split('*').next().unwrap_or_default().to_owned();
    if allowed {
        usual.to_owned()
    } else {
        key.allowed_models.first().map(stem).filter(|stem| quotable(stem)).unwrap_or_else(|| ALWAYS.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(code: &Code) -> String {
        code.iter().map(|(_, text)| text.as_str()).collect()
    }

    #[test]
    fn every_tab_has_the_address_and_the_whole_key() {
        let snippets = snippets("http://127.0.0.1:8080", "sk-auto-live-abc", "echo");
        let labels: Vec<_> = snippets.iter().map(|snippet| snippet.label.as_str()).collect();
        assert_eq!(labels, ["Python", "JavaScript", "curl", ".env"]);
        assert_eq!(snippets[ENV_TAB].label, ".env");
        for snippet in snippets {
            let code = text(&snippet.code);
            assert!(
                code.contains("http://127.0.0.1:8080/v1") && code.contains("sk-auto-live-abc"),
                "{}",
                snippet.label
            );
        }
    }

    #[test]
    fn env_is_two_lines() {
        assert_eq!(text(&env("http://h/v1", "k")), "OPENAI_BASE_URL=http://h/v1\nOPENAI_API_KEY=k\n");
    }
}
