//! People: the first administrator, signing in, passwords.

mod find;
mod login;
mod password;
mod reset_password;
mod setup;
mod throttle;

pub use find::{find, me};
pub use login::login;
pub(crate) use password::WAITING;
pub use reset_password::reset_password;
pub use setup::{is_claimed, setup, setup_token};
pub(crate) use throttle::{Throttle, Try};
