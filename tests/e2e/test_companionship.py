"""Eight weeks with the companion: new messages supersede an injury and a goal, the companion recalls a preference after
forty turns, and levels rise. Then two users with nearly the same memories, who see only their own.
"""

from typing import Any

import psycopg
import pytest

from tests.support import Person, a_set, until_embedded

LIFTS = ("back-squat", "bench-press", "deadlift", "overhead-press")
SMALL_TALK = (
    "Slept badly",
    "Great session today",
    "What a rainy week",
    "Long day at the office",
    "Feeling strong",
    "A bit tired",
    "New shoes arrived",
    "See you tomorrow",
)


async def talk(person: Person, message: str) -> dict[str, Any]:
    response = await person.ask("POST", "/chat", json={"message": message})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def memories(person: Person, **query: Any) -> dict[str, dict[str, Any]]:
    items = (await person.get("/memories", params={"per_page": 100, **query})).json()["items"]
    return {memory["content"]: memory for memory in items}


async def let_a_week_pass(admin: psycopg.Connection, *people: Person) -> None:
    """Make all messages, memories and points seven days older."""
    for person in people:
        for table, columns in (
            ("messages", ("created_at",)),
            ("memories", ("created_at", "last_told_at")),
            ("affinity_events", ("earned_on", "created_at")),
            ("chat_turns", ("started_at",)),
            ("conversations", ("created_at", "last_message_at")),
        ):
            for column in columns:
                step = "7" if column == "earned_on" else "interval '7 days'"
                admin.execute(
                    f"update private.{table} set {column} = {column} - {step} where user_id = %s", (person.id,)
                )


async def train(person: Person, week: int) -> int:
    """Log three workouts and return how often a new level was announced."""
    announced = 0
    for lift in LIFTS[:3]:
        response = await person.log(a_set(lift, weight=60 + 5 * week))
        assert response.status_code == 201
        announced += response.json()["affinity"]["leveled_up"]
    return announced


@pytest.mark.slow
async def test_eight_weeks_of_conversation(athlete: Person, admin: psycopg.Connection) -> None:
    levels = [(await athlete.get("/affinity")).json()["level"]]
    announced = 0
    hurt, healed = "I hurt my left shoulder benching.", "My left shoulder has healed, no pain when benching!"
    first_goal, new_goal = "My goal is a 140 kg squat.", "I changed my mind: my goal is a marathon instead of a squat."
    for week in range(1, 9):
        announced += await train(athlete, week)
        if week == 1:
            announced += (await talk(athlete, "I prefer training before sunrise."))["affinity"]["leveled_up"]
            announced += (await talk(athlete, first_goal))["affinity"]["leveled_up"]
        if week == 2:
            answer = await talk(athlete, hurt)
            assert (answer["expression"], answer["memories_saved"][0]["kind"]) == ("concerned", "injury")
        if week == 3:
            answer = await talk(athlete, "How careful must I be with my shoulder when benching?")
            assert hurt in [memory["content"] for memory in answer["memories_used"]]
            assert hurt in answer["reply"]
        if week == 5:
            answer = await talk(athlete, healed)
            assert [memory["content"] for memory in answer["memories_saved"]] == [healed]
        if week == 6:
            await talk(athlete, new_goal)
        for line in SMALL_TALK[:6]:
            announced += (await talk(athlete, f"{line} ({week})"))["affinity"]["leveled_up"]
        await until_embedded(admin, athlete)
        await let_a_week_pass(admin, athlete)
        levels.append((await athlete.get("/affinity")).json()["level"])
    await check_memories(athlete, (hurt, healed, first_goal, new_goal))
    assert levels == sorted(levels)
    assert levels[0] == 1
    assert levels[-1] >= 4
    assert announced == levels[-1] - 1


async def check_memories(athlete: Person, messages: tuple[str, str, str, str]) -> None:
    hurt, healed, first_goal, new_goal = messages
    live, history = await memories(athlete), await memories(athlete, superseded=True)
    for old, new in ((hurt, healed), (first_goal, new_goal)):
        assert old not in live
        assert history[old]["superseded_by"] == live[new]["id"]
    # The user said so more than forty turns ago.
    answer = await talk(athlete, "When did I say I prefer training?")
    assert answer["memories_used"][0]["content"] == "I prefer training before sunrise."
    answer = await talk(athlete, "Is benching fine for my left shoulder?")
    recalled = [memory["content"] for memory in answer["memories_used"]]
    assert healed in recalled
    assert hurt not in recalled
    affinity = (await athlete.get("/affinity", params={"per_page": 100})).json()
    assert affinity["score"] == await athlete.score()
    assert {event["kind"] for event in affinity["events"]["items"]} >= {
        "workout_completed",
        "personal_record",
        "first_time",
        "weekly_streak",
        "conversation",
    }


async def test_two_users_with_similar_memories_see_only_their_own(
    athlete: Person, stranger: Person, admin: psycopg.Connection
) -> None:
    people = {athlete: "Ines", stranger: "Igor"}
    for person, partner in people.items():
        await person.patch("/profile", {"display_name": f"Friend of {partner}"})
        await talk(person, f"I like running with {partner} by the river on Sundays.")
        await talk(person, f"I hurt my left knee when {partner} took me skiing.")
        own = await person.ask("POST", "/exercises", json={"name": f"{partner}'s lift"})
        await person.log(a_set(exercise_id=own.json()["id"]), title=f"With {partner}")
        await until_embedded(admin, person)
    for person, partner in people.items():
        (other,) = (name for name in people.values() if name != partner)
        for question in ("Who do I like running with by the river?", "My left knee again", other, f"Call {other}!"):
            answer = await talk(person, question)
            shown = str(answer["memories_used"]) + answer["reply"]
            assert other not in shown, question
        assert not any(other in content for content in await memories(person) if content != f"Call {other}!")
