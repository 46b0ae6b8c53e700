"""Supabase's Data API on a laptop: the real PostgREST."""

import json
from pathlib import Path

from tools.stack import npm
from tools.stack.processes import HOST, Child
from tools.stack.signing import SigningKey


def make_data_api(folder: Path, key: SigningKey, authenticator_url: str, address: Path | int) -> Child:
    """PostgREST over a database, configured as by Supabase, on a Unix socket or a port of this machine. Writes its
    configuration to the folder.
    """
    jwks = folder / "jwks.json"
    jwks.write_text(json.dumps(key.jwks()))
    settings = {
        "db-uri": authenticator_url,
        "db-schemas": "public",
        "db-anon-role": "anon",
        "db-max-rows": "1000",
        "jwt-secret": f"@{jwks}",
        "jwt-aud": "authenticated",
        "log-level": "crit",
    }
    if isinstance(address, Path):
        settings |= {"server-unix-socket": str(address), "server-unix-socket-mode": "660"}
    else:
        settings |= {"server-host": HOST, "server-port": str(address)}
    configuration = folder / "postgrest.conf"
    configuration.write_text("".join(f"{name} = {json.dumps(value)}\n" for name, value in settings.items()))
    return Child(name="PostgREST", command=[npm.postgrest(), configuration], folder=folder)
