import pytest

from backend.gateway.errors import problem_from_database


@pytest.mark.parametrize(
    ("sqlstate", "status", "code"),
    [
        ("42501", 403, "forbidden"),
        ("23505", 409, "conflict"),
        ("23503", 422, "value_refused"),
        ("23502", 422, "value_refused"),
        ("23514", 422, "value_refused"),
        ("22001", 422, "value_refused"),
        ("22P02", 422, "value_refused"),
        ("22P05", 422, "value_refused"),
        ("57014", 503, "database_timeout"),
        ("40001", 503, "database_busy"),
        ("40P01", 503, "database_busy"),
        ("55P03", 503, "database_busy"),
        ("08006", 503, "database_unavailable"),
        ("53300", 503, "database_unavailable"),
        ("57P01", 503, "database_unavailable"),
        ("57P03", 503, "database_unavailable"),
        ("42883", 500, "internal_error"),
        ("P0001", 500, "internal_error"),
        ("P0002", 500, "internal_error"),
        (None, 500, "internal_error"),
    ],
)
def test_each_sqlstate_has_a_meaning(sqlstate: str | None, status: int, code: str) -> None:
    problem = problem_from_database(sqlstate, "Key (email)=(a@example.com) exists", "detail", "hint")
    assert (problem.status_code, problem.code) == (status, code)
    # The database's own words are not for clients.
    assert "a@example.com" not in problem.detail
    assert not problem.errors
    assert (problem.headers or {}).get("Retry-After") == ("5" if status == 503 else None)


def test_a_functions_own_error_reaches_the_client_as_it_is() -> None:
    problem = problem_from_database("PT422", "No such thing.", "thing_not_found", "a.0.b,a.1.b")
    assert (problem.status_code, problem.code, problem.detail) == (422, "thing_not_found", "No such thing.")
    assert [(e.location, e.path, e.code) for e in problem.errors] == [
        ("body", "a.0.b", "thing_not_found"),
        ("body", "a.1.b", "thing_not_found"),
    ]
