//! OpenAPI schemas of an operation's types.

use utoipa::{
    IntoParams, ToSchema,
    openapi::{
        Object, Ref, RefOr, Schema,
        path::{Parameter, ParameterIn},
        schema::{OneOfBuilder, Type},
    },
};

/// A schema under its name.
pub type Named = (String, RefOr<Schema>);

/// An operation's input and output in the terms of `OpenAPI`.
#[derive(Default)]
pub struct Description {
    /// Parameters in the query.
    pub parameters: Vec<Parameter>,
    /// The body: its schema, and whether it must be there.
    pub body: Option<(RefOr<Schema>, bool)>,
    /// The media type and schema of a good answer; `None`: it has no content.
    pub answer: Option<(&'static str, RefOr<Schema>)>,
    /// Every schema that these refer to.
    pub schemas: Vec<Named>,
}

impl Description {
    /// With the query parameters of `T`.
    #[must_use]
    pub fn query<T: IntoParams>(mut self) -> Self {
        self.parameters = T::into_params(|| Some(ParameterIn::Query));
        self
    }

    /// With a body `T` that must be there.
    #[must_use]
    pub fn body<T: ToSchema>(mut self) -> Self {
        self.body = Some((self.referred::<T>(), true));
        self
    }

    /// With a body `T` that may be left out.
    #[must_use]
    pub fn optional_body<T: ToSchema>(mut self) -> Self {
        let reference = self.referred::<T>();
        let or_null = OneOfBuilder::new().item(reference).item(Object::with_type(Type::Null)).build();
        self.body = Some((RefOr::T(Schema::OneOf(or_null)), false));
        self
    }

    /// With a JSON answer `T`; none where `status` is 204.
    #[must_use]
    pub fn answer<T: ToSchema>(mut self, status: u16) -> Self {
        if status != 204 {
            self.answer = Some(("application/json", self.referred::<T>()));
        }
        self
    }

    /// With an answer of this media type that no shape of ours describes.
    #[must_use]
    pub fn content(mut self, media_type: &'static str) -> Self {
        self.answer = Some((media_type, Schema::from(Object::new()).into()));
        self
    }

    /// A reference to `T`, whose schema is kept.
    fn referred<T: ToSchema>(&mut self) -> RefOr<Schema> {
        let name = name_of::<T>();
        self.schemas.push((name.clone(), T::schema()));
        T::schemas(&mut self.schemas);
        Ref::from_schema_name(name).into()
    }
}

/// `Page_KeyView` for `Page<KeyView>`: instances of a generic shape are schemas of their own.
fn name_of<T: ToSchema>() -> String {
    let full = std::any::type_name::<T>();
    match full.split_once('<') {
        None => T::name().into_owned(),
        Some((_, inside)) => {
            let inside: Vec<&str> = inside
                .split(['<', '>', ','])
                .map(|path| path.rsplit("::").next().unwrap_or_default().trim())
                .filter(|name| !name.is_empty())
                .collect();
            format!("{}_{}", T::name(), inside.join("_"))
        }
    }
}
