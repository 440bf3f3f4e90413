//! Path parameters: the ids in an operation's path.

use std::fmt::Write as _;

use domain::{JobName, JobRunId, KeyId, ModelId, RequestId, UpstreamId};

/// One id in a path.
pub trait PathId: Clone + Send + Sync + Sized + 'static {
    /// What people call the thing that it belongs to: `key`.
    const NOUN: &'static str;
    /// How it looks, for documents: `key_…`.
    const LOOKS: &'static str;

    /// Reads it. Text that cannot be an id leads nowhere, like an id that nothing has.
    fn parse(text: &str) -> Option<Self>;

    /// Its text.
    fn text(&self) -> String;
}

macro_rules! path_ids {
    ($($id:ty: $noun:literal $looks:literal;)*) => {$(
        impl PathId for $id {
            const NOUN: &'static str = $noun;
            const LOOKS: &'static str = $looks;

            fn parse(text: &str) -> Option<Self> {
                text.parse().ok()
            }

            fn text(&self) -> String {
                self.to_string()
            }
        }
    )*};
}

path_ids! {
    KeyId: "key" "key_…";
    UpstreamId: "upstream" "up_…";
    RequestId: "request" "req_…";
    ModelId: "model route" "mdl_…";
    JobName: "job" "a job's name";
    JobRunId: "run" "job_…";
}

/// All ids of a path, in the order in which they stand there: `()`, one id, or two.
pub trait PathIds: Clone + Send + Sync + Sized + 'static {
    /// What a path with ids that cannot be leads to: there is no such …
    const NOUN: &'static str;
    /// How each of them looks.
    const LOOKS: &'static [&'static str];

    /// Reads them.
    fn parse(texts: &[&str]) -> Option<Self>;

    /// Their texts.
    fn texts(&self) -> Vec<String>;
}

impl PathIds for () {
    const NOUN: &'static str = "path";
    const LOOKS: &'static [&'static str] = &[];

    fn parse(texts: &[&str]) -> Option<Self> {
        texts.is_empty().then_some(())
    }

    fn texts(&self) -> Vec<String> {
        Vec::new()
    }
}

impl<A: PathId> PathIds for A {
    const NOUN: &'static str = A::NOUN;
    const LOOKS: &'static [&'static str] = &[A::LOOKS];

    fn parse(texts: &[&str]) -> Option<Self> {
        match texts {
            [one] => A::parse(one),
            _ => None,
        }
    }

    fn texts(&self) -> Vec<String> {
        vec![self.text()]
    }
}

impl<A: PathId, B: PathId> PathIds for (A, B) {
    const NOUN: &'static str = B::NOUN;
    const LOOKS: &'static [&'static str] = &[A::LOOKS, B::LOOKS];

    fn parse(texts: &[&str]) -> Option<Self> {
        match texts {
            [one, two] => Some((A::parse(one)?, B::parse(two)?)),
            _ => None,
        }
    }

    fn texts(&self) -> Vec<String> {
        vec![self.0.text(), self.1.text()]
    }
}

/// The names of the parameters of a path template, in order.
pub fn names(template: &str) -> impl Iterator<Item = &str> {
    template.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

/// The template with its parameters filled in, percent-encoded (RFC 3986).
pub fn filled(template: &str, texts: &[String]) -> String {
    let mut texts = texts.iter();
    let parts: Vec<String> = template
        .split('/')
        .map(|part| match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
            Some(_) => texts.next().map(|text| segment(text)).unwrap_or_default(),
            None => part.to_owned(),
        })
        .collect();
    parts.join("/")
}

fn segment(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Timestamp;

    #[test]
    fn ids_are_filled_in_and_read_back() {
        let pair = (KeyId::new(Timestamp(1), [1; 10]), UpstreamId::new(Timestamp(1), [2; 10]));
        let path = filled("/keys/{id}/upstreams/{upstream_id}/x", &pair.texts());
        assert_eq!(path, format!("/keys/{}/upstreams/{}/x", pair.0, pair.1));
        assert_eq!(<(KeyId, UpstreamId)>::parse(&[pair.0.as_str(), pair.1.as_str()]), Some(pair.clone()));
        assert_eq!(<(KeyId, UpstreamId)>::parse(&[pair.1.as_str(), pair.0.as_str()]), None);
        assert_eq!(names("/keys/{id}/upstreams/{upstream_id}/x").collect::<Vec<_>>(), ["id", "upstream_id"]);
    }

    #[test]
    fn odd_characters_stay_in_their_segment() {
        assert_eq!(filled("/jobs/{name}/run", &["a/../b ü?".to_owned()]), "/jobs/a%2F..%2Fb%20%C3%BC%3F/run");
    }
}
