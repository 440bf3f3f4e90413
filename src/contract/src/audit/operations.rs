//! Operation declarations: audit log.

use domain::permission_table::{Resource::Audit, Verb};

use super::{AuditQuery, AuditRow, AuditVerdict};
use crate::{
    CursorPage,
    operation::{Access::Needs, operations},
};

operations! {
    tag: "audit";

    AuditList: Get "/audit" {
        id: "audit_list",
        input: query AuditQuery,
        output: 200 CursorPage<AuditRow>,
        answer: "Records.",
        access: Needs(Audit, Verb::Read),
        idempotency: Safe,
        cli: "audit list",
        summary: "List audit records, newest first, a cursor's page at a time.",
    }
    AuditVerify: Get "/audit/verify" {
        id: "audit_verify",
        input: nothing,
        output: 200 AuditVerdict,
        answer: "The verdict.",
        access: Needs(Audit, Verb::Read),
        idempotency: Safe,
        cli: "audit verify",
        summary: "Verify every audit record and the end of the log; name the first bad one, and keys that are live although they were ended.",
    }
}
