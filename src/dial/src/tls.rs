//! Transport security: rustls with ring, Mozilla's roots and this machine's own.

use std::{io, sync::Arc};

use rustls::{AlertDescription, CertificateError, ClientConfig, RootCertStore, crypto::ring};

/// The transport security of this process cannot be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be set up: {0}")]
pub struct TlsSetupError(#[from] pub(crate) rustls::Error);

/// Mozilla's roots, and those that this machine's administrator added, so that a company's own authority is trusted.
pub(crate) fn usual_roots() -> RootCertStore {
    let mut roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let native = rustls_native_certs::load_native_certs();
    for error in native.errors {
        tracing::debug!(%error, "a certificate store of this machine was skipped");
    }
    roots.add_parsable_certificates(native.certs);
    roots
}

/// The same roots with those of a PEM text beside them.
pub(crate) fn with_pem(pem: &str) -> Result<RootCertStore, TlsSetupError> {
    use rustls::pki_types::{CertificateDer, pem::PemObject as _};
    let mut roots = usual_roots();
    let found: Vec<CertificateDer<'_>> = CertificateDer::pem_slice_iter(pem.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| TlsSetupError(rustls::Error::General(format!("the certificates are not PEM: {error}"))))?;
    if found.is_empty() {
        return Err(TlsSetupError(rustls::Error::General("there is no certificate in the PEM text".to_owned())));
    }
    for certificate in found {
        roots.add(certificate)?;
    }
    Ok(roots)
}

/// A client that trusts `roots` and speaks HTTP/1.1 alone.
pub(crate) fn client(roots: RootCertStore) -> Result<Arc<ClientConfig>, TlsSetupError> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// What went wrong in a handshake, and what to do about it.
pub(crate) fn fix(error: &io::Error) -> String {
    let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
        return match error.kind() {
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset => {
                "the server hung up; does it speak TLS on this port?".to_owned()
            }
            _ => format!("{error}; check the port of the base URL"),
        };
    };
    let text = match tls {
        rustls::Error::InvalidCertificate(why) => match why {
            CertificateError::UnknownIssuer => {
                "its certificate is from an unknown authority; add that authority to this machine's trusted certificates"
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
                "its certificate has expired; its operator must renew it"
            }
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                "its certificate is not valid yet; check this machine's clock"
            }
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                "its certificate is for another name; use the name that the provider documents"
            }
            _ => return format!("its certificate is not acceptable ({tls}); its operator must replace it"),
        },
        rustls::Error::InvalidMessage(_) => {
            "the server does not speak TLS on this port; is it http://, or another port?"
        }
        rustls::Error::PeerIncompatible(_) | rustls::Error::AlertReceived(AlertDescription::ProtocolVersion) => {
            "the server is too old: it must speak TLS 1.2 or 1.3"
        }
        _ => return format!("{tls}; check the base URL"),
    };
    text.to_owned()
}
