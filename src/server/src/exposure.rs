//! Exposure warnings: what works, but an administrator would want to know; connections that others could read or
//! answer.

use secrecy::ExposeSecret as _;
use store::{POSTGRES_VARIABLES, PostgresLink};

use crate::config::{Config, Environment};

/// A sentence for each thing about the way to PostgreSQL that is weaker than it could be. Nothing with SQLite.
pub fn postgres(config: &Config, environment: &Environment) -> Vec<String> {
    let Some(url) = &config.database.url else { return Vec::new() };
    let mut sentences = Vec::new();
    // A URL that cannot be read fails where it is used, with a better sentence.
    if let Ok(link) = PostgresLink::of(url.expose_secret())
        && !link.local
        && !link.verified
    {
        sentences.push(format!(
            "the connection to PostgreSQL at {} does not check the server's certificate: anyone on the way could read \
             and change everything. End DATABASE_URL with ?sslmode=verify-full (and &sslrootcert=FILE for a CA of your own)",
            link.host
        ));
    }
    let set: Vec<&str> = POSTGRES_VARIABLES.into_iter().filter(|name| environment.has(name)).collect();
    if !set.is_empty() {
        sentences.push(format!(
            "{} {} set, and the PostgreSQL driver uses {} wherever DATABASE_URL is silent; unset what is not meant for Keywright",
            set.join(", "),
            if set.len() == 1 { "is" } else { "are" },
            if set.len() == 1 { "it" } else { "them" },
        ));
    }
    sentences
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flags, resolve};

    fn sentences(url: &str, variables: &[&str]) -> Vec<String> {
        let flags =
            Flags { config: None, values: vec![("database.url", url.to_owned()), ("data_dir", "/nowhere".to_owned())] };
        let config = Config::from_resolved(&resolve(&flags, &|_| None).unwrap()).unwrap();
        postgres(&config, &variables.iter().map(|name| (*name, "canary")).collect())
    }

    #[test]
    fn an_unverified_way_off_this_machine_is_named_and_its_password_is_not() {
        for url in [
            "postgres://u:canary@db.example.org/k",
            "postgres://u:canary@db.example.org/k?sslmode=require",
            "postgres://u:canary@10.0.0.7:5433/k?sslmode=verify-ca",
            "postgres://u:canary@127.0.0.1/k?host=db.example.org",
        ] {
            let said = sentences(url, &[]);
            assert_eq!(said.len(), 1, "{url}: {said:?}");
            assert!(said[0].contains("sslmode=verify-full") && !said[0].contains("canary"), "{said:?}");
        }
        for url in [
            "postgres://u:p@db.example.org/k?sslmode=verify-full",
            "postgres://u:p@127.0.0.1/k",
            "postgres://u:p@[::1]/k",
            "postgres://u:p@localhost/k",
            "postgres://u:p@%2Frun%2Fpostgresql/k",
        ] {
            assert_eq!(sentences(url, &[]), Vec::<String>::new(), "{url}");
        }
    }

    #[test]
    fn variables_that_the_driver_reads_by_itself_are_named_without_their_values() {
        let said = sentences("postgres://u:p@localhost/k", &["PGSSLMODE", "PGPASSWORD", "PGTZ"]);
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("PGPASSWORD, PGSSLMODE are set") && !said[0].contains("canary"), "{said:?}");
    }
}
