//! The product through its real doors. One binary, a module per theme.

mod admin;
mod audit;
mod canary;
mod first_request;
mod house;
mod process;
mod refusals;
mod streaming;
