//! Operations: each verb on each noun, declared once.
//!
//! From a declaration come the REST route and its documentation, both backends of the command line, the curl line
//! that a page shows, and the test that calls every route as every role. [`operations!`] writes declarations.

pub mod command_line;
mod flag;
#[cfg(feature = "openapi")]
pub mod openapi;
pub mod path;
pub mod request;
mod spec;

use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub use command_line::command;
pub use flag::Flag;
pub use path::{PathId, PathIds};
pub use request::{CallRequest, curl};
pub use spec::{API_ROOT, Access, Idempotency, InputKind, Method, Spec};

/// Anything that answers under a method and a path.
pub trait Declared: Send + Sync + 'static {
    /// What is said about it.
    const SPEC: Spec;

    /// How its input and output look in the `OpenAPI` document.
    #[cfg(feature = "openapi")]
    fn description() -> openapi::Description;
}

/// An operation that takes and gives shapes: JSON in, JSON out. `control` performs it.
pub trait Operation: Declared {
    /// The ids in its path.
    type Path: PathIds;
    /// What it takes beside them.
    type Input: Serialize + DeserializeOwned + Send + 'static;
    /// What a good answer holds.
    type Output: Serialize + DeserializeOwned + Send + 'static;

    /// Where the thing is that was made, below [`API_ROOT`]: the `Location` of a 201.
    fn location(output: &Self::Output) -> Option<String> {
        let _ = output;
        None
    }
}

/// Input of an operation that takes none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Takes note of one operation; see `each` in [`crate::operations`].
pub trait Visit<O: Operation> {
    /// Takes note of `O`.
    fn visit(&mut self);
}

/// Takes note of one operation with an answer of its own kind: a stream, a file, a page.
pub trait VisitSpecial<O: Declared> {
    /// Takes note of `O`.
    fn visit_special(&mut self);
}

/// Declares the operations of a noun, and `Visitor` and `each` over them.
///
/// `@special` stands before operations whose handler answers by itself, behind the others; they name a media type instead of an output.
/// Input is `nothing`, `query SHAPE`, `body SHAPE` or `optional_body SHAPE`. Fields stand in this order; those that
/// do not apply are left out.
macro_rules! operations {
    (
        tag: $tag:literal;
        $($name:ident: $method:ident $path:literal {
            id: $id:literal,
            $(of: $of:ty,)?
            input: $kind:ident $($input:ty)?,
            output: $status:literal $output:ty,
            answer: $answer:literal,
            access: $access:expr,
            idempotency: $idempotency:ident,
            $(conflicts: $conflicts:literal,)?
            $(cli: $cli:literal,)?
            $(flags: $flags:expr,)?
            $(example: $example:literal,)?
            $(secrets: $secrets:expr,)?
            $(location: $location:expr,)?
            summary: $summary:literal,
        })*
        $(@special $special:ident: $special_method:ident $special_path:literal {
            id: $special_id:literal,
            input: $special_kind:ident $($special_input:ty)?,
            output: $special_status:literal $media_type:literal,
            answer: $special_answer:literal,
            access: $special_access:expr,
            summary: $special_summary:literal,
        })*
    ) => {
        $(
            #[doc = $summary]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl $crate::operation::Declared for $name {
                const SPEC: $crate::operation::Spec = $crate::operation::Spec {
                    id: $id,
                    method: $crate::operation::Method::$method,
                    path: $path,
                    tag: $tag,
                    summary: $summary,
                    input: $crate::operation::operations!(@kind $kind),
                    status: $status,
                    answer: $answer,
                    access: $access,
                    idempotency: $crate::operation::Idempotency::$idempotency,
                    conflicts: $crate::operation::operations!(@or false $(, $conflicts)?),
                    cli: $crate::operation::operations!(@or "" $(, $cli)?),
                    flags: $crate::operation::operations!(@or &[] $(, $flags)?),
                    example: $crate::operation::operations!(@or "" $(, $example)?),
                    secrets: $crate::operation::operations!(@or &[] $(, $secrets)?),
                };

                #[cfg(feature = "openapi")]
                fn description() -> $crate::operation::openapi::Description {
                    let description = $crate::operation::openapi::Description::default();
                    $crate::operation::operations!(@describe description $kind $($input)?)
                        .answer::<$output>($status)
                }
            }

            impl $crate::operation::Operation for $name {
                type Path = $crate::operation::operations!(@type () $(, $of)?);
                type Input = $crate::operation::operations!(@type $crate::operation::Nothing $(, $input)?);
                type Output = $output;

                $(
                    fn location(output: &$output) -> Option<String> {
                        let location: fn(&$output) -> String = $location;
                        Some(location(output))
                    }
                )?
            }
        )*
        $(
            #[doc = $special_summary]
            #[derive(Clone, Copy, Debug)]
            pub struct $special;

            impl $crate::operation::Declared for $special {
                const SPEC: $crate::operation::Spec = $crate::operation::Spec {
                    id: $special_id,
                    method: $crate::operation::Method::$special_method,
                    path: $special_path,
                    tag: $tag,
                    summary: $special_summary,
                    input: $crate::operation::operations!(@kind $special_kind),
                    status: $special_status,
                    answer: $special_answer,
                    access: $special_access,
                    idempotency: $crate::operation::Idempotency::Safe,
                    conflicts: false,
                    cli: "",
                    flags: &[],
                    example: "",
                    secrets: &[],
                };

                #[cfg(feature = "openapi")]
                fn description() -> $crate::operation::openapi::Description {
                    let description = $crate::operation::openapi::Description::default();
                    $crate::operation::operations!(@describe description $special_kind $($special_input)?)
                        .content($media_type)
                }
            }
        )*

        /// Whatever takes note of every operation of this noun.
        pub trait Visitor:
            Sized $(+ $crate::operation::Visit<$name>)* $(+ $crate::operation::VisitSpecial<$special>)*
        {
        }

        impl<V: Sized $(+ $crate::operation::Visit<$name>)* $(+ $crate::operation::VisitSpecial<$special>)*> Visitor
            for V
        {
        }

        /// Shows every operation of this noun to `visitor`.
        pub fn each<V: Visitor>(visitor: &mut V) {
            $($crate::operation::Visit::<$name>::visit(visitor);)*
            $($crate::operation::VisitSpecial::<$special>::visit_special(visitor);)*
        }
    };
    (@kind nothing) => { $crate::operation::InputKind::Nothing };
    (@kind query) => { $crate::operation::InputKind::Query };
    (@kind body) => { $crate::operation::InputKind::Body };
    (@kind optional_body) => { $crate::operation::InputKind::OptionalBody };
    (@describe $description:ident nothing) => { $description };
    (@describe $description:ident query $input:ty) => { $description.query::<$input>() };
    (@describe $description:ident body $input:ty) => { $description.body::<$input>() };
    (@describe $description:ident optional_body $input:ty) => { $description.optional_body::<$input>() };
    (@or $default:expr) => { $default };
    (@or $default:expr, $given:expr) => { $given };
    (@type $default:ty) => { $default };
    (@type $default:ty, $given:ty) => { $given };
}

pub(crate) use operations;
