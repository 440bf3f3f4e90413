//! Ledger tests: durability and completeness over real HTTP (R1, R2, R6, R8).

mod disk;
mod gone;
mod kill;
mod locked;
mod strict;
