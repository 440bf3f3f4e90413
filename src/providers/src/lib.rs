//! How upstreams speak: dialects as bytes in, bytes out.
