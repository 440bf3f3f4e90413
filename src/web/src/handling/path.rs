//! Open redirect guard: where a page may redirect, to this site and nowhere else.

/// `text` if it is a path of this site; `/` otherwise. `//host` and `/\host` leave the site in a browser, as does
/// whatever it strips out before it looks (tabs and line breaks).
pub(crate) fn local_path(text: &str) -> &str {
    let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    let local = text.starts_with('/') && !text.starts_with("//");
    if plain && local && text.len() <= 2048 { text } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn stays_here() {
        for good in ["/", "/keys", "/logs?status=4xx&model=gpt-*", "/keys/key_01#top"] {
            assert_eq!(local_path(good), good);
        }
        for bad in
            ["", "keys", "//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "/a b", "/ü"]
        {
            assert_eq!(local_path(bad), "/", "{bad}");
        }
    }
}
