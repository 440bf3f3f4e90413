//! `keywright users`: account recovery.

use super::{args::UsersCommand, error::CliError, output::Output, settings::Settings};

/// Runs the command. It needs the machine itself: over the network it would bypass sign-in.
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
                "Failed sign-ins of {email} count no longer; running servers apply it within a second."
            ));
        }
    }
    Ok(())
}
