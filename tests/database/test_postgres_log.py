"""What users say and who they are stays out of Postgres' own log, however a call ends."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from backend.core.settings import Settings
from tests.support import Person, SupabaseServer, a_set, assert_problem, one_gateway, serve
from tools import MIGRATIONS, SEED
from tools.stack.database import Database, temporary_database
from tools.stack.migrations import apply_migrations, run_file
from tools.stack.signing import SigningKey
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user

pytestmark = [one_gateway, pytest.mark.slow]

PRIVATE = "my secret confession"
EMAIL = f"{uuid4().hex}@example.com"


@pytest.fixture
def own_database() -> Iterator[Database]:
    with temporary_database() as database:
        with database.connect("postgres") as connection:
            apply_migrations(connection, MIGRATIONS)
            run_file(connection, SEED, SEED.read_text())
        yield database


@pytest.fixture
async def person(
    own_database: Database, settings: Settings, key: SigningKey, jwks: SupabaseServer
) -> AsyncIterator[Person]:
    with own_database.connect(AUTH_ROLE) as connection:
        user = create_user(connection, EMAIL, None)
    assert user is not None
    update = {"database_url": own_database.url("slow_burn_api"), "database_timeout_seconds": 0.3}
    async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
        yield Person(client, user, key.access_token(user, jwks.url))


async def test_no_refusal_writes_what_a_user_sent(person: Person, own_database: Database) -> None:
    refused = await person.log(a_set(exercise_id=str(uuid4())), title=PRIVATE, notes=PRIVATE, key=PRIVATE)
    assert_problem(refused, 422, "exercise_not_found")
    assert (await person.log(a_set(), title=PRIVATE, key=PRIVATE)).status_code == 201
    assert_problem(await person.log(a_set(), notes=PRIVATE, key=PRIVATE), 422, "idempotency_key_reused")
    with own_database.connect("postgres") as owner, owner.transaction():
        owner.execute("select from private.profiles for update")
        assert_problem(await person.log(a_set(), title=PRIVATE), 503, "database_timeout")
    with own_database.connect("supabase_admin") as admin:
        admin.execute("alter table private.workouts add constraint never check (title is null) not valid")
        assert_problem(await person.log(a_set(), title=PRIVATE), 422, "value_refused")
        admin.execute("drop function public.get_profile")
        assert_problem(await person.get("/profile"), 500, "internal_error")

    log = await asyncio.to_thread((Path(own_database.socket_directory) / "log").read_text)
    for logged in ("No exercise has this id.", "canceling statement due to statement timeout", "never"):
        assert logged in log, "the log does not show this refusal"
    assert PRIVATE not in log
    assert EMAIL not in log
