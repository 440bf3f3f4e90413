//! Arguments of `keywright config`.

use clap::Subcommand;

/// Settings.
#[derive(Subcommand)]
pub enum ConfigCommand {
    /// Every setting with its value; secrets stay hidden
    Show {
        /// Also say where each value comes from
        #[arg(long)]
        origin: bool,
    },
    /// Read every setting and name what is wrong, without starting anything
    Check,
}
