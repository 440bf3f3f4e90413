//! Arguments of `keywright users`.

use clap::Subcommand;

/// People who may sign in.
#[derive(Subcommand)]
pub enum UsersCommand {
    /// Set a user's password and end their sessions; the password is asked for, or read from standard input
    ResetPassword {
        /// Their e-mail address
        #[arg(long)]
        email: String,
    },
    /// Let an account try to sign in again after too many failures, on every running server of this installation
    Unlock {
        /// Their e-mail address
        email: String,
    },
}
