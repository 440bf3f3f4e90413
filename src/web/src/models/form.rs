//! Model route form: creation and change.

use axum::{
    Extension,
    extract::{Path, RawForm},
    response::Response,
};
use contract::{
    FieldErrors, PageQuery, Violation,
    models::{CreateModel, DeploymentInput, ModelView, ModelsCreate, ModelsUpdate, UpdateModel},
    upstreams::UpstreamView,
};
use domain::Strategy;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    deployments::{DeploymentRow, RowChange, Rows},
    model_id,
    save::{add_route, change_route},
    strategy_label,
};
use crate::{
    error::UiError,
    handling::{
        Flash, Page, PageRequest, Redirect, Section, decoded, form_or_error_page, in_process, number, ui_error,
    },
    texts::t,
    ui::{
        detail::Detail,
        field::{SelectField, TextField},
        fold::Fold,
        form::{Faults, Form},
        terminal::TerminalLines,
    },
};

/// Fields under the fold, as errors name them.
const FOLDED: [&str; 4] = ["retries", "rest_seconds", "timeout", "retry_sent"];

/// The form as a browser sends it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct ModelForm {
    intent: String,
    name: String,
    description: String,
    strategy: String,
    retries: String,
    retry_sent: String,
    rest_seconds: String,
    timeout: String,
    upstream: Vec<String>,
    model: Vec<String>,
    weight: Vec<String>,
    priority: Vec<String>,
}

impl ModelForm {
    fn of(view: &ModelView) -> Self {
        let each = |of: fn(&contract::models::DeploymentView) -> String| view.deployments.iter().map(of).collect();
        Self {
            intent: String::new(),
            name: view.name.clone(),
            description: view.description.clone(),
            strategy: view.strategy.as_str().to_owned(),
            retries: view.retries.to_string(),
            retry_sent: if view.retry_sent { "yes".to_owned() } else { String::new() },
            rest_seconds: view.rest_seconds.to_string(),
            timeout: view.timeout.map(|seconds| seconds.to_string()).unwrap_or_default(),
            upstream: each(|one| one.upstream.to_string()),
            model: each(|one| one.model.clone()),
            weight: each(|one| one.weight.to_string()),
            priority: each(|one| one.priority.to_string()),
        }
    }

    /// The rows, as many as there are names.
    fn rows(&self) -> Vec<DeploymentRow> {
        let text = |list: &[String], at: usize| list.get(at).cloned().unwrap_or_default();
        let row = |at| DeploymentRow {
            upstream: text(&self.upstream, at),
            model: text(&self.model, at),
            weight: text(&self.weight, at),
            priority: text(&self.priority, at),
        };
        (0..self.model.len().max(self.upstream.len())).map(row).collect()
    }

    fn with_rows(self, rows: Vec<DeploymentRow>) -> Self {
        let mut form =
            Self { upstream: Vec::new(), model: Vec::new(), weight: Vec::new(), priority: Vec::new(), ..self };
        for row in rows {
            form.upstream.push(row.upstream);
            form.model.push(row.model);
            form.weight.push(row.weight);
            form.priority.push(row.priority);
        }
        form
    }

    /// The input of the operation, or what is no number in it.
    fn shape(&self) -> Result<CreateModel, FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut digits = |field: &str, typed: &str| {
            let text = number(typed);
            if text.is_empty() {
                return None;
            }
            let read = text.parse::<u32>();
            if read.is_err() {
                errors.push(field, Violation::WholeNumber);
            }
            read.ok()
        };
        let mut deployments = Vec::new();
        for (at, row) in self.rows().into_iter().enumerate() {
            deployments.push(DeploymentInput {
                upstream: row.upstream,
                model: row.model,
                weight: digits(&format!("deployments[{at}].weight"), &row.weight),
                priority: digits(&format!("deployments[{at}].priority"), &row.priority),
            });
        }
        let shape = CreateModel {
            name: self.name.clone(),
            description: self.description.clone(),
            strategy: Some(self.strategy.clone()).filter(|text| !text.is_empty()),
            retries: digits("retries", &self.retries),
            retry_sent: Some(self.retry_sent == "yes"),
            rest_seconds: digits("rest_seconds", &self.rest_seconds),
            timeout: Some(digits("timeout", &self.timeout)),
            deployments,
        };
        if errors.is_empty() { Ok(shape) } else { Err(errors) }
    }
}

/// The empty form.
pub(crate) async fn new_page(Extension(page_request): Extension<PageRequest>) -> Response {
    let form = page_request.kept_input().await.unwrap_or_default();
    let page = draw(&page_request, None, form, None).await;
    page_request.draw(page).await
}

/// The form of a route.
pub(crate) async fn edit_page(Extension(page_request): Extension<PageRequest>, Path(id): Path<String>) -> Response {
    let page = match shown(&page_request, &id).await {
        Ok(view) => {
            let form = ModelForm::of(&view);
            draw(&page_request, Some(view), form, None).await
        }
        Err(error) => Err(error),
    };
    page_request.draw(page).await
}

/// Takes the form of a new route.
pub(crate) async fn create(Extension(page_request): Extension<PageRequest>, body: RawForm) -> Response {
    take(page_request, None, body).await
}

/// Takes the form of a route.
pub(crate) async fn edit(
    Extension(page_request): Extension<PageRequest>,
    Path(id): Path<String>,
    body: RawForm,
) -> Response {
    match shown(&page_request, &id).await {
        Ok(view) => take(page_request, Some(view), body).await,
        Err(error) => page_request.draw(Err(error)).await,
    }
}

async fn shown(page_request: &PageRequest, id: &str) -> Result<ModelView, UiError> {
    control::models::show(&page_request.cx, &model_id(id)?).await.map_err(ui_error)
}

/// Saves, or draws the form with its rows changed.
async fn take(page_request: PageRequest, view: Option<ModelView>, body: RawForm) -> Response {
    let form: ModelForm = match decoded(&body) {
        Ok(form) => form,
        Err(error) => return page_request.draw(Err(error)).await,
    };
    if let Some(change) = RowChange::parse(&form.intent) {
        let mut rows = form.rows();
        change.apply(&mut rows);
        let page = draw(&page_request, view, form.with_rows(rows), None).await;
        return page_request.draw(page).await;
    }
    let id = view.as_ref().map(|view| view.id.to_string());
    let saved = match form.shape() {
        Err(errors) => Err(UiError::Invalid { errors }),
        Ok(shape) => in_process(&page_request, || save(id, shape)).await,
    };
    match saved {
        Ok(model) => {
            Redirect::to(format!("/models/{}", model.id)).saying(Flash::ModelSaved).answer(&page_request).await
        }
        Err(error) => {
            let drawing = &page_request;
            form_or_error_page(
                &page_request,
                error,
                |error| async move { draw(drawing, view, form, Some(error)).await },
            )
            .await
        }
    }
}

async fn save(id: Option<String>, shape: CreateModel) -> Result<ModelView, UiError> {
    match id {
        None => add_route(shape).await,
        Some(id) => change_route(id, change(shape)).await,
    }
}

/// The same as a change; a field that was emptied goes back to what is usual.
fn change(shape: CreateModel) -> UpdateModel {
    UpdateModel {
        name: Some(shape.name),
        description: Some(shape.description),
        strategy: shape.strategy,
        deployments: Some(shape.deployments),
        retries: Some(shape.retries.unwrap_or(2)),
        retry_sent: shape.retry_sent,
        rest_seconds: Some(shape.rest_seconds.unwrap_or(30)),
        timeout: shape.timeout,
    }
}

async fn draw(
    page_request: &PageRequest,
    view: Option<ModelView>,
    form: ModelForm,
    error: Option<UiError>,
) -> Result<Page, UiError> {
    let all = PageQuery { page_size: 100, ..PageQuery::default() };
    let upstreams = control::upstreams::list(&page_request.cx, &all).await.map_err(ui_error)?.items;
    // A form without rows has one to begin with.
    let form = if form.rows().is_empty() { form.with_rows(vec![DeploymentRow::default()]) } else { form };
    let shape = form.shape().unwrap_or_default();
    let lines = match &view {
        None => TerminalLines::of::<ModelsCreate>(page_request, &(), &shape),
        Some(view) => TerminalLines::of::<ModelsUpdate>(page_request, &model_id(&view.id.to_string())?, &change(shape)),
    };
    let faults = Faults::of(error.as_ref());
    let title = if view.is_some() { t!("model-edit-title") } else { t!("models-new") };
    let page = Page::new(Section::Models, title, move || view! { <Body view form upstreams faults /> }.into_any());
    Ok(page.terminal(lines))
}

#[component]
fn Body(view: Option<ModelView>, form: ModelForm, upstreams: Vec<UpstreamView>, faults: Faults) -> impl IntoView {
    let (title, action, back) = match &view {
        None => (t!("models-new"), "/models/new".to_owned(), "/models".to_owned()),
        Some(view) => {
            let here = format!("/models/{}", view.id);
            (t!("model-edit-title"), format!("{here}/edit"), here)
        }
    };
    let unfold = faults.touch(&FOLDED) || !form.retry_sent.is_empty() || !form.timeout.is_empty();
    let rows = form.rows();
    let strategies = Strategy::ALL
        .iter()
        .map(|one| {
            let chosen = one.as_str() == form.strategy;
            view! { <option value=one.as_str() selected=chosen>{strategy_label(*one)}</option> }
        })
        .collect_view();
    view! {
        <Detail parent=("/models", t!("models-title")) title here=t!("model-form-crumb") lead=t!("model-lead").into_any()>
            <Form action id="model-form" faults>
                // What Enter presses: the buttons of the rows stand before Save.
                <button class="unseen" name="intent" value="save" tabindex="-1" aria-hidden="true">{t!("model-save")}</button>
                <TextField
                    name="name"
                    label=t!("model-name")
                    value=form.name
                    mono=true
                    hint=t!("model-name-hint").into_any()
                    required=true
                />
                <TextField name="description" label=t!("key-description") value=form.description />
                <SelectField name="strategy" label=t!("model-strategy") hint=t!("model-strategy-hint").into_any()>
                    {strategies}
                </SelectField>
                <Rows rows upstreams />
                <Fold title=t!("model-when-it-fails") note=t!("model-when-it-fails-note") open=unfold>
                    <div class="field-row">
                        <TextField
                            name="retries"
                            label=t!("model-retries")
                            value=form.retries
                            hint=t!("model-retries-hint").into_any()
                        />
                        <TextField
                            name="rest_seconds"
                            label=t!("model-rest")
                            value=form.rest_seconds
                            hint=t!("model-rest-hint").into_any()
                        />
                    </div>
                    <TextField
                        name="timeout"
                        label=t!("model-timeout")
                        value=form.timeout
                        hint=t!("model-timeout-hint").into_any()
                    />
                    <label class="tick">
                        <input type="checkbox" name="retry_sent" value="yes" checked=form.retry_sent == "yes" />
                        <span>{t!("model-retry-sent-tick")}</span>
                    </label>
                </Fold>
                <div class="form-actions">
                    <button class="button button-main button-large" name="intent" value="save">{t!("model-save")}</button>
                    <a class="button button-plain button-large" href=back>{t!("upstream-cancel")}</a>
                </div>
            </Form>
        </Detail>
    }
}
