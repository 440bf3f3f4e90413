//! Permission summary: what a key may do, in a sentence.

use leptos::prelude::*;

/// Everything the sentence says.
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

/// A piece of the sentence, and whether it carries weight.
pub(crate) type Piece = (String, bool);

impl KeyPermissions {
    /// The sentence, beginning with the name: "ci may call **every model** …".
    pub(crate) fn with_name(&self) -> Vec<Piece> {
        let name = if self.name.trim().is_empty() {
            ("This key".to_owned(), false)
        } else {
            (self.name.trim().to_owned(), true)
        };
        let mut pieces = vec![name, plain(" may call ")];
        self.rest(&mut pieces);
        pieces
    }

    /// The sentence under a title that names the key already: "Call **every model** …".
    #[cfg(any(feature = "ssr", test))]
    pub(crate) fn without_name(&self) -> Vec<Piece> {
        let mut pieces = vec![plain("Call ")];
        self.rest(&mut pieces);
        pieces
    }

    fn rest(&self, pieces: &mut Vec<Piece>) {
        listed(pieces, &self.models, "every model");
        pieces.push(plain(" through "));
        listed(pieces, &self.upstreams, "every upstream");
        pieces.push(plain(", from "));
        listed(pieces, &self.addresses, "any address");
        match self.per_minute.as_deref() {
            Some("1") => pieces.extend([plain(", up to "), strong("1 request a minute")]),
            Some(n) => pieces.extend([plain(", up to "), strong(&format!("{n} requests a minute"))]),
            None => pieces.extend([plain(", "), strong("as fast as it likes")]),
        }
        match &self.until {
            Some(day) => pieces.extend([plain(", until "), strong(day)]),
            None => pieces.extend([plain(", "), strong("without an end")]),
        }
        pieces.push(plain("."));
    }
}

fn plain(text: &str) -> Piece {
    (text.to_owned(), false)
}

fn strong(text: &str) -> Piece {
    (text.to_owned(), true)
}

/// `a`, `a and b`, `a, b and c`; beyond three the rest is counted.
fn listed(pieces: &mut Vec<Piece>, items: &[String], none: &str) {
    let shown = if items.len() > 3 { &items[..2] } else { items };
    match shown {
        [] => pieces.push(strong(none)),
        [only] => pieces.push(strong(only)),
        [first @ .., last] => {
            for (i, item) in first.iter().enumerate() {
                if i > 0 {
                    pieces.push(plain(", "));
                }
                pieces.push(strong(item));
            }
            if items.len() > shown.len() {
                pieces.extend([
                    plain(", "),
                    strong(last),
                    plain(" and "),
                    strong(&format!("{} more", items.len() - shown.len())),
                ]);
            } else {
                pieces.extend([plain(" and "), strong(last)]);
            }
        }
    }
}

/// The pieces as text.
pub(crate) fn pieces_view(pieces: Vec<Piece>) -> impl IntoView {
    pieces
        .into_iter()
        .map(|(text, weighty)| if weighty { view! { <strong>{text}</strong> }.into_any() } else { text.into_any() })
        .collect_view()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(pieces: Vec<Piece>) -> String {
        pieces.into_iter().map(|(text, _)| text).collect()
    }

    #[test]
    fn without_restrictions() {
        let permissions = KeyPermissions::default();
        assert_eq!(
            text(permissions.with_name()),
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
    }
}
