//! Row MAC tests: what an attacker who writes to the database can and cannot do (R13).

mod named;
mod property;
mod upgrade;
