//! Provider dialects as bytes in, bytes out.
//!
//! A folder per dialect. Nothing here opens a socket, reads a clock or knows of keys and rows: the gateway hands
//! over bytes as they came and sends on what it gets back.

pub mod echo;
mod json;
pub mod openai;
