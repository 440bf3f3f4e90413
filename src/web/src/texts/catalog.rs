//! Message catalogs: one per language, loaded once, each with English behind it.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use i18n_embed::{
    LanguageLoader as _,
    fluent::{FluentLanguageLoader, fluent_language_loader},
};
use rust_embed::RustEmbed;
use unic_langid::LanguageIdentifier;

use super::{Locale, current};

#[derive(RustEmbed)]
#[folder = "i18n"]
struct Files;

static LOADERS: LazyLock<[FluentLanguageLoader; 3]> = LazyLock::new(|| Locale::ALL.map(load));
static PSEUDO: LazyLock<FluentLanguageLoader> = LazyLock::new(|| {
    let loader = load(Locale::English);
    loader.with_bundles_mut(|bundle| bundle.set_transform(Some(|text| Cow::Owned(format!("⟦{text}⟧")))));
    loader
});

fn load(locale: Locale) -> FluentLanguageLoader {
    let loader = fluent_language_loader!();
    let language = |locale: Locale| locale.as_str().parse::<LanguageIdentifier>().unwrap_or_default();
    // What cannot be loaded is not there: texts are in English then, and a test has failed.
    if let Err(error) = loader.load_languages(&Files, &[language(locale), language(Locale::English)]) {
        tracing::error!(%error, language = locale.as_str(), "a catalog of texts cannot be read");
    }
    // Marks of direction around arguments would stand in copied texts, titles and attributes.
    loader.set_use_isolating(false);
    loader
}

/// The catalog of the language of the request.
pub(crate) fn loader() -> &'static FluentLanguageLoader {
    of(current())
}

fn of(locale: Locale) -> &'static FluentLanguageLoader {
    let [english, italian, chinese] = &*LOADERS;
    match locale {
        Locale::English => english,
        Locale::Italian => italian,
        Locale::Chinese => chinese,
        Locale::Pseudo => &PSEUDO,
    }
}

/// A text whose id is made at run time (codes of errors); `None` if there is none.
pub(crate) fn by_id(id: &str, arguments: HashMap<Cow<'static, str>, Cow<'static, str>>) -> Option<String> {
    let loader = loader();
    loader.has(id).then(|| loader.get_args(id, arguments))
}
