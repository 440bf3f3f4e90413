"""Boots the product once per engine; the same stage as the JavaScript tests stand on."""

import json
import os
import pathlib
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from openai import OpenAI

STAGE = pathlib.Path(__file__).parent.parent / "stage.mjs"


@dataclass(frozen=True)
class Stage:
    """A running product, and keys for every case."""

    base_url: str
    admin_url: str
    admin_token: str
    keys: dict[str, str]

    def client(self, key: str, **options: object) -> OpenAI:
        """A client that differs from the vendor's in its base URL and its key alone."""
        settings = {"max_retries": 0, "timeout": 20.0, **options}
        return OpenAI(api_key=self.keys.get(key, key), base_url=self.base_url, **settings)

    def row(self, request_id: str | None) -> dict:
        """A request's row, as soon as the ledger has brought it in."""
        assert request_id, "every answer carries the id of its row"
        request = urllib.request.Request(
            f"{self.admin_url}/api/v1/logs?id={request_id}",
            headers={"authorization": f"Bearer {self.admin_token}"},
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        end = time.monotonic() + 10
        while True:
            with opener.open(request, timeout=10) as answer:
                items = json.load(answer)["items"]
            if items:
                return items[0]
            assert time.monotonic() < end, f"no row for {request_id} within 10 s"
            time.sleep(0.1)


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def stage(request: pytest.FixtureRequest) -> Iterator[Stage]:
    """The product on one engine."""
    if request.param == "postgres" and not os.environ.get("KEYWRIGHT_TEST_POSTGRES"):
        pytest.skip("KEYWRIGHT_TEST_POSTGRES names no server")
    process = subprocess.Popen(
        ["node", str(STAGE), request.param], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        assert line, "the product did not come up; see above"
        yield Stage(**json.loads(line))
    finally:
        process.stdin.close()
        code = process.wait(timeout=60)
    assert code == 0, "the product did not leave in order; see above"
