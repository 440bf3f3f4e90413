//! Multipart forms (RFC 7578): the few parts that policy has to know, found without copying.
//!
//! A rule about models must hold for whatever a lenient reader may make of a form. So a form that two readers could take
//! apart differently is refused instead of guessed at.

use std::ops::Range;

/// What a form says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its name.
    pub name: String,
    /// Where its value stands in the body.
    pub value: Range<usize>,
}

/// Most parts of a form.
const PARTS_MAX: usize = 1024;
/// Longest head of a part, bytes.
const HEAD_MAX: usize = 8192;

/// A form that cannot be taken apart, or could be taken apart in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the body is not a well-formed multipart form")]
pub struct BadForm;

impl Form {
    /// Takes a whole body apart. `content_type` names the boundary.
    pub fn read(content_type: &str, body: &[u8]) -> Result<Self, BadForm> {
        let boundary = boundary(content_type).ok_or(BadForm)?;
        let dashes = [b"--", boundary.as_bytes()].concat();
        let marks: Vec<usize> = memchr::memmem::find_iter(body, &dashes).collect();
        let mut parts = Vec::new();
        let mut open: Option<usize> = None;
        let mut closed = false;
        for at in marks {
            // In a part's text the boundary cannot stand (RFC 2046, 5.1.1): wherever it does, it begins a line.
            let begins_line = at == 0 || body[..at].ends_with(b"\r\n");
            if !begins_line || closed || parts.len() > PARTS_MAX {
                return Err(BadForm);
            }
            if let Some(from) = open {
                parts.push(part(body, from..at - 2)?);
            }
            let after = at + dashes.len();
            let rest = &body[after..];
            if rest.starts_with(b"\r\n") {
                open = Some(after + 2);
            } else if rest.starts_with(b"--") {
                closed = true;
            } else {
                return Err(BadForm);
            }
        }
        if closed { Ok(Self { parts }) } else { Err(BadForm) }
    }

    /// Where the values of all parts of a name stand, whatever its case: readers exist that do not mind it.
    pub fn values(&self, name: &str) -> impl Iterator<Item = Range<usize>> {
        self.parts.iter().filter(move |part| part.name.eq_ignore_ascii_case(name)).map(|part| part.value.clone())
    }
}

fn part(body: &[u8], at: Range<usize>) -> Result<Part, BadForm> {
    let text = body.get(at.clone()).ok_or(BadForm)?;
    let head_end = memchr::memmem::find(text, b"\r\n\r\n").filter(|end| *end <= HEAD_MAX).ok_or(BadForm)?;
    let head = std::str::from_utf8(&text[..head_end]).map_err(|_| BadForm)?;
    let mut names = head.split("\r\n").filter_map(|line| {
        let (field, value) = line.split_once(':')?;
        field.trim().eq_ignore_ascii_case("content-disposition").then_some(value)
    });
    let (Some(disposition), None) = (names.next(), names.next()) else { return Err(BadForm) };
    // A bare line end would be the end of a line to some.
    if head.replace("\r\n", "").contains(['\r', '\n']) {
        return Err(BadForm);
    }
    let name = parameter(disposition, "name").ok_or(BadForm)?;
    Ok(Part { name, value: at.start + head_end + 4..at.end })
}

fn boundary(content_type: &str) -> Option<String> {
    let kind = content_type.split(';').next()?.trim();
    if !kind.get(..10)?.eq_ignore_ascii_case("multipart/") {
        return None;
    }
    parameter(content_type, "boundary").filter(|text| !text.is_empty() && text.len() <= 200)
}

/// A parameter of a header's value, quoted or not; `None` where it is missing, stands twice, or comes in an encoding of its
/// own (`name*`).
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut found = None;
    let mut rest = value.split_once(';')?.1;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() {
            return found;
        }
        let (name, after) = rest.split_once('=')?;
        let name = name.trim();
        let after = after.trim_start();
        let (text, left) = if let Some(quoted) = after.strip_prefix('"') {
            let mut text = String::new();
            let mut chars = quoted.char_indices();
            let end = loop {
                match chars.next()? {
                    (_, '\\') => text.push(chars.next()?.1),
                    (at, '"') => break at,
                    (_, c) => text.push(c),
                }
            };
            (text, &quoted[end + 1..])
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if name.eq_ignore_ascii_case(wanted) {
            if found.is_some() {
                return None;
            }
            found = Some(text);
        } else if name.strip_suffix('*').is_some_and(|name| name.eq_ignore_ascii_case(wanted)) {
            return None;
        }
        let left = left.trim_start();
        rest = match left.strip_prefix(';') {
            Some(rest) => rest,
            None if left.is_empty() => "",
            None => return None,
        };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KIND: &str = "multipart/form-data; boundary=xyz";

    fn form(parts: &[(&str, &str)]) -> String {
        let mut out = String::new();
        for (name, value) in parts {
            out += &["--xyz\r\nContent-Disposition: form-data; name=\"", name, "\"\r\n\r\n", value, "\r\n"].concat();
        }
        out + "--xyz--\r\n"
    }

    fn models(body: &str) -> Result<Vec<String>, BadForm> {
        let form = Form::read(KIND, body.as_bytes())?;
        Ok(form.values("model").map(|at| body[at].to_owned()).collect())
    }

    #[test]
    fn parts_are_found_wherever_they_stand() {
        let body = form(&[("file", "RIFF\r\n\r\nmodel=x\r\n"), ("model", "whisper-1"), ("n", "")]);
        assert_eq!(models(&body), Ok(vec!["whisper-1".to_owned()]));
        assert_eq!(models(&form(&[("Model", "a"), ("model", "b")])), Ok(vec!["a".to_owned(), "b".to_owned()]));
        assert_eq!(models(&form(&[("file", "x")])), Ok(vec![]));
        let unquoted = "--xyz\r\ncontent-disposition: form-data; name=model\r\n\r\nm\r\n--xyz--";
        assert_eq!(models(unquoted), Ok(vec!["m".to_owned()]));
        let quoted = Form::read("Multipart/Form-Data; charset=x; boundary=\"xyz\"", body.as_bytes());
        assert_eq!(quoted.unwrap().parts.len(), 3);
    }

    #[test]
    fn what_two_readers_could_take_differently_is_refused() {
        let good = form(&[("model", "m")]);
        for bad in [
            String::new(),
            "--xyz\r\n".to_owned(),
            good.replace("--xyz--", "--xyz"),
            good.replace("\r\n\r\n", "\n\n"),
            good.replace("; name=\"model\"", ""),
            good.replace("; name=\"model\"", "; name=\"a\"; name=\"model\""),
            good.replace("; name=\"model\"", "; name*=utf-8''model"),
            good.replace("\r\n\r\n", "\r\ncontent-disposition: form-data; name=\"x\"\r\n\r\n"),
            good.replace("\r\n\r\nm", "\r\n\r\nm --xyz"),
            format!("{good}{good}"),
            good.replace("--xyz\r\n", "--xyzz\r\n"),
        ] {
            assert_eq!(models(&bad), Err(BadForm), "{bad:?}");
        }
        assert!(Form::read("multipart/form-data", good.as_bytes()).is_err());
        assert!(Form::read("application/json; boundary=xyz", good.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn values_come_back_as_they_went_in(values in prop::collection::vec("[a-z\r\n -]{0,20}", 1..5)) {
            let parts: Vec<(&str, &str)> = values.iter().map(|value| ("model", value.as_str())).collect();
            prop_assert_eq!(models(&form(&parts)), Ok(values.clone()));
        }

        #[test]
        fn any_bytes_are_judged_without_a_panic(bytes in prop::collection::vec(prop::sample::select(b"-xyz\r\n: ;=\"namecontent-disposition".to_vec()), 0..120)) {
            let _ = Form::read(KIND, &bytes);
        }
    }
}
