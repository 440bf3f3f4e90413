//! What passes: the pipeline from arrival to settlement.
