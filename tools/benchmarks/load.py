"""The load generator: autocannon, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

from tools import ROOT, ToolError

SCRIPT = Path(__file__).with_name("load.mjs")


class Request(TypedDict):
    """A request to send again and again."""

    method: str
    path: str
    headers: dict[str, str]
    body: str


class Load(NamedTuple):
    """What came back. Latencies are in milliseconds."""

    requests: int
    per_second: float
    p50: float
    p99: float


def send(url: str, requests: Sequence[Request], *, connections: int, seconds: int) -> Load:
    """Send the requests over some connections, as fast as they are answered. Raises ToolError if one fails."""
    given = {"url": url, "connections": connections, "duration": seconds, "requests": requests}
    node = Path(sys.executable).parent / "node"
    command: list[str | Path] = [node, SCRIPT]
    done = subprocess.run(command, input=json.dumps(given).encode(), cwd=ROOT, check=True, stdout=subprocess.PIPE)
    result = json.loads(done.stdout)
    if result["non2xx"] or result["errors"] or not result["2xx"]:
        raise ToolError(f"{requests[0]['path']}: {result['non2xx']} refused and {result['errors']} failed.")
    latency = result["latency"]
    return Load(result["2xx"], result["2xx"] / result["duration"], latency["p50"], latency["p99"])
