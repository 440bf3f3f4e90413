"""The official openai package, unmodified: only its base URL and its key are ours."""

import math

import openai
import pytest

MODELS = {
    "echo": {"chat": "echo", "embedding": "echo"},
    "fake": {"chat": "gpt-4o-mini", "embedding": "text-embedding-3-small"},
}
MESSAGES = [{"role": "user", "content": "Say hello to the lighthouse"}]


@pytest.fixture(params=["echo", "fake"])
def kind(request):
    """Which upstream answers."""
    return request.param


def row_of(stage, raw):
    """The row of a raw answer."""
    return stage.row(raw.headers.get("x-keywright-request-id"))


def test_chat(stage, kind):
    raw = stage.client(kind).chat.completions.with_raw_response.create(model=MODELS[kind]["chat"], messages=MESSAGES)
    answer = raw.parse()
    assert answer.object == "chat.completion"
    assert answer.choices[0].finish_reason == "stop"
    assert answer.choices[0].message.content
    assert answer.usage.prompt_tokens > 0 and answer.usage.completion_tokens > 0
    row = row_of(stage, raw)
    assert (row["status"], row["model"], row["upstream"]) == (200, MODELS[kind]["chat"], kind)
    assert (row["input_tokens"], row["output_tokens"]) == (answer.usage.prompt_tokens, answer.usage.completion_tokens)


def test_streaming_chat_that_asks_for_no_usage_sees_none_and_is_metered(stage, kind):
    raw = stage.client(kind).chat.completions.with_raw_response.create(
        model=MODELS[kind]["chat"], messages=MESSAGES, stream=True
    )
    chunks = list(raw.parse())
    assert all(len(chunk.choices) == 1 for chunk in chunks)
    assert all("usage" not in chunk.model_fields_set for chunk in chunks)
    assert "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert chunks[-1].choices[0].finish_reason == "stop"
    row = row_of(stage, raw)
    assert row["streamed"] is True
    assert row["input_tokens"] > 0 and row["output_tokens"] > 0


def test_streaming_chat_that_asks_for_usage_gets_it_last(stage, kind):
    raw = stage.client(kind).chat.completions.with_raw_response.create(
        model=MODELS[kind]["chat"], messages=MESSAGES, stream=True, stream_options={"include_usage": True}
    )
    *_, last = raw.parse()
    assert last.choices == []
    assert last.usage.completion_tokens > 0
    row = row_of(stage, raw)
    assert (row["input_tokens"], row["output_tokens"]) == (last.usage.prompt_tokens, last.usage.completion_tokens)


def test_responses(stage, kind):
    raw = stage.client(kind).responses.with_raw_response.create(model=MODELS[kind]["chat"], input="Say hello")
    answer = raw.parse()
    assert answer.status == "completed"
    assert answer.output_text
    row = row_of(stage, raw)
    assert (row["input_tokens"], row["output_tokens"]) == (answer.usage.input_tokens, answer.usage.output_tokens)


def test_streaming_responses(stage, kind):
    raw = stage.client(kind).responses.with_raw_response.create(
        model=MODELS[kind]["chat"], input="Say hello", stream=True
    )
    events = list(raw.parse())
    assert "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert events[-1].type == "response.completed"
    usage = events[-1].response.usage
    row = row_of(stage, raw)
    assert (row["input_tokens"], row["output_tokens"]) == (usage.input_tokens, usage.output_tokens)


@pytest.mark.parametrize("options", [{}, {"encoding_format": "float"}], ids=["as the package asks", "plain numbers"])
def test_embeddings(stage, kind, options):
    raw = stage.client(kind).embeddings.with_raw_response.create(
        model=MODELS[kind]["embedding"], input="a lighthouse", **options
    )
    answer = raw.parse()
    assert answer.data[0].embedding
    assert all(math.isfinite(value) for value in answer.data[0].embedding)
    assert row_of(stage, raw)["input_tokens"] == answer.usage.prompt_tokens


def test_models(stage, kind):
    assert MODELS[kind]["chat"] in [model.id for model in stage.client(kind).models.list()]


@pytest.mark.parametrize("key, model, error, status, code", [
    ("sk-auto-live-nonsense", "echo", openai.AuthenticationError, 401, "invalid_api_key"),
    ("revoked", "echo", openai.AuthenticationError, 401, "invalid_api_key"),
    ("disabled", "echo", openai.AuthenticationError, 401, "invalid_api_key"),
    ("narrow", "gpt-4o-mini", openai.PermissionDeniedError, 403, "model_not_allowed"),
    ("echo", "gpt-nonsense", openai.NotFoundError, 404, "model_not_found"),
    ("fake", "unauthorized", openai.InternalServerError, 502, "upstream_auth_failed"),
    ("fake", "redirect", openai.InternalServerError, 502, "upstream_redirected"),
    ("fake", "missing-model", openai.NotFoundError, 404, "model_not_found"),
    ("fake", "fail-400", openai.BadRequestError, 400, None),
    ("fake", "fail-429", openai.RateLimitError, 429, None),
    ("fake", "fail-500", openai.InternalServerError, 500, None),
])  # fmt: skip
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_errors_are_raised_as_the_package_has_them(stage, key, model, error, status, code, stream):
    with pytest.raises(error) as raised:
        stage.client(key).chat.completions.create(model=model, messages=MESSAGES, stream=stream)
    assert raised.value.status_code == status
    assert raised.value.message
    if code:
        assert raised.value.code == code


def test_a_stream_that_breaks_in_its_middle_is_not_taken_for_whole(stage):
    stream = stage.client("fake").chat.completions.create(model="reset-mid-stream", messages=MESSAGES, stream=True)
    with pytest.raises(openai.APIError):
        list(stream)


def test_too_many_requests_say_how_long_to_wait(stage):
    client = stage.client("slow")
    with pytest.raises(openai.RateLimitError) as raised:
        for _ in range(2):
            client.chat.completions.create(model="echo", messages=MESSAGES)
    assert raised.value.code == "rate_limit_exceeded"
    assert int(raised.value.response.headers["retry-after"]) > 0
