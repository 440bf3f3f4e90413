//! App frame: navigation, who is signed in, and the page.

use leptos::prelude::*;

use super::{
    icon::{Icon, Mark, Picture},
    language::LanguageButtons,
    peek::Peek,
};
use crate::{
    handling::Section,
    palette::{Help, Palette, PaletteWords, places},
    shell::SignedIn,
    texts::t,
    theme::Theme,
    words::number,
};

/// Navigation beside the page; on a phone above it, behind a menu that needs no script.
#[component]
pub(crate) fn AppFrame(signed_in_user: SignedIn, theme: Theme, children: Children) -> impl IntoView {
    let places = places(signed_in_user.settings);
    let letters = signed_in_user.letters;
    let (words, shown) = (PaletteWords::new(), places.clone());
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
                <Palette places words letters />
                <Places signed_in_user=signed_in_user.get_value() label=t!("nav-main") />
                <details class="account">
                    <summary>
                        <span class="avatar" aria-hidden="true" translate="no">{initial(&signed_in_user.get_value().email)}</span>
                        <span class="account-words">
                            <span class="account-email" translate="no">{signed_in_user.get_value().email}</span>
                            <span class="account-role">{t!("nav-role", role = signed_in_user.get_value().role)}</span>
                        </span>
                        <Icon picture=Picture::Down />
                    </summary>
                    <Account signed_in_user=signed_in_user.get_value() theme prefix="side" />
                </details>
            </header>
            <main id="content" class="page" tabindex="-1">{children()}</main>
            <Peek />
            <Help places=shown letters />
        </div>
    }
}

#[component]
fn Brand() -> impl IntoView {
    view! {
        <a class="brand" href="/">
            <Mark size=24 />
            <span translate="no">"Keywright"</span>
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
                <Place href="/models" word=t!("nav-models") picture=Picture::Route here=current == Section::Models />
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
    let keyboard = format!("{prefix}-letters");
    let clock = format!("{prefix}-zone");
    let (path, letters, own_zone) = (signed_in_user.path, signed_in_user.letters, signed_in_user.time_zone);
    // Any zone can be chosen over REST; here it is shown, and can be left.
    let other_zone = own_zone.clone().filter(|zone| zone != "UTC").map(|zone| {
        view! { <button name="time_zone" value=zone.clone() aria-pressed="true" translate="no">{zone.clone()}</button> }
    });
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
                <LanguageButtons path=path.clone() />
            </form>
            <form method="post" action="/zone" class="themes" aria-labelledby=clock.clone()>
                <p id=clock.clone() class="places-group">{t!("nav-zone")}</p>
                <input type="hidden" name="back" value=path.clone() />
                <div class="segments">
                    <button name="time_zone" value="" aria-pressed=own_zone.is_none().to_string()>{t!("nav-zone-browser")}</button>
                    <button name="time_zone" value="UTC" translate="no" aria-pressed=(own_zone.as_deref() == Some("UTC")).to_string()>
                        "UTC"
                    </button>
                    {other_zone}
                </div>
            </form>
            <form method="post" action="/letters" class="themes" aria-labelledby=keyboard.clone()>
                <p id=keyboard.clone() class="places-group">{t!("nav-letters")}</p>
                <input type="hidden" name="back" value=path />
                <div class="segments">
                    <button name="letters" value="on" aria-pressed=letters.to_string()>{t!("nav-letters-on")}</button>
                    <button name="letters" value="off" aria-pressed=(!letters).to_string()>{t!("nav-letters-off")}</button>
                </div>
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
