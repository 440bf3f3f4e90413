//! REST API tests over a real control plane and `SQLite` in memory.

#[cfg(test)]
mod access;
#[cfg(test)]
mod asked;
#[cfg(test)]
mod document;
#[cfg(test)]
mod every_route;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod models;
#[cfg(test)]
mod upstreams;
