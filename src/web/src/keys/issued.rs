//! Form idempotency: which forms have made a key already. A page with a secret in it is the answer to a POST; when it
//! is reloaded, the browser posts the form again, and that must not issue a second key. Nothing secret is remembered.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use domain::{KeyId, Timestamp};
use parking_lot::Mutex;

/// Forms beyond this number are forgotten, oldest first.
const REMEMBERED: usize = 1_000;

/// What is known of a form.
pub(crate) enum Known {
    /// Nothing: go on.
    Fresh(Claim),
    /// It is being worked on right now.
    UnderWay,
    /// It has made this key.
    Made(KeyId),
}

/// A form that is being worked on. Dropped without [`Claim::made`] (an error, or a request whose client left), it may
/// be posted again.
#[must_use]
pub(crate) struct Claim {
    issued: Arc<Issued>,
    /// `None` for a form without a name, and once it has made its key.
    name: Option<String>,
}

impl Claim {
    /// The form has made `key`.
    pub(crate) fn made(mut self, key: KeyId) {
        if let Some(name) = self.name.take()
            && let Some(known) = self.issued.forms.lock().known.get_mut(&name)
        {
            *known = Some(key);
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let Some(name) = self.name.take() else { return };
        let mut forms = self.issued.forms.lock();
        forms.known.remove(&name);
        forms.order.retain(|other| *other != name);
    }
}

/// The memory of this process.
#[derive(Default)]
pub(crate) struct Issued {
    counter: AtomicU64,
    forms: Mutex<Forms>,
}

#[derive(Default)]
struct Forms {
    known: HashMap<String, Option<KeyId>>,
    order: VecDeque<String>,
}

impl Issued {
    /// A name for a form that is drawn now.
    pub(crate) fn name_form(&self, now: Timestamp) -> String {
        format!("{:x}-{:x}", now.0, self.counter.fetch_add(1, Ordering::Relaxed))
    }

    /// Takes up `form` of `user`, unless it was taken up before. A form without a name is always fresh.
    pub(crate) fn take_up(self: &Arc<Self>, user: &str, form: &str) -> Known {
        if form.is_empty() {
            return Known::Fresh(Claim { issued: self.clone(), name: None });
        }
        let name = format!("{user}/{form}");
        let mut forms = self.forms.lock();
        match forms.known.get(&name) {
            Some(Some(key)) => Known::Made(key.clone()),
            Some(None) => Known::UnderWay,
            None => {
                forms.known.insert(name.clone(), None);
                forms.order.push_back(name.clone());
                if forms.order.len() > REMEMBERED
                    && let Some(oldest) = forms.order.pop_front()
                {
                    forms.known.remove(&oldest);
                }
                Known::Fresh(Claim { issued: self.clone(), name: Some(name) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(issued: &Arc<Issued>, user: &str, form: &str) -> Claim {
        match issued.take_up(user, form) {
            Known::Fresh(claim) => claim,
            Known::UnderWay => panic!("{user}/{form} is under way"),
            Known::Made(key) => panic!("{user}/{form} has made {key}"),
        }
    }

    fn is_under_way(issued: &Arc<Issued>, user: &str, form: &str) -> bool {
        matches!(issued.take_up(user, form), Known::UnderWay)
    }

    #[test]
    fn a_form_makes_one_key() {
        let issued = Arc::<Issued>::default();
        let form = issued.name_form(Timestamp(1));
        assert_ne!(form, issued.name_form(Timestamp(1)));
        let claimed = claim(&issued, "usr", &form);
        assert!(is_under_way(&issued, "usr", &form));
        drop(claim(&issued, "other", &form));
        let key = KeyId::new(Timestamp(1), [1; 10]);
        claimed.made(key.clone());
        assert!(matches!(issued.take_up("usr", &form), Known::Made(made) if made == key));
    }

    #[test]
    fn a_form_that_failed_or_whose_request_was_dropped_may_come_again() {
        let issued = Arc::<Issued>::default();
        let claimed = claim(&issued, "usr", "a");
        assert!(is_under_way(&issued, "usr", "a"));
        drop(claimed);
        drop(claim(&issued, "usr", "a"));
        let (one, two) = (claim(&issued, "usr", ""), claim(&issued, "usr", ""));
        drop((one, two));
    }

    #[test]
    fn memory_is_bounded() {
        let issued = Arc::<Issued>::default();
        let claims: Vec<_> = (0..=REMEMBERED).map(|n| claim(&issued, "usr", &n.to_string())).collect();
        assert!(is_under_way(&issued, "usr", &REMEMBERED.to_string()));
        drop(claim(&issued, "usr", "0"));
        drop(claims);
        let forms = issued.forms.lock();
        assert_eq!((forms.known.len(), forms.order.len()), (0, 0));
    }
}
