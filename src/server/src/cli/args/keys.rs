//! Arguments of `keywright keys`.

use std::str::FromStr;

use clap::{Args, Subcommand, ValueEnum};
use contract::{
    FieldErrors,
    keys::{CreateKey, RateLimitsInput},
    labels,
};

/// Virtual keys.
#[derive(Subcommand)]
pub enum KeysCommand {
    /// Issue a key; its secret is printed once
    Create(CreateArgs),
    /// List keys, newest first
    List(ListArgs),
    /// Show a key, never its secret
    Show {
        /// `key_…`
        id: String,
    },
    /// Switch a key on
    Enable {
        /// `key_…`
        id: String,
    },
    /// Switch a key off, at once; it can be switched on again
    Disable {
        /// `key_…`
        id: String,
    },
    /// End a key, at once and for good
    Revoke {
        /// `key_…`
        id: String,
        /// Why: `no_longer_needed`, `leaked`, `owner_left` or `other`
        #[arg(long, value_name = "REASON")]
        reason: Option<String>,
    },
}

/// What a new key may do.
#[derive(Args)]
pub struct CreateArgs {
    /// For people, 1 to 100 characters
    #[arg(long)]
    pub name: String,
    /// Free text
    #[arg(long, default_value = "", hide_default_value = true)]
    pub description: String,
    /// A word to find and group keys by; may be repeated
    #[arg(long = "tag", value_name = "TAG")]
    pub tags: Vec<String>,
    /// Your own notes, as a JSON object
    #[arg(long, value_name = "JSON", default_value = "", hide_default_value = true)]
    pub metadata: String,
    /// live or test; part of the visible prefix [default: live]
    #[arg(long)]
    pub env: Option<String>,
    /// Days until it ends, 1 to 3650 [default: no end]
    #[arg(long, value_name = "DAYS", allow_negative_numbers = true, conflicts_with = "expires_at")]
    pub expires_in_days: Option<i64>,
    /// The instant it ends, such as 2027-02-18T09:00:00Z
    #[arg(long, value_name = "INSTANT")]
    pub expires_at: Option<String>,
    /// Requests per minute, or none [default: 100]
    #[arg(long, value_name = "N|none")]
    pub rpm: Option<Rpm>,
    /// Requests per hour, or none [default: none]
    #[arg(long, value_name = "N|none")]
    pub rph: Option<Rpm>,
    /// Requests per 24 hours, or none [default: none]
    #[arg(long, value_name = "N|none")]
    pub rpd: Option<Rpm>,
    /// Requests under way at once, or none [default: none]
    #[arg(long, value_name = "N|none")]
    pub concurrency: Option<Rpm>,
    /// Requests that may come at once, or none [default: none]
    #[arg(long, value_name = "N|none")]
    pub burst: Option<Rpm>,
    /// read or write; may be repeated [default: both]
    #[arg(long = "permission", value_name = "PERMISSION")]
    pub permissions: Vec<String>,
    /// A group of operations it may call, such as chat.completions; may be repeated [default: all but provider.admin]
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// A model it may ask for, exact or with *; may be repeated [default: every model]
    #[arg(long = "model", value_name = "MODEL")]
    pub models: Vec<String>,
    /// Id of an upstream it may reach; may be repeated [default: every upstream]
    #[arg(long = "upstream", value_name = "ID")]
    pub upstreams: Vec<String>,
    /// An address or network it may come from; may be repeated [default: everywhere]
    #[arg(long = "cidr", value_name = "CIDR")]
    pub cidrs: Vec<String>,
    /// Starts switched off
    #[arg(long)]
    pub disabled: bool,
    /// Print lines for a .env file instead
    #[arg(short = 'o', long = "output", value_name = "FORM")]
    pub output: Option<CreateForm>,
}

/// Forms beside the usual ones in which a new key may be printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CreateForm {
    /// `OPENAI_API_KEY=…` and `OPENAI_BASE_URL=…`
    Env,
}

/// Which keys.
#[derive(Args)]
pub struct ListArgs {
    /// One page only, from 1 [default: every page]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub page: Option<i64>,
    /// One page only, of so many rows, 1 to 100 [default: every page]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub page_size: Option<i64>,
    /// Part of a name or of the visible key (one or two characters: the beginning of a name), or a whole id
    #[arg(long, value_name = "TEXT")]
    pub search: Option<String>,
    /// active, disabled, expired or revoked
    #[arg(long)]
    pub state: Option<String>,
    /// -created_at, name or -last_used_at [default: -created_at]
    #[arg(long, value_name = "ORDER", allow_hyphen_values = true)]
    pub sort: Option<String>,
    /// Where the page begins, as the page before named it
    #[arg(long, value_name = "CURSOR", conflicts_with = "page")]
    pub cursor: Option<String>,
}

/// A rate limit as it is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rpm(pub Option<u32>);

impl FromStr for Rpm {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "none" => Ok(Self(None)),
            text => text.parse().map(|n| Self(Some(n))).map_err(|_| "use a whole number, or none for no limit"),
        }
    }
}

impl CreateArgs {
    /// The shape that every entry point takes.
    pub(in crate::cli) fn into_shape(self) -> Result<CreateKey, FieldErrors> {
        let limit = |said: Option<Rpm>| said.map(|Rpm(limit)| limit);
        let limits = RateLimitsInput {
            requests_per_minute: limit(self.rpm),
            requests_per_hour: limit(self.rph),
            requests_per_day: limit(self.rpd),
            concurrency: limit(self.concurrency),
            burst: limit(self.burst),
            tokens_per_minute: None,
        };
        Ok(CreateKey {
            name: self.name,
            description: self.description,
            tags: self.tags,
            metadata: labels::metadata(&self.metadata).map_err(|violation| FieldErrors::one("metadata", violation))?,
            env: self.env,
            enabled: Some(!self.disabled),
            expires_at: self.expires_at,
            expires_in_days: self.expires_in_days,
            project_id: None,
            permissions: self.permissions,
            scopes: self.scopes,
            allowed_models: self.models,
            allowed_upstreams: self.upstreams,
            allowed_cidrs: self.cidrs,
            rate_limits: (limits != RateLimitsInput::default()).then_some(limits),
        })
    }
}
