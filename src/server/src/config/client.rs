//! Client settings: what the CLI needs to call a running server.

use std::path::PathBuf;

use secrecy::SecretString;

use super::ConfigError;

/// The variables that the command line reads as a client of a running server, and what they do.
pub const CLIENT_VARIABLES: [(&str, &str); 3] = [
    ("KEYWRIGHT_URL", "where the admin API is; default `http://127.0.0.1:8081`"),
    ("KEYWRIGHT_TOKEN", "the server's `ADMIN_TOKEN`"),
    ("KEYWRIGHT_TOKEN_FILE", "a file that holds it; not both"),
];

/// Where the admin API is and who calls it.
pub struct ClientConfig {
    /// Scheme and authority of the admin listener.
    pub url: String,
    /// Bearer token, if one was given.
    pub token: Option<SecretString>,
}

impl ClientConfig {
    /// `KEYWRIGHT_URL`, and `KEYWRIGHT_TOKEN` or `KEYWRIGHT_TOKEN_FILE`.
    pub fn from_environment(environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let filled = |name: &str| environment(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let url = filled("KEYWRIGHT_URL").unwrap_or_else(|| "http://127.0.0.1:8081".to_owned());
        let token = match (filled("KEYWRIGHT_TOKEN"), filled("KEYWRIGHT_TOKEN_FILE")) {
            (Some(_), Some(_)) => {
                return Err(ConfigError::Value {
                    key: "token".to_owned(),
                    origin: "KEYWRIGHT_TOKEN".to_owned(),
                    message: "set KEYWRIGHT_TOKEN or KEYWRIGHT_TOKEN_FILE, not both".to_owned(),
                });
            }
            (Some(token), None) => Some(token),
            (None, Some(path)) => Some(read(&PathBuf::from(path))?),
            (None, None) => None,
        };
        Ok(Self { url: url.trim_end_matches('/').to_owned(), token: token.map(SecretString::from) })
    }
}

fn read(path: &PathBuf) -> Result<String, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::File { path: path.display().to_string(), message: error.to_string() })?;
    Ok(text.trim().to_owned())
}
