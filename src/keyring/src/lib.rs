//! What is sealed: keys, lookup hashes, envelopes, root key sources.
