//! Users: the first administrator, signing in, passwords, the login throttle.

mod bearer;
mod device;
mod find;
mod login;
mod logout;
mod password;
mod reset_password;
mod setup;
mod throttle;
mod unlock;
mod update_me;

pub use bearer::wrong_bearer;
pub use device::DEVICE_LIFETIME_MS;
pub use find::me;
pub use login::{SignedIn, login, of_session};
pub use logout::logout;
pub use reset_password::reset_password;
pub use setup::{is_claimed, setup, setup_token};
pub(crate) use throttle::{Throttle, Try};
pub use unlock::unlock;
pub use update_me::{is_time_zone, update_me};
