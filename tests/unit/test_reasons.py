"""What the log says about a database that cannot be reached."""

import psycopg
import pytest
from psycopg.errors import ConnectionTimeout

from backend.gateway.reasons import reason_for

HOST = 'connection to server at "db.example.com" (192.0.2.1), port 5432 failed: '


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (HOST + "Connection refused\n\tIs the server running on that host?", "connection refused"),
        (HOST + 'FATAL:  password authentication failed for user "robin"', "wrong password"),
        ("connection failed: fe_sendauth: no password supplied", "wrong password"),
        (HOST + 'FATAL:  role "robin" does not exist', "unknown role"),
        (HOST + "FATAL:  Tenant or user not found", "unknown role"),
        (HOST + 'FATAL:  database "gym" does not exist', "unknown database"),
        (HOST + "server does not support SSL, but SSL was required", "TLS"),
        (HOST + "SSL error: certificate verify failed", "TLS"),
        (HOST + 'FATAL:  no pg_hba.conf entry for host "192.0.2.7"', "not allowed by pg_hba.conf"),
        (HOST + "FATAL:  sorry, too many clients already", "too many connections"),
        (HOST + "FATAL:  the database system is starting up", "starting or stopping"),
        (HOST + "Network is unreachable", "unreachable host"),
        ('could not translate host name "db.example.com" to address: Name or service not known', "unknown host"),
        ("something new", "other"),
    ],
)
def test_the_reason_is_a_kind_and_names_nobody(text: str, reason: str) -> None:
    assert reason_for(psycopg.OperationalError(text)) == reason


def test_a_timeout_has_a_class_of_its_own() -> None:
    assert reason_for(ConnectionTimeout("connection timeout expired")) == "timeout"
