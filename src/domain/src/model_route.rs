//! Model routes: a name that clients ask for, and the deployments that may answer under it.

use serde::{Deserialize, Serialize};

use crate::{ModelId, Timestamp, UpstreamId};

/// A route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelRoute {
    /// Its id.
    pub id: ModelId,
    /// The name that clients ask for: 1 to 256 visible characters and blanks, unique.
    pub name: String,
    /// Free text for people.
    pub description: String,
    /// How deployments of the same priority are ordered.
    pub strategy: Strategy,
    /// Where it may go, in the order in which they were given.
    pub deployments: Vec<Deployment>,
    /// Tries after the first one.
    pub retries: u32,
    /// Whether what may have been processed (sent whole, no status) may be sent to another deployment.
    pub retry_sent: bool,
    /// How long a deployment rests after it failed, seconds, unless it says so itself.
    pub rest_seconds: u32,
    /// From sending a request on to the head of its answer, seconds; `None`: as the upstream has it.
    pub timeout: Option<u32>,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// One place that may answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// The upstream.
    pub upstream: UpstreamId,
    /// What it calls the model.
    pub model: String,
    /// Its share among those of its priority, where the strategy weighs; 0 to 1,000.
    #[serde(default = "one")]
    pub weight: u32,
    /// Lower ones come first.
    #[serde(default)]
    pub priority: u32,
}

const fn one() -> u32 {
    1
}

/// How deployments of one priority are ordered.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
    strum::VariantArray,
    strum::Display,
    strum::AsRefStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Strategy {
    /// As they were given.
    #[default]
    Ordered,
    /// Drawn by weight.
    Weighted,
    /// The one with the lowest peak of its recent times first, weighed by what is under way there.
    LeastLatency,
}

impl Strategy {
    /// All of them.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The text in the database and on the wire.
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

impl ModelRoute {
    /// The longest name, in characters.
    pub const NAME_MAX: usize = 256;
    /// The most deployments.
    pub const DEPLOYMENTS_MAX: usize = 32;
    /// The most tries after the first.
    pub const RETRIES_MAX: u32 = 10;
    /// The usual number of tries after the first.
    pub const RETRIES: u32 = 2;
    /// The usual rest, seconds.
    pub const REST_SECONDS: u32 = 30;
    /// The highest weight.
    pub const WEIGHT_MAX: u32 = 1000;

    /// Positions of the deployments in the order in which they are tried: by priority, and within one as the strategy
    /// says. `available`: those that may be tried. `draw` hands out numbers below its argument; `load` is how slow a
    /// deployment is at the moment, in any unit.
    pub fn order(
        &self,
        available: &[usize],
        mut draw: impl FnMut(u64) -> u64,
        load: impl Fn(usize) -> u64,
    ) -> Vec<usize> {
        let mut order = available.to_vec();
        match self.strategy {
            Strategy::Ordered => order.sort_by_key(|at| self.deployments[*at].priority),
            Strategy::LeastLatency => order.sort_by_key(|at| (self.deployments[*at].priority, load(*at))),
            Strategy::Weighted => {
                order.sort_by_key(|at| self.deployments[*at].priority);
                let mut from = 0;
                while from < order.len() {
                    let priority = self.deployments[order[from]].priority;
                    let same =
                        order[from..].iter().take_while(|at| self.deployments[**at].priority == priority).count();
                    self.shuffle(&mut order[from..from + same], &mut draw);
                    from += same;
                }
            }
        }
        order
    }

    /// Draws without putting back, each by its share of what is left. What weighs nothing comes last, as it was given.
    fn shuffle(&self, group: &mut [usize], draw: &mut impl FnMut(u64) -> u64) {
        for from in 0..group.len() {
            let weight = |at: usize| u64::from(self.deployments[at].weight);
            let total: u64 = group[from..].iter().map(|at| weight(*at)).sum();
            if total == 0 {
                return;
            }
            let mut left = draw(total);
            let chosen = group[from..].iter().position(|at| {
                let share = weight(*at);
                let hit = left < share;
                left = left.saturating_sub(share);
                hit
            });
            // In their order behind it, so that those without weight stay as they were.
            let chosen = from + chosen.unwrap_or(0);
            group[from..=chosen].rotate_right(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn route(strategy: Strategy, deployments: &[(u32, u32)]) -> ModelRoute {
        ModelRoute {
            id: ModelId::new(Timestamp(1), [1; 10]),
            name: "fast".to_owned(),
            description: String::new(),
            strategy,
            deployments: deployments
                .iter()
                .map(|(weight, priority)| Deployment {
                    upstream: UpstreamId::new(Timestamp(1), [2; 10]),
                    model: "m".to_owned(),
                    weight: *weight,
                    priority: *priority,
                })
                .collect(),
            retries: ModelRoute::RETRIES,
            retry_sent: false,
            rest_seconds: ModelRoute::REST_SECONDS,
            timeout: None,
            created_at: Timestamp(1),
            updated_at: Timestamp(1),
        }
    }

    #[test]
    fn priority_comes_before_everything() {
        let ordered = route(Strategy::Ordered, &[(1, 1), (1, 0), (1, 1), (1, 0)]);
        assert_eq!(ordered.order(&[0, 1, 2, 3], |_| 0, |_| 0), [1, 3, 0, 2]);
        let fastest = route(Strategy::LeastLatency, &[(1, 0), (1, 0), (1, 1)]);
        assert_eq!(fastest.order(&[0, 1, 2], |_| 0, |at| [9, 3, 1][at]), [1, 0, 2]);
        let weighted = route(Strategy::Weighted, &[(1, 0), (3, 0), (0, 0)]);
        assert_eq!(weighted.order(&[0, 1, 2], |_| 0, |_| 0), [0, 1, 2]);
        assert_eq!(weighted.order(&[0, 1, 2], |below| below - 1, |_| 0), [1, 0, 2]);
    }

    #[test]
    fn shares_are_as_the_weights_say() {
        let weighted = route(Strategy::Weighted, &[(1, 0), (3, 0)]);
        let first = (0..4).filter(|n| weighted.order(&[0, 1], |_| *n, |_| 0)[0] == 1).count();
        assert_eq!(first, 3);
    }

    proptest! {
        #[test]
        fn every_deployment_stands_once(weights in prop::collection::vec((0_u32..5, 0_u32..3), 1..9), seed in any::<u64>()) {
            for strategy in Strategy::ALL {
                let route = route(*strategy, &weights);
                let all: Vec<usize> = (0..weights.len()).collect();
                let mut order = route.order(&all, |below| seed % below, |at| seed.wrapping_mul(at as u64 + 1) % 7);
                prop_assert!(order.windows(2).all(|two| weights[two[0]].1 <= weights[two[1]].1));
                order.sort_unstable();
                prop_assert_eq!(order, all);
            }
        }
    }
}
