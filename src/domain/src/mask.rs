//! Secret masking: enough for the owner to recognise a secret, useless to everyone else (K4, C4).

/// A provider's secret: `sk-***1234`. A short one shows no tail at all.
pub fn provider_secret(secret: &str) -> String {
    let chars: Vec<char> = secret.chars().collect();
    if chars.len() < 12 {
        return "***".to_owned();
    }
    let head: String = match secret.find('-') {
        Some(at) if at <= 4 => secret[..=at].to_owned(),
        _ => String::new(),
    };
    let tail: String = chars[chars.len() - 4..].iter().collect();
    format!("{head}***{tail}")
}

/// A virtual key: prefix, first four, `…`, last four of the whole key: `sk-auto-live-9fQ2…Lk7a`.
/// `prefix` ends where the random part begins.
pub fn virtual_key(whole: &str, prefix: &str) -> String {
    let body = whole.strip_prefix(prefix).unwrap_or(whole);
    let head: String = body.chars().take(4).collect();
    let tail: String = body.chars().skip(body.chars().count().saturating_sub(4)).collect();
    format!("{prefix}{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_more_than_promised() {
        assert_eq!(provider_secret("sk-proj-abcdefgh1234"), "sk-***1234");
        assert_eq!(provider_secret("0123456789abcdef"), "***cdef");
        assert_eq!(provider_secret("short"), "***");
        assert_eq!(virtual_key("sk-auto-live-9fQ2xxxxxxLk7a", "sk-auto-live-"), "sk-auto-live-9fQ2…Lk7a");
    }
}
