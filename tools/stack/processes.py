"""Processes that the stack starts and stops."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import psutil

from tools import ROOT, ToolError

HOST = "127.0.0.1"
START_SECONDS = 60
STOP_SECONDS = 10
MARK_VARIABLE = "SLOW_BURN_STACK"
"""An environment variable by which to recognise the processes of a stack. Its value is the stack's folder."""


def check_port(port: int) -> None:
    """Raises ToolError if another program listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise ToolError(
                f"Port {port} cannot be used ({error.strerror}). Stop what uses it, or choose another with --port."
            ) from error


def answers(url: str) -> bool:
    """Whether a server at the URL answers with success."""
    try:
        return _http().get(url).is_success
    except httpx.HTTPError:
        return False


@cache
def _http() -> httpx.Client:
    # One client for all questions: each new one would read every certificate of the machine.
    return httpx.Client(timeout=2, trust_env=False)


def stop_leftovers(folder: Path) -> None:
    """Stop the processes that a killed stack left running. The caller holds the lock of the folder."""
    leftovers = [process for process in psutil.process_iter() if _mark(process) == str(folder)]
    for process in leftovers:
        process.terminate()
    _, stubborn = psutil.wait_procs(leftovers, timeout=STOP_SECONDS)
    for process in stubborn:
        process.kill()


def _mark(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK_VARIABLE)
    except (psutil.Error, OSError):
        return None


@dataclass
class Child:
    """A process in its own group: Ctrl-C in the terminal reaches only the stack, which stops its children in order."""

    name: str
    command: Sequence[str | Path]
    folder: Path
    """The folder of the stack to which the process belongs."""
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    popen: Mapping[str, Any] = field(default_factory=dict)
    """Further options of subprocess.Popen."""
    _process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The number of the running process."""
        assert self._process is not None
        return self._process.pid

    @property
    def _title(self) -> str:
        return self.name[:1].upper() + self.name[1:]

    def start(self) -> None:
        """Start the process. It may not answer yet."""
        environment = {**os.environ, **self.environment, MARK_VARIABLE: str(self.folder)}
        self._process = subprocess.Popen(
            self.command, **{"cwd": ROOT, **self.popen}, env=environment, start_new_session=True
        )

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Wait until the process is ready. Raises ToolError if it stops or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            self.check_running()
            if time.monotonic() > deadline:
                raise ToolError(f"{self._title} does not answer. See its messages above.")
            time.sleep(0.05)

    def check_running(self) -> None:
        """Raises ToolError if the process has stopped."""
        if self._process is not None and self._process.poll() is not None:
            raise ToolError(f"{self._title} stopped unexpectedly. See its messages above.")

    def stop(self) -> None:
        """Ask the process to stop, and kill it if it does not. Does nothing if it is not running."""
        if self._process is None:
            return
        for request in (self.stop_signal, signal.SIGKILL):
            try:
                os.killpg(self._process.pid, request)
                self._process.wait(STOP_SECONDS)
            except ProcessLookupError:
                break
            except subprocess.TimeoutExpired:
                continue
        self._process = None
