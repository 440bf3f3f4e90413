//! Session pages: setting up, signing in, signing out.

mod browser;
mod login;
mod logout;
mod setup;

pub(crate) use browser::token_of;
pub(crate) use login::{login, login_again, login_page};
pub(crate) use logout::logout;
pub(crate) use setup::{setup, setup_page};
