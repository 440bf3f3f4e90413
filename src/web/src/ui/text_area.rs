//! Text area component: its content is escaped here, because the framework (tachys) writes a dynamic child of this
//! element as it is.

use leptos::prelude::*;

/// Lines to be edited.
#[component]
pub(crate) fn TextArea(
    /// Name in the form, and id.
    name: &'static str,
    value: String,
    placeholder: String,
    /// Whether something is wrong with it.
    bad: bool,
    /// Ids of what describes it.
    described: Option<String>,
) -> impl IntoView {
    view! {
        <textarea
            class="input mono"
            id=name
            name=name
            rows="2"
            placeholder=placeholder
            autocomplete="off"
            spellcheck="false"
            aria-invalid=bad.then_some("true")
            aria-describedby=described
        >
            {escaped(&value)}
        </textarea>
    }
}

/// Text as the content of an element of escapable raw text (HTML, 13.1.2.5). A parser takes a line break at the beginning
/// away: then there is one more.
fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    if text.starts_with('\n') { format!("\n{text}") } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_does_not_break_out_of_its_field() {
        let html = view! {
            <TextArea name="n" value="a</textarea><h1>b & &lt;".to_owned() placeholder=String::new() bad=false described=None />
        }
        .to_html();
        assert_eq!(html.matches("</textarea>").count(), 1, "{html}");
        assert!(!html.contains("<h1>"), "{html}");
        assert!(html.contains("a&lt;/textarea&gt;&lt;h1&gt;b &amp; &amp;lt;"), "{html}");
        assert_eq!(escaped("\nx"), "\n\nx");
    }
}
