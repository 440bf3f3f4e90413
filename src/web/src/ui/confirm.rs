//! Confirmation page component: asks before something is taken away, quotes what it would interrupt, and has the focus
//! on Cancel. In the browser the link to it opens it as a dialog (`peek.rs`).

use leptos::prelude::*;

use super::{
    detail::Detail,
    form::{Faults, Form},
    heading::Title,
};

/// The page. Its children are fields of the form.
#[component]
pub(crate) fn Confirm(
    /// The list that the thing is in: its address and its name.
    parent: (&'static str, String),
    /// What the thing is called.
    #[prop(into)]
    name: String,
    #[prop(into)] question: Title,
    /// One line under the question.
    lead: AnyView,
    /// What it would interrupt, from what was measured.
    #[prop(into)]
    impact: String,
    /// What it means.
    #[prop(into)]
    consequence: String,
    /// Where the form posts.
    #[prop(into)]
    action: String,
    /// Where Cancel leads.
    #[prop(into)]
    back: String,
    /// The word on the way back.
    #[prop(into)]
    cancel: String,
    /// The word on the way on.
    #[prop(into)]
    confirm: String,
    faults: Faults,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <Detail parent title=question here=name lead>
            <div class="card ask-card">
                <p class="prose">
                    <strong>{impact}</strong>
                </p>
                <p class="prose muted">{consequence}</p>
                <Form action faults>
                    {children.map(|children| children())}
                    <div class="form-actions">
                        <a class="button button-large" href=back autofocus=true data-peek-close="">{cancel}</a>
                        <button class="button button-danger-main button-large">{confirm}</button>
                    </div>
                </Form>
            </div>
        </Detail>
    }
}
