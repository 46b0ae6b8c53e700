"""Why a connection to the database could not be made, in words that hold no secret."""

import re

from psycopg import Error
from psycopg.errors import ConnectionTimeout

# libpq gives nothing but a text, in which the host, the user or the database is named.
_REASONS = {
    "connection refused": r"connection refused|no such file or directory",
    "unknown host": r"failed to resolve|could not translate host|name or service not known|nodename nor servname",
    "unreachable host": r"network is unreachable|no route to host",
    "wrong password": r"password authentication failed|no password supplied|SASL authentication failed",
    "unknown role": r"role \".*\" does not exist|tenant or user not found",
    "unknown database": r"database \".*\" does not exist",
    "not allowed by pg_hba.conf": r"no pg_hba.conf entry|not permitted to log in",
    "TLS": r"SSL|TLS|certificate",
    "too many connections": r"too many (clients|connections)|remaining connection slots|max client connections",
    "starting or stopping": r"starting up|shutting down|not yet accepting|terminating connection",
    "timeout": r"timeout|timed out",
}


def reason_for(error: Error) -> str:
    """The kind of a failure to connect; "other" for one that is not listed here."""
    if isinstance(error, ConnectionTimeout):
        return "timeout"
    text = str(error)
    return next((kind for kind, words in _REASONS.items() if re.search(words, text, re.IGNORECASE)), "other")
