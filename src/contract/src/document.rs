//! The description of the admin API itself.

pub mod operations;

pub use operations::OpenapiShow;
