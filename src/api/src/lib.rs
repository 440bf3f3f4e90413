//! The REST door: folder per noun, file per verb.
