//! HTML document around every page: head, content security policy, frame.

use domain::{Decision, Target, Verb, text::visible};
use http::{HeaderValue, header};
use leptos::{config::LeptosOptions, nonce::use_nonce, prelude::*};
use leptos_axum::ResponseOptions;

use crate::{
    handling::{Flash, PageRequest, Section},
    texts,
    theme::Theme,
    ui::{frame::AppFrame, language::LanguageFoot, notice::Toast},
};

/// Who is signed in, and the figures beside the entries of the navigation.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) email: String,
    pub(crate) role: String,
    pub(crate) section: Section,
    pub(crate) keys: i64,
    pub(crate) upstreams: i64,
    /// Whether the settings are for them.
    pub(crate) settings: bool,
    /// The time zone they chose; none: the browser's.
    pub(crate) time_zone: Option<String>,
    /// Whether letters are shortcuts.
    pub(crate) letters: bool,
    /// Where the forms of the account menu come back to.
    pub(crate) path: String,
}

impl SignedIn {
    /// The user.
    pub(crate) async fn of(page_request: &PageRequest, section: Section) -> control::Result<Self> {
        let counts = control::navigation::counts(&page_request.cx).await?;
        let me = control::users::me(&page_request.cx);
        let path = page_request.path().to_owned();
        let settings =
            page_request.cx.principal().judge(Verb::Read, &Target::of(domain::Resource::Job)) == Decision::Allow;
        let (keys, upstreams) = (counts.keys, counts.upstreams);
        let (role, letters) = (me.role.as_str().to_owned(), page_request.letters);
        let time_zone = me.time_zone;
        Ok(Self { email: me.email, time_zone, role, section, keys, upstreams, settings, letters, path })
    }
}

/// The whole document.
#[component]
pub(crate) fn Document(
    title: String,
    options: LeptosOptions,
    theme: Theme,
    /// The page's address on this site.
    path: String,
    signed_in_user: Option<SignedIn>,
    flash: Option<Flash>,
    body: AnyView,
) -> impl IntoView {
    announce_policy();
    let stylesheet = format!("/{}/{}.css", options.site_pkg_dir, options.output_name);
    let islands = signed_in_user.is_some().then(|| view! { <HydrationScripts options islands=true /> });
    let flash = flash.map(|flash| view! { <Toast flash /> });
    let framed = match signed_in_user {
        Some(signed_in_user) => view! { <AppFrame signed_in_user theme>{flash}{body}</AppFrame> }.into_any(),
        None => view! { <main id="content" class="bare">{flash}{body}<LanguageFoot path /></main> }.into_any(),
    };
    view! {
        <!DOCTYPE html>
        <html lang=texts::current().tag() data-theme=theme.as_str()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="robots" content="noindex" />
                <title>{format!("{} · Keywright", visible(&title))}</title>
                <link rel="icon" type="image/svg+xml" href="/favicon.svg" />
                <link rel="preload" href="/fonts/inter-latin-5.3.woff2" r#as="font" r#type="font/woff2" crossorigin="anonymous" />
                <link rel="stylesheet" href=stylesheet />
                {islands}
            </head>
            <body>{framed}</body>
        </html>
    }
}

/// Scripts by nonce, everything else from this site: set where the nonce is known.
fn announce_policy() {
    let (Some(nonce), Some(answer)) = (use_nonce(), use_context::<ResponseOptions>()) else { return };
    let policy = format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; \
         object-src 'none'; frame-ancestors 'none'"
    );
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        answer.insert_header(header::CONTENT_SECURITY_POLICY, policy);
    }
}
