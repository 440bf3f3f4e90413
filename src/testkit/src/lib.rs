//! A booted product, a fake upstream, builders and a clock moved by hand.
