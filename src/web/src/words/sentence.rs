//! Permission summary: what a key may do, in a sentence of the reader's language.
//!
//! A sentence is one message of the catalog, in which the weighty parts stand between two marks.

use leptos::prelude::*;

/// A piece of the sentence, and whether it carries weight.
pub(crate) type Piece = (String, bool);

/// Everything the sentence says.
#[cfg(feature = "ssr")]
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct KeyPermissions {
    /// The key's name; empty while it has none.
    pub(crate) name: String,
    /// Models it may ask for; empty: every model.
    pub(crate) models: Vec<String>,
    /// Names of upstreams it may reach; empty: every upstream.
    pub(crate) upstreams: Vec<String>,
    /// Networks it may come from; empty: everywhere.
    pub(crate) addresses: Vec<String>,
    /// Requests a minute; `None`: no limit.
    pub(crate) per_minute: Option<String>,
    /// The day it ends, in words; `None`: never.
    pub(crate) until: Option<String>,
}

/// The pieces as text.
pub(crate) fn pieces_view(pieces: Vec<Piece>) -> impl IntoView {
    pieces
        .into_iter()
        .map(
            |(text, weighty)| {
                if weighty { view! { <strong><bdi>{text}</bdi></strong> }.into_any() } else { text.into_any() }
            },
        )
        .collect_view()
}

#[cfg(feature = "ssr")]
mod said {
    use super::{KeyPermissions, Piece};
    use crate::{texts::t, words::number};

    /// Before and behind a weighty part. From the private use area: nothing that people type, and taken out of it if so.
    const MARKS: [char; 2] = ['\u{e000}', '\u{e001}'];

    impl KeyPermissions {
        /// The sentence, beginning with the name: "ci may call **every model** …".
        pub(crate) fn with_name(&self) -> Vec<Piece> {
            let name = match self.name.trim() {
                "" => t!("key-sentence-no-name"),
                name => weighty(name),
            };
            let [models, upstreams, addresses, pace, end] = self.parts();
            pieces(&t!(
                "key-sentence",
                name = name,
                models = models,
                upstreams = upstreams,
                addresses = addresses,
                pace = pace,
                end = end
            ))
        }

        /// The sentence under a title that names the key already: "Call **every model** …".
        pub(crate) fn without_name(&self) -> Vec<Piece> {
            let [models, upstreams, addresses, pace, end] = self.parts();
            pieces(&t!(
                "key-sentence-without-name",
                models = models,
                upstreams = upstreams,
                addresses = addresses,
                pace = pace,
                end = end
            ))
        }

        /// Each a phrase of its own, complete in the catalog.
        fn parts(&self) -> [String; 5] {
            [
                listed(&self.models).unwrap_or_else(|| marked(&t!("key-sentence-every-model"))),
                listed(&self.upstreams).unwrap_or_else(|| marked(&t!("key-sentence-every-upstream"))),
                listed(&self.addresses).unwrap_or_else(|| marked(&t!("key-sentence-any-address"))),
                match self.per_minute.as_deref() {
                    Some(n) => {
                        // What is no number yet is shown as it is typed.
                        let count: i64 =
                            n.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap_or(0);
                        t!(
                            "key-sentence-pace",
                            count = count,
                            shown = bare(n),
                            open = MARKS[0].to_string(),
                            close = MARKS[1].to_string()
                        )
                    }
                    None => marked(&t!("key-sentence-no-pace")),
                },
                match &self.until {
                    Some(day) => t!("key-sentence-until", day = weighty(day)),
                    None => marked(&t!("key-sentence-no-end")),
                },
            ]
        }
    }

    /// `a`, `a and b`, `a, b and c`; beyond three the rest is counted. `None`: there is nothing to list.
    fn listed(items: &[String]) -> Option<String> {
        Some(match items {
            [] => return None,
            [only] => weighty(only),
            [one, two] => t!("list-two", one = weighty(one), two = weighty(two)),
            [one, two, three] => {
                t!("list-three", one = weighty(one), two = weighty(two), three = weighty(three))
            }
            [one, two, rest @ ..] => {
                let more =
                    marked(&t!("list-rest", shown = number::count(i64::try_from(rest.len()).unwrap_or(i64::MAX))));
                t!("list-more", one = weighty(one), two = weighty(two), more = more)
            }
        })
    }

    fn bare(text: &str) -> String {
        text.replace(MARKS, "")
    }

    /// A text from outside, as a weighty part.
    fn weighty(text: &str) -> String {
        marked(&bare(text))
    }

    fn marked(text: &str) -> String {
        format!("{}{text}{}", MARKS[0], MARKS[1])
    }

    fn pieces(sentence: &str) -> Vec<Piece> {
        let mut pieces = Vec::new();
        for (at, part) in sentence.split(MARKS).enumerate() {
            if !part.is_empty() {
                // Marks come in pairs: what stands between two of them has an odd place.
                pieces.push((part.to_owned(), at % 2 == 1));
            }
        }
        pieces
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        fn text(pieces: Vec<Piece>) -> String {
            pieces.into_iter().map(|(text, _)| text).collect()
        }

        #[test]
        fn without_restrictions() {
            let pieces = KeyPermissions::default().with_name();
            let weighty: Vec<&str> =
                pieces.iter().filter(|(_, weight)| *weight).map(|(text, _)| text.as_str()).collect();
            assert_eq!(
                weighty,
                ["every model", "every upstream", "any address", "as fast as it likes", "without an end"]
            );
            assert_eq!(
                text(pieces),
                "This key may call every model through every upstream, from any address, as fast as it likes, without an end."
            );
        }

        #[test]
        fn with_all_of_them() {
            let permissions = KeyPermissions {
                name: "checkout-assistant".into(),
                models: vec!["gpt-*".into(), "text-embedding-3-*".into()],
                upstreams: vec!["openai".into()],
                addresses: (1..=4).map(|n| format!("10.0.0.{n}/32")).collect(),
                per_minute: Some("60".into()),
                until: Some("18 February 2027".into()),
            };
            assert_eq!(
                text(permissions.without_name()),
                "Call gpt-* and text-embedding-3-* through openai, from 10.0.0.1/32, 10.0.0.2/32 and 2 more, up to 60 requests \
                 a minute, until 18 February 2027."
            );
            let one = KeyPermissions { per_minute: Some("1".into()), ..KeyPermissions::default() };
            assert!(text(one.with_name()).contains("up to 1 request a minute,"));
        }

        #[test]
        fn marks_from_outside_carry_no_weight() {
            let name = "a\u{e001}b\u{e000}c".to_owned();
            let pieces = KeyPermissions { name, ..KeyPermissions::default() }.with_name();
            assert_eq!(pieces[..2], [("abc".to_owned(), true), (" may call ".to_owned(), false)]);
        }
    }
}
