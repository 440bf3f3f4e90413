//! Who may be called: the one guarded way out.
