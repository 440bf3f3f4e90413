//! App frame: navigation, who is signed in, and the page.

use leptos::prelude::*;

use super::{
    icon::{Icon, Mark, Picture},
    language::LanguageButtons,
};
use crate::{handling::Section, shell::SignedIn, texts::t, theme::Theme, words::number};

/// Navigation beside the page; on a phone above it, behind a menu that needs no script.
#[component]
pub(crate) fn AppFrame(signed_in_user: SignedIn, theme: Theme, children: Children) -> impl IntoView {
    let signed_in_user = StoredValue::new(signed_in_user);
    view! {
        <a class="skip" href="#content">{t!("nav-skip")}</a>
        <div class="frame">
            <header class="topbar">
                <Brand />
                <details class="topmenu">
                    <summary aria-label=t!("nav-menu")>
                        <Icon picture=Picture::Menu />
                    </summary>
                    <div class="topmenu-body">
                        <Places signed_in_user=signed_in_user.get_value() label=t!("nav-main-small") />
                        <Account signed_in_user=signed_in_user.get_value() theme prefix="top" />
                    </div>
                </details>
            </header>
            <header class="sidebar">
                <Brand />
                <Places signed_in_user=signed_in_user.get_value() label=t!("nav-main") />
                <details class="account">
                    <summary>
                        <span class="avatar" aria-hidden="true">{initial(&signed_in_user.get_value().email)}</span>
                        <span class="account-words">
                            <span class="account-email">{signed_in_user.get_value().email}</span>
                            <span class="account-role">{t!("nav-role", role = signed_in_user.get_value().role)}</span>
                        </span>
                        <Icon picture=Picture::Down />
                    </summary>
                    <Account signed_in_user=signed_in_user.get_value() theme prefix="side" />
                </details>
            </header>
            <main id="content" class="page" tabindex="-1">{children()}</main>
        </div>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <Mark size=24 />
            <span>"Keywright"</span>
        </a>
    }
}

#[component]
fn Places(signed_in_user: SignedIn, label: String) -> impl IntoView {
    let current = signed_in_user.section;
    view! {
        <nav class="places" aria-label=label>
            <ul>
                <Place href="/" word=t!("nav-overview") picture=Picture::Overview here=current == Section::Overview />
            </ul>
            <p class="places-group">{t!("nav-group-access")}</p>
            <ul>
                <Place href="/keys" word=t!("nav-keys") picture=Picture::Key here=current == Section::Keys count=signed_in_user.keys />
            </ul>
            <p class="places-group">{t!("nav-group-routing")}</p>
            <ul>
                <Place
                    href="/upstreams"
                    word=t!("nav-upstreams")
                    picture=Picture::Chip
                    here=current == Section::Upstreams
                    count=signed_in_user.upstreams
                />
            </ul>
            <p class="places-group">{t!("nav-group-observe")}</p>
            <ul>
                <Place href="/logs" word=t!("nav-logs") picture=Picture::Lines here=current == Section::Logs />
            </ul>
            {signed_in_user
                .settings
                .then(|| {
                    view! {
                        <p class="places-group">{t!("nav-group-installation")}</p>
                        <ul>
                            <Place href="/settings" word=t!("nav-settings") picture=Picture::Gear here=current == Section::Settings />
                        </ul>
                    }
                })}
        </nav>
    }
}

#[component]
fn Place(
    href: &'static str,
    word: String,
    picture: Picture,
    here: bool,
    #[prop(optional)] count: Option<i64>,
) -> impl IntoView {
    view! {
        <li>
            <a class="place" href=href aria-current=here.then_some("page")>
                <Icon picture />
                <span class="place-word">{word}</span>
                {count.map(|count| view! { <span class="place-count">{number::count(count)}</span> })}
            </a>
        </li>
    }
}

#[component]
fn Account(signed_in_user: SignedIn, theme: Theme, prefix: &'static str) -> impl IntoView {
    let (colours, language) = (format!("{prefix}-theme"), format!("{prefix}-language"));
    let path = signed_in_user.path;
    view! {
        <div class="account-body">
            <form method="post" action="/theme" class="themes" aria-labelledby=colours.clone()>
                <p id=colours.clone() class="places-group">{t!("nav-colours")}</p>
                <input type="hidden" name="back" value=path.clone() />
                <div class="segments">
                    {Theme::ALL
                        .map(|choice| {
                            view! {
                                <button name="theme" value=choice.as_str() aria-pressed=if choice == theme { "true" } else { "false" }>
                                    {choice.label()}
                                </button>
                            }
                        })
                        .collect_view()}
                </div>
            </form>
            <form method="post" action="/language" class="themes" aria-labelledby=language.clone()>
                <p id=language.clone() class="places-group">{t!("nav-language")}</p>
                <LanguageButtons path />
            </form>
            <form method="post" action="/logout">
                <button class="button button-wide">{t!("nav-sign-out")}</button>
            </form>
        </div>
    }
}

fn initial(email: &str) -> String {
    email.chars().next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default()
}
