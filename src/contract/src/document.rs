//! OpenAPI description of the admin API, as a declared resource.

pub mod operations;

pub use operations::OpenapiShow;
