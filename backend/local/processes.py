"""Servers that the stack starts and stops."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import httpx

from backend.local import ROOT, StackError

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 10


def check_port(port: int) -> None:
    """Raises StackError when something listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise StackError(
                f"Port {port} cannot be used ({error.strerror}). Stop what uses it, or choose another with --port."
            ) from error


@dataclass
class Server:
    """A uvicorn in a process group of its own, so that a Ctrl-C in the terminal reaches the stack alone, which then
    stops its servers in order.
    """

    name: str
    app: str
    port: int
    answers_at: str
    environment: Mapping[str, str]
    options: Sequence[str]
    _process: subprocess.Popen[bytes] = field(init=False)

    def start(self) -> None:
        """Start it; it may not answer yet."""
        command = [sys.executable, "-m", "uvicorn", "--factory", self.app, "--host", HOST, "--port", str(self.port)]
        self._process = subprocess.Popen(
            [*command, *self.options], cwd=ROOT, env={**os.environ, **self.environment}, start_new_session=True
        )

    def wait_until_it_answers(self) -> None:
        """Raises StackError when it stops or does not answer in time."""
        url = f"http://{HOST}:{self.port}{self.answers_at}"
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check_running()
            try:
                if httpx.get(url, timeout=2, trust_env=False).is_success:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise StackError(f"{self.name} does not answer at {url}: see its messages above.")

    def check_running(self) -> None:
        """Raises StackError when it has stopped."""
        if self._process.poll() is not None:
            raise StackError(f"{self.name} stopped by itself: see its messages above.")

    def stop(self) -> None:
        """Ask it to stop, and make it when it does not."""
        for request in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, request)
            except ProcessLookupError:
                return
            try:
                self._process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                continue
