//! X.509 expiry: until when a certificate is valid. It reads just that one field (RFC 5280, 4.1) and trusts nothing:
//! rustls has verified the certificate already.

use domain::Timestamp;

const INTEGER: u8 = 0x02;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;

/// `notAfter` of a DER certificate; `None` if it is not one.
pub(crate) fn valid_until(der: &[u8]) -> Option<Timestamp> {
    let (certificate, _) = expect(der, SEQUENCE)?;
    let (fields, _) = expect(certificate, SEQUENCE)?;
    let rest = expect(fields, VERSION).map_or(fields, |(_, rest)| rest);
    let (_serial, rest) = expect(rest, INTEGER)?;
    let (_algorithm, rest) = expect(rest, SEQUENCE)?;
    let (_issuer, rest) = expect(rest, SEQUENCE)?;
    let (validity, _) = expect(rest, SEQUENCE)?;
    let (_, _not_before, rest) = element(validity)?;
    let (tag, not_after, _) = element(rest)?;
    time(tag, std::str::from_utf8(not_after).ok()?)
}

fn expect(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    element(der).filter(|(found, ..)| *found == tag).map(|(_, content, rest)| (content, rest))
}

/// Tag, content and what follows, of the first element.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, rest) = der.split_first()?;
    let (&first, rest) = rest.split_first()?;
    let (len, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        // One to four octets of length; more would be over 4 GiB, none would be indefinite.
        0x81..=0x84 => {
            let (octets, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            (octets.iter().fold(0_usize, |len, octet| len << 8 | usize::from(*octet)), rest)
        }
        _ => return None,
    };
    let (content, rest) = rest.split_at_checked(len)?;
    Some((tag, content, rest))
}

/// `YYMMDDHHMMSSZ`, where 50 means 1950, or `YYYYMMDDHHMMSSZ`.
fn time(tag: u8, text: &str) -> Option<Timestamp> {
    let text = match (tag, text.len()) {
        (UTC_TIME, 13) => format!("{}{text}", if text.as_bytes()[0] >= b'5' { "19" } else { "20" }),
        (GENERALIZED_TIME, 15) => text.to_owned(),
        _ => return None,
    };
    if !text.is_ascii() {
        return None;
    }
    let [year, month, day, hour, minute, second] = [0..4, 4..6, 6..8, 8..10, 10..12, 12..14].map(|at| &text[at]);
    Timestamp::parse_rfc3339(&format!("{year}-{month}-{day}T{hour}:{minute}:{second}{}", &text[14..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    fn der(year: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["api.example".to_owned()]).unwrap();
        params.not_after = date_time_ymd(year, 3, 1);
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn both_ways_to_write_the_year_are_read() {
        // RFC 5280: UTCTime through 2049, GeneralizedTime from 2050 on.
        for (year, text) in [(2031, "2031-03-01T00:00:00Z"), (2075, "2075-03-01T00:00:00Z")] {
            assert_eq!(valid_until(&der(year)), Timestamp::parse_rfc3339(text));
        }
    }

    #[test]
    fn cut_and_odd_times_are_refused() {
        let whole = der(2031);
        let head = whole.len() / 3;
        assert!((0..head).all(|len| valid_until(&whole[..len]).is_none()));
        assert_eq!(time(UTC_TIME, "991399000000Z"), None);
        assert_eq!(time(UTC_TIME, "9901010000000"), None);
        assert_eq!(time(UTC_TIME, "é1010100000Z"), None);
        assert_eq!(time(UTC_TIME, "991231235959Z"), Timestamp::parse_rfc3339("1999-12-31T23:59:59Z"));
    }

    proptest! {
        #[test]
        fn odd_bytes_never_panic(bytes in any::<Vec<u8>>(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
            let _ = valid_until(&bytes);
            let mut changed = der(2031);
            let at = at.index(changed.len());
            changed[at] = byte;
            let _ = valid_until(&changed);
        }
    }
}
