//! Form component: where it posts, what is wrong with it as a whole, and with each of its fields.
//!
//! Fields find their errors by themselves ([`Faults`] is in context), so that a page passes them once. Several forms on
//! a page tell themselves apart by their intent.

use contract::FieldErrors;
use leptos::{context::Provider, prelude::*};

use super::notice::Problem;
use crate::{error::UiError, texts::error_sentence};

/// What a form's button means: an enum of the page's intents, by the word that is posted.
pub(crate) trait Intent: Into<&'static str> {}

impl<I: Into<&'static str>> Intent for I {}

/// What is wrong with what was posted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Faults {
    /// By field.
    pub(crate) fields: FieldErrors,
    /// As a whole.
    pub(crate) banner: Option<String>,
}

impl Faults {
    /// Nothing, or what `error` says.
    pub(crate) fn of(error: Option<&UiError>) -> Self {
        match error {
            None => Self::default(),
            Some(UiError::Invalid { errors }) => Self { fields: errors.clone(), banner: None },
            Some(other) => Self { fields: FieldErrors::default(), banner: Some(error_sentence(other)) },
        }
    }

    /// Whether something is wrong with a field whose name begins so.
    pub(crate) fn touch(&self, fields: &[&str]) -> bool {
        self.fields.0.iter().any(|error| fields.iter().any(|field| error.field.starts_with(field)))
    }
}

/// The errors of the form around a field.
pub(super) fn faults_here() -> Faults {
    use_context::<Faults>().unwrap_or_default()
}

/// A form that posts to `action`.
#[component]
pub(crate) fn Form(
    #[prop(into)] action: String,
    #[prop(optional)] id: Option<&'static str>,
    #[prop(default = "form")] class: &'static str,
    #[prop(default = "post")] method: &'static str,
    /// Whether the browser looks first whether required fields are filled, before anything is posted.
    #[prop(optional)]
    checked_by_browser: bool,
    #[prop(optional)] faults: Faults,
    children: Children,
) -> impl IntoView {
    let problem = faults.banner.clone();
    view! {
        <form method=method action=action id=id class=class novalidate=!checked_by_browser>
            <Problem sentence=problem />
            <Provider value=faults>{children()}</Provider>
        </form>
    }
}

#[cfg(test)]
mod tests {
    use contract::Violation;

    use super::*;
    use crate::ui::field::TextField;

    #[test]
    fn each_form_of_a_page_has_its_own_errors() {
        let wrong = Faults::of(Some(&UiError::field("name", Violation::Required)));
        let html = Owner::new().with(|| {
            view! {
                <div>
                    <Form action="/a" faults=wrong>
                        <TextField name="name" label="One" />
                    </Form>
                    <Form action="/b">
                        <TextField name="name" label="Two" />
                    </Form>
                </div>
            }
            .to_html()
        });
        assert_eq!(html.matches("aria-invalid").count(), 1, "{html}");
        let (first, second) = html.split_once(r#"action="/b""#).unwrap();
        assert!(first.contains("field-error") && !second.contains("field-error"), "{html}");
    }

    #[test]
    fn an_error_of_the_whole_is_said_above_it() {
        let denied = Faults::of(Some(&UiError::Denied));
        let html = Owner::new().with(|| view! { <Form action="/a" faults=denied>"…"</Form> }.to_html());
        assert!(html.contains(r#"role="alert""#), "{html}");
    }
}
