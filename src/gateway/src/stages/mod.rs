//! Pipeline stages, each of which takes what the one before it returns.

pub(crate) mod admit;
pub(crate) mod answer;
pub(crate) mod answered;
pub(crate) mod attempt;
pub(crate) mod authenticate;
pub(crate) mod dispatch;
pub(crate) mod parse;
pub(crate) mod plan;
pub(crate) mod relay;
pub(crate) mod route;
pub(crate) mod settle;
