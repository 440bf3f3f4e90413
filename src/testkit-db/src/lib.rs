//! Both database engines for tests of store and control.
