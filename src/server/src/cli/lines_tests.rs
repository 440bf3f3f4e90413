//! Every command line that the operations' declarations make is one that this program takes.

use clap::Parser as _;
use contract::{
    keys::{CreateKey, KeyQuery, KeysCreate, KeysList, RateLimitsInput},
    logs::{LogQuery, LogsList},
    operation::{Declared, Operation, PathIds, Visit, VisitSpecial, command},
    upstreams::{CreateUpstream, UpstreamsCreate},
};
use domain::{JobName, JobRunId, KeyId, ModelId, RequestId, Timestamp, UpstreamId};

use super::args::Cli;

/// The words of a line, as a POSIX shell sees them.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut begun, mut quoted) = (Vec::new(), String::new(), false, false);
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => (quoted, begun) = (!quoted, true),
            '\\' if !quoted => word.extend(letters.next().filter(|next| *next != '\n')),
            letter if !quoted && letter.is_whitespace() => {
                if begun || !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                begun = false;
            }
            letter => word.push(letter),
        }
    }
    if begun || !word.is_empty() {
        words.push(word);
    }
    words
}

fn taken(line: &str) {
    let words = words(line);
    if let Err(error) = Cli::try_parse_from(&words) {
        panic!("{line}\n{words:?}\n{error}");
    }
}

fn sample(looks: &str) -> String {
    let (at, random) = (Timestamp(1), [1; 10]);
    match looks {
        "key_…" => KeyId::new(at, random).to_string(),
        "up_…" => UpstreamId::new(at, random).to_string(),
        "req_…" => RequestId::new(at, random).to_string(),
        "mdl_…" => ModelId::new(at, random).to_string(),
        "job_…" => JobRunId::new(at, random).to_string(),
        _ => "audit_head".parse::<JobName>().unwrap().to_string(),
    }
}

#[derive(Default)]
struct Lines {
    seen: usize,
}

impl<O: Operation> Visit<O> for Lines {
    fn visit(&mut self) {
        let texts: Vec<String> = O::Path::LOOKS.iter().map(|looks| sample(looks)).collect();
        let path = O::Path::parse(&texts.iter().map(String::as_str).collect::<Vec<_>>()).unwrap();
        let example = if O::SPEC.example.is_empty() { "{}" } else { O::SPEC.example };
        let input: O::Input = serde_json::from_str(example).unwrap();
        if let Some(line) = command::<O>(&path, &input) {
            taken(&line);
            self.seen += 1;
        }
    }
}

impl<O: Declared> VisitSpecial<O> for Lines {
    fn visit_special(&mut self) {}
}

#[test]
fn every_operation_has_a_line_that_is_taken() {
    let mut lines = Lines::default();
    contract::operations::each(&mut lines);
    assert!(lines.seen > 10, "{}", lines.seen);
}

#[test]
fn every_flag_of_a_full_input_is_one() {
    let key = CreateKey {
        name: "Ada's key".to_owned(),
        description: "-x $HOME".to_owned(),
        tags: vec!["night run".to_owned(), "--ci".to_owned()],
        metadata: serde_json::from_str(r#"{"a": "b c"}"#).unwrap(),
        env: Some("test".to_owned()),
        expires_in_days: Some(90),
        allowed_models: vec!["gpt-*".to_owned()],
        allowed_upstreams: vec![sample("up_…")],
        allowed_cidrs: vec!["10.0.0.0/8".to_owned(), "2001:db8::/32".to_owned()],
        rate_limits: Some(RateLimitsInput {
            requests_per_minute: Some(None),
            requests_per_hour: Some(Some(1_000)),
            requests_per_day: Some(Some(9_000)),
            concurrency: Some(Some(4)),
            burst: Some(Some(20)),
            tokens_per_minute: None,
        }),
        permissions: vec!["read".to_owned()],
        scopes: vec!["chat".to_owned(), "embeddings".to_owned()],
        ..CreateKey::default()
    };
    taken(&command::<KeysCreate>(&(), &key).unwrap());
    let query = KeyQuery {
        search: Some("-x".to_owned()),
        state: Some("active".to_owned()),
        sort: Some("-last_used_at".to_owned()),
        page_size: Some(5),
        cursor: Some("c".to_owned()),
        ..KeyQuery::default()
    };
    taken(&command::<KeysList>(&(), &query).unwrap());
    let query = LogQuery {
        key_id: Some(sample("key_…")),
        model: Some("m".to_owned()),
        upstream: Some("a b".to_owned()),
        status: Some("4xx".to_owned()),
        id: Some(sample("req_…")),
        since: Some("2026-11-21T09:00:00Z".to_owned()),
        until: Some("2026-11-21T10:00:00Z".to_owned()),
        limit: Some(5),
        cursor: Some("c".to_owned()),
    };
    taken(&command::<LogsList>(&(), &query).unwrap());
    let upstream = CreateUpstream {
        name: "n".to_owned(),
        provider: "openai".to_owned(),
        base_url: Some("https://a.example/v1".to_owned()),
        api_key: Some("sk-canary".to_owned()),
        is_default: Some(true),
        ..CreateUpstream::default()
    };
    let line = command::<UpstreamsCreate>(&(), &upstream).unwrap();
    assert!(!line.contains("sk-canary") && line.contains("--default"), "{line}");
    taken(&line);
}

#[test]
fn a_line_is_read_as_a_shell_reads_it() {
    assert_eq!(words("a 'b c' \\\n  --d 'it'\\''s' ''"), ["a", "b c", "--d", "it's", ""]);
}
