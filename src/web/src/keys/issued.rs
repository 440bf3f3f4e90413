//! Which forms have made a key already. A page with a secret in it is the answer to a POST; when it is reloaded, the
//! browser posts the form again, and that must not issue a second key. Nothing secret is remembered.

use std::{
    collections::{HashMap, VecDeque},
    sync::atomic::{AtomicU64, Ordering},
};

use domain::{KeyId, Timestamp};
use parking_lot::Mutex;

/// Forms beyond this number are forgotten, oldest first.
const REMEMBERED: usize = 1_000;

/// What is known of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Known {
    /// Nothing: go on.
    Fresh,
    /// It is being worked on right now.
    UnderWay,
    /// It has made this key.
    Made(KeyId),
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
    pub(crate) fn take_up(&self, user: &str, form: &str) -> Known {
        if form.is_empty() {
            return Known::Fresh;
        }
        let name = format!("{user}/{form}");
        let mut forms = self.forms.lock();
        match forms.known.get(&name) {
            Some(Some(key)) => Known::Made(key.clone()),
            Some(None) => Known::UnderWay,
            None => {
                forms.known.insert(name.clone(), None);
                forms.order.push_back(name);
                if forms.order.len() > REMEMBERED
                    && let Some(oldest) = forms.order.pop_front()
                {
                    forms.known.remove(&oldest);
                }
                Known::Fresh
            }
        }
    }

    /// `form` has made `key`; or none, and may be posted again.
    pub(crate) fn settle(&self, user: &str, form: &str, key: Option<KeyId>) {
        let name = format!("{user}/{form}");
        let mut forms = self.forms.lock();
        if key.is_some() {
            if let Some(known) = forms.known.get_mut(&name) {
                *known = key;
            }
        } else {
            forms.known.remove(&name);
            forms.order.retain(|other| *other != name);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_makes_one_key() {
        let issued = Issued::default();
        let form = issued.name_form(Timestamp(1));
        assert_ne!(form, issued.name_form(Timestamp(1)));
        assert_eq!(issued.take_up("usr", &form), Known::Fresh);
        assert_eq!(issued.take_up("usr", &form), Known::UnderWay);
        assert_eq!(issued.take_up("other", &form), Known::Fresh);
        let key = KeyId::new(Timestamp(1), [1; 10]);
        issued.settle("usr", &form, Some(key.clone()));
        assert_eq!(issued.take_up("usr", &form), Known::Made(key));
    }

    #[test]
    fn a_form_that_failed_may_come_again() {
        let issued = Issued::default();
        assert_eq!(issued.take_up("usr", "a"), Known::Fresh);
        issued.settle("usr", "a", None);
        assert_eq!(issued.take_up("usr", "a"), Known::Fresh);
        assert_eq!(issued.take_up("usr", ""), Known::Fresh);
        assert_eq!(issued.take_up("usr", ""), Known::Fresh);
    }

    #[test]
    fn memory_is_bounded() {
        let issued = Issued::default();
        for n in 0..=REMEMBERED {
            assert_eq!(issued.take_up("usr", &n.to_string()), Known::Fresh);
        }
        assert_eq!(issued.take_up("usr", "0"), Known::Fresh);
        assert_eq!(issued.take_up("usr", &REMEMBERED.to_string()), Known::UnderWay);
    }
}
