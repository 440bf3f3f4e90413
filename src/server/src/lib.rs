//! Who is at home: the binary, its settings, its listeners.
