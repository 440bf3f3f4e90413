//! What may be done: a folder per noun, a file per verb.
