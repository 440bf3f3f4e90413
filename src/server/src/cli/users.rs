//! `keywright users`: the way back in.

use clap::Subcommand;

use super::{error::CliError, output::Output, settings::Settings};

/// People who may sign in.
#[derive(Subcommand)]
pub enum UsersCommand {
    /// Set somebody's password and end their sessions; the password is asked for, or read from standard input
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

/// Runs the command. It needs the machine itself: over the network it would be a back door.
pub(super) async fn run(
    command: UsersCommand,
    local: bool,
    settings: &Settings<'_>,
    out: &Output,
) -> Result<(), CliError> {
    if !local {
        return Err(CliError::usage("`keywright users` works on the database of this machine; add --local"));
    }
    let cx = settings.local_cx().await?;
    match command {
        UsersCommand::ResetPassword { email } => {
            let password = super::output::read_secret("New password")?;
            control::users::reset_password(&cx, &email, password).await?;
            out.message(&format!("The password of {email} is set; all of their sessions are ended."));
        }
        UsersCommand::Unlock { email } => {
            control::users::unlock(&cx, &email).await?;
            out.message(&format!(
                "Failed sign-ins of {email} count no longer; running servers hear of it in a second."
            ));
        }
    }
    Ok(())
}
