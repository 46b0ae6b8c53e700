"""`uv run poe fuzz`: start everything on free ports, and run schemathesis over both gateways."""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import ROOT, openapi_file
from tools.benchmarks import training
from tools.benchmarks.servers import Servers, serving

ACCOUNT = "/api/v1/account"
"""Its deletion ends the user who asks, so another user asks for it, at last."""


def schemathesis(url: str, token: str, *options: str) -> bool:
    """Run schemathesis on an API as the owner of a token; whether it found nothing."""
    program = Path(sys.executable).parent / "schemathesis"
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as folder:
        command = [
            str(program), "run", str(openapi_file.PATH), "--url", url, "--header", f"Authorization: Bearer {token}",
            "--continue-on-failure", *options,
        ]  # fmt: skip
        environment = {**os.environ, "SCHEMATHESIS_HOOKS": "tools.fuzzing.rules", "PYTHONPATH": str(ROOT)}
        return subprocess.run(command, cwd=folder, env=environment, check=False).returncode == 0


def fuzz(servers: Servers, url: str, options: argparse.Namespace) -> bool:
    """Fuzz one API; whether it found nothing."""
    given = ["--seed", str(options.seed), "--max-examples", str(options.examples)]
    whole = schemathesis(
        url, servers.token_of(1), "--exclude-path", ACCOUNT, "--max-time", str(options.seconds), *given
    )
    return schemathesis(url, servers.token_of(2), "--include-path", ACCOUNT, *given) and whole


def main() -> None:
    """Exit with 1 if anything was found."""
    parser = argparse.ArgumentParser(prog="poe fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=300, help="the time for each gateway")
    parser.add_argument("--examples", type=int, default=50, help="the most requests of each operation and phase")
    parser.add_argument("--seed", type=int, default=20261126)
    options = parser.parse_args()
    with serving() as servers:
        with servers.database.connect("supabase_admin") as superuser:
            training.add_users(superuser, 1, 3)
        postgrest_url = servers.start_postgrest()
        clean = []
        for gateway in ("postgres", "postgrest"):
            with servers.api(gateway, workers=1, postgrest_url=postgrest_url) as api:
                print(f"\nOver {gateway}", flush=True)
                clean.append(fuzz(servers, api.url, options))
    sys.exit(0 if all(clean) else 1)


if __name__ == "__main__":
    main()
