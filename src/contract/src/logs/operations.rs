//! Operation declarations: request log.

use domain::{
    RequestId,
    permission_table::{Resource::Log, Verb},
};

use super::{LogDetail, LogQuery, LogRow};
use crate::{
    CursorPage,
    operation::{Access::Needs, Flag, operations},
};

operations! {
    tag: "logs";

    LogsList: Get "/logs" {
        id: "logs_list",
        input: query LogQuery,
        output: 200 CursorPage<LogRow>,
        answer: "Rows.",
        access: Needs(Log, Verb::Read),
        idempotency: Safe,
        cli: "logs list",
        flags: &[Flag::new("key_id", "--key")],
        summary: "List requests, newest first, a cursor's page at a time.",
    }
    LogsShow: Get "/logs/{id}" {
        id: "logs_show",
        of: RequestId,
        input: nothing,
        output: 200 LogDetail,
        answer: "The row.",
        access: Needs(Log, Verb::Read),
        idempotency: Safe,
        cli: "logs show",
        summary: "Show a request with its tries and all counts of its answer.",
    }
}
