"""A stack that a test starts as developers do, with `poe dev`."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from tools import ROOT

BIN = Path(sys.executable).parent
POE = str(BIN / "poe")
START_SECONDS = 120
STOP_SECONDS = 60


def environment() -> dict[str, str]:
    """The environment of this process, with the PATH that `uv run` sets."""
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def free_ports() -> int:
    """A free port whose successor is free, too. It is below the range from which the system assigns ports, so nothing
    else that the tests start can take it before the stack does.
    """
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


class Stack:
    """A running stack."""

    def __init__(self, state: Path, port: int, *options: str, variables: Mapping[str, str] | None = None) -> None:
        self.state = state
        self.port = port
        self.log = state.parent / f"{state.name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [POE, "dev", "--port", str(port), "--state-dir", str(state), *options],
                cwd=ROOT,
                env={**environment(), **(variables or {})},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait(self) -> "Stack":
        deadline = time.monotonic() + START_SECONDS
        while "Try it:" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return self

    @property
    def info(self) -> Any:
        return json.loads((self.state / "stack.json").read_text())

    def client(self, token: str) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.info['api_url']}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(how)
        assert self.process.wait(STOP_SECONDS) == 0, self.output


@contextmanager
def running(
    state: Path, *options: str, port: int | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    stack = Stack(state, port or free_ports(), *options, variables=variables)
    try:
        yield stack.wait()
    finally:
        if stack.process.poll() is None:
            stack.stop()


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder for a stack. Not in pytest's folder, from which it may exclude the user that runs Postgres for root."""
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as folder:
        yield Path(folder)


def processes_about(path: Path) -> list[str]:
    listed = subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(path) in line and not line.startswith("ps ")]


def assert_stopped(state: Path, port: int) -> None:
    assert processes_about(state) == []
    assert not (state / "stack.json").exists()
    for free in (port, port + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", free))
