//! The REST door over a real control plane and `SQLite` in memory.

#[cfg(test)]
mod asked;
#[cfg(test)]
mod document;
#[cfg(test)]
mod door;
#[cfg(test)]
mod every_route;
#[cfg(test)]
mod house;
#[cfg(test)]
mod keys;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod upstreams;
