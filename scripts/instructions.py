#!/usr/bin/env python3
"""Counts the processor instructions that a request costs in user space, with valgrind's callgrind: the same on any day and any machine.

Usage: scripts/instructions.py BINARY [BINARY ...]      (a minute each; needs valgrind, and bench/target/release/mock from `make bench`)
"""

import http.client
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
MOCK = ROOT / "bench/target/release/mock"
# Not a secret: it is the key to a server on loopback that lives for a minute.
TOKEN = "kw_admin_7hQ2mX9pL4vT8cN3bR6yK1wZ5sD0fGjU"


def free_address():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()


def call(address, method, path, body=None, key=None, connection=None):
    connection = connection or http.client.HTTPConnection(*address, timeout=60)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {key}"} if key else {})
    connection.request(method, path, json.dumps(body) if body is not None else None, headers)
    answer = connection.getresponse()
    text = answer.read()
    assert answer.status in (200, 201), (answer.status, text)
    return text


def instructions(binary, requests):
    """Instructions of a server's whole life, with so many requests in it."""
    directory = pathlib.Path(tempfile.mkdtemp())
    gateway, admin, upstream = free_address(), free_address(), free_address()
    environment = {
        "KEYWRIGHT_DATA_DIR": str(directory / "data"), "ADMIN_TOKEN": TOKEN, "NO_COLOR": "1",
        "KEYWRIGHT_UPSTREAM_ALLOWED_CIDRS": "127.0.0.0/8",
        "KEYWRIGHT_GATEWAY_LISTEN": "%s:%d" % gateway, "KEYWRIGHT_ADMIN_LISTEN": "%s:%d" % admin,
    }
    mock = subprocess.Popen([MOCK, "%s:%d" % upstream, "0"], stdout=subprocess.DEVNULL)
    try:
        subprocess.run([binary, "init"], env=environment, check=True, capture_output=True)
        out = directory / "callgrind.out"
        valgrind = ["valgrind", "--tool=callgrind", f"--callgrind-out-file={out}"]
        server = subprocess.Popen([*valgrind, binary, "serve"], env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + 60
            while True:
                try:
                    call(admin, "GET", "/livez")
                    break
                except OSError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)
            url = "http://%s:%d/v1" % upstream
            call(admin, "POST", "/api/v1/upstreams", {"name": "mock", "provider": "openai", "base_url": url, "api_key": "upstream-key"}, TOKEN)
            key = {"name": "count", "rate_limits": {"requests_per_minute": None}}
            secret = json.loads(call(admin, "POST", "/api/v1/keys", key, TOKEN))["secret"]
            body = {"model": "gpt-5-mini", "messages": [{"role": "user", "content": "x" * 1000}]}
            connection = http.client.HTTPConnection(*gateway, timeout=60)
            for _ in range(requests):
                call(gateway, "POST", "/v1/chat/completions", body, secret, connection)
            time.sleep(1)
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(60)
        total = next(line for line in out.read_text().splitlines() if line.startswith(("summary:", "totals:")))
        return int(total.split()[1])
    finally:
        mock.terminate()
        shutil.rmtree(directory, ignore_errors=True)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    first = None
    for binary in sys.argv[1:]:
        few, many = 500, 2500
        each = (instructions(binary, many) - instructions(binary, few)) / (many - few)
        first = first or each
        print(f"{binary}: {each:,.0f} instructions a request, {each / first:.3f} of the first")


main()
