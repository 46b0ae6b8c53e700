"""A user with data in every table, for the tests that try to reach it."""

import psycopg
import pytest

from tests.security.catalogue import rows_of
from tests.support import Person, a_set, until_embedded

SECRET = "a secret of the victim"
"""Marks the victim's data wherever text can be."""


@pytest.fixture
async def victim(athlete: Person, admin: psycopg.Connection) -> Person:
    await athlete.patch("/profile", {"display_name": SECRET, "goals": [SECRET], "preferences": {"x": SECRET}})
    own = admin.execute(
        "insert into private.exercises (user_id, name) values (%s, %s) returning id",
        (athlete.id, SECRET),
    ).fetchone()
    assert own is not None
    days = [{"day": 1, "name": SECRET, "exercises": [{"exercise_id": str(own[0]), "notes": SECRET, "sets": [{}]}]}]
    plan = await athlete.ask("POST", "/plans", json={"name": SECRET, "description": SECRET, "days": days})
    assert plan.status_code == 201, plan.text
    for weight in (100, 110):
        sets = (a_set(weight=weight, notes=SECRET), a_set(exercise_id=str(own[0])))
        response = await athlete.log(*sets, title=SECRET, notes=SECRET, key=f"{SECRET} {weight}")
        assert response.status_code == 201
    assert (await athlete.ask("POST", "/progress/pause")).status_code == 200
    waist = {"kind": "waist", "value": 81.5}
    assert (await athlete.ask("POST", "/measurements", json=waist)).status_code == 201
    assert (await athlete.log(a_set(), completed_at="2026-01-01T10:00:00Z")).status_code == 201
    assert (await athlete.patch("/profile", {"weekly_target": 2})).status_code == 200
    assert (await athlete.ask("POST", "/memories", json={"content": SECRET, "kind": "fact"})).status_code == 201
    forgotten = await athlete.ask("POST", "/memories", json={"content": f"Forget {SECRET}", "kind": "fact"})
    assert (await athlete.ask("DELETE", f"/memories/{forgotten.json()['id']}")).status_code == 204
    assert (await athlete.ask("POST", "/chat", json={"message": SECRET})).status_code == 200
    admin.execute(
        "insert into private.running_imports (user_id, import_id) values (%s, gen_random_uuid())", (athlete.id,)
    )
    # The embedding is stored after the answer, and has to be there before anything is compared.
    await until_embedded(admin, athlete)
    for table, rows in rows_of(admin, athlete).items():
        assert rows, f"the victim has nothing in {table}"
    return athlete
