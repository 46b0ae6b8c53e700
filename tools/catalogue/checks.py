"""Rules for the catalogue beyond its form. Each check yields the faults it finds, as sentences."""

import re
from collections import Counter
from collections.abc import Callable, Iterator

from tools.catalogue.source import Catalogue, Exercise

LEVELS = ("beginner", "intermediate", "advanced")
MIN_EXERCISES_A_MUSCLE = 6
HOME_EQUIPMENT = {"dumbbell", "bench"}
"""An exercise that needs only this can be done at home."""

# The joints that a movement always loads. Injuries are hard limits, so none of these may be missing.
LOADED_JOINTS = {
    "squat": {"knee", "hip", "ankle"},
    "lunge": {"knee", "hip", "ankle"},
    "hinge": {"hip", "lower_back"},
    "bridge": {"hip"},
    "knee_extension": {"knee"},
    "knee_flexion": {"knee"},
    "hip_abduction": {"hip"},
    "hip_adduction": {"hip"},
    "hip_flexion": {"hip"},
    "calf_raise": {"ankle"},
    "horizontal_push": {"shoulder", "elbow", "wrist"},
    "vertical_push": {"shoulder", "elbow", "wrist"},
    "fly": {"shoulder"},
    "horizontal_pull": {"shoulder", "elbow", "wrist"},
    "vertical_pull": {"shoulder", "elbow", "wrist"},
    "pullover": {"shoulder"},
    "shrug": {"shoulder", "neck"},
    "shoulder_raise": {"shoulder"},
    "reverse_fly": {"shoulder"},
    "shoulder_rotation": {"shoulder"},
    "elbow_flexion": {"elbow"},
    "elbow_extension": {"elbow"},
    "grip": {"wrist"},
    "neck": {"neck"},
    "trunk_flexion": {"lower_back"},
    "trunk_extension": {"lower_back"},
    "lateral_flexion": {"lower_back"},
    "rotation": {"lower_back"},
    "carry": {"lower_back", "hip", "knee", "ankle"},
    "olympic_lift": {"shoulder", "wrist", "lower_back", "hip", "knee", "ankle"},
    "jump": {"hip", "knee", "ankle"},
    "throw": {"shoulder"},
}

# A movement has at least one of these muscles as a primary muscle.
TRAINED_MUSCLES = {
    "squat": {"quadriceps", "glutes", "adductors"},
    "lunge": {"quadriceps", "glutes", "adductors"},
    "hinge": {"hamstrings", "glutes", "lower_back"},
    "bridge": {"glutes", "hamstrings"},
    "knee_extension": {"quadriceps"},
    "knee_flexion": {"hamstrings"},
    "hip_abduction": {"abductors", "glutes"},
    "hip_adduction": {"adductors"},
    "hip_flexion": {"hip_flexors", "abs"},
    "calf_raise": {"calves"},
    "horizontal_push": {"chest", "triceps", "front_delts"},
    "vertical_push": {"front_delts", "side_delts", "triceps", "chest"},
    "fly": {"chest"},
    "horizontal_pull": {"upper_back", "lats", "rear_delts"},
    "vertical_pull": {"lats", "upper_back", "traps"},
    "pullover": {"lats", "chest"},
    "shrug": {"traps"},
    "shoulder_raise": {"front_delts", "side_delts", "rear_delts", "traps"},
    "reverse_fly": {"rear_delts", "upper_back"},
    "shoulder_rotation": {"rotator_cuff", "front_delts", "side_delts"},
    "elbow_flexion": {"biceps", "forearms"},
    "elbow_extension": {"triceps"},
    "grip": {"forearms"},
    "neck": {"neck"},
    "trunk_flexion": {"abs"},
    "trunk_extension": {"lower_back", "glutes", "hamstrings", "upper_back"},
    "anti_extension": {"abs"},
    "lateral_flexion": {"obliques"},
    "rotation": {"obliques"},
    "anti_rotation": {"obliques", "abs"},
}


def comparable(name: str) -> str:
    """Return a name as search compares it: lower case, no apostrophes, and one blank between words."""
    return " ".join(re.findall(r"[a-z0-9]+", name.lower().replace("'", "")))


def slugs_are_plain(catalogue: Catalogue) -> Iterator[str]:
    """A slug consists of lower-case words with hyphens between them."""
    for slug in catalogue.exercises:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", slug):
            yield f"{slug}: a slug has lower-case words with hyphens between"


def slugs_are_known(catalogue: Catalogue) -> Iterator[str]:
    """muscles.toml and equipment.toml list all muscles and equipment."""
    for slug, exercise in catalogue.exercises.items():
        for muscle in exercise.muscles:
            if muscle not in catalogue.muscles:
                yield f"{slug}: unknown muscle {muscle}; use one of muscles.toml, or add it there"
        for piece in exercise.equipment:
            if piece not in catalogue.equipment:
                yield f"{slug}: unknown equipment {piece}; use one of equipment.toml, or add it there"


def lists_repeat_nothing(catalogue: Catalogue) -> Iterator[str]:
    """No list contains an entry twice, and no muscle is both primary and secondary."""
    for slug, exercise in catalogue.exercises.items():
        for values in (exercise.equipment, exercise.muscles, exercise.joints, exercise.steps + exercise.cues):
            for value, times in Counter(values).items():
                if times > 1:
                    yield f"{slug}: {value!r} is listed twice; remove one of the two"


def names_are_unique(catalogue: Catalogue) -> Iterator[str]:
    """No name or alias belongs to two exercises, and no exercise has one twice."""
    meant: dict[str, str] = {}
    for slug, exercise in catalogue.exercises.items():
        for name in [exercise.name, *exercise.aliases]:
            other = meant.setdefault(comparable(name), slug)
            if other != slug or [comparable(n) for n in [exercise.name, *exercise.aliases]].count(comparable(name)) > 1:
                yield f"{slug}: {name!r} is also a name of {other}"


def steps_are_unique(catalogue: Catalogue) -> Iterator[str]:
    """No two exercises have the same steps."""
    explained: dict[tuple[str, ...], str] = {}
    for slug, exercise in catalogue.exercises.items():
        other = explained.setdefault(tuple(exercise.steps), slug)
        if other != slug:
            yield f"{slug}: {other} has the same steps"


def every_muscle_is_trained(catalogue: Catalogue) -> Iterator[str]:
    """At least six exercises train each muscle."""
    trained = Counter(muscle for exercise in catalogue.exercises.values() for muscle in exercise.muscles)
    for muscle in catalogue.muscles:
        if trained[muscle] < MIN_EXERCISES_A_MUSCLE:
            yield f"{muscle}: only {trained[muscle]} exercises train it; at least {MIN_EXERCISES_A_MUSCLE} should"


def movements_load_their_joints(catalogue: Catalogue) -> Iterator[str]:
    """An exercise lists the joints that its movement loads, and those that a weight in a squat or lunge adds."""
    for slug, exercise in catalogue.exercises.items():
        loaded = LOADED_JOINTS.get(exercise.movement_pattern, set())
        if exercise.movement_pattern in ("squat", "lunge"):
            held = {"dumbbell", "kettlebell"} & set(exercise.equipment)
            if held or "barbell" in exercise.equipment:
                loaded = loaded | {"lower_back"}
            if held:
                loaded = loaded | {"wrist"}
        for joint in sorted(loaded - set(exercise.joints)):
            yield f"{slug}: a {exercise.movement_pattern} loads the {joint}, so list it in joints"


def movements_train_their_muscles(catalogue: Catalogue) -> Iterator[str]:
    """The primary muscles fit the movement pattern."""
    for slug, exercise in catalogue.exercises.items():
        expected = TRAINED_MUSCLES.get(exercise.movement_pattern)
        if expected and not expected & set(exercise.primary_muscles):
            yield f"{slug}: a {exercise.movement_pattern} needs a primary muscle of {', '.join(sorted(expected))}"


def relations_resolve(catalogue: Catalogue) -> Iterator[str]:
    """A relation names another exercise, and two exercises have at most one relation, stated once."""
    seen: set[frozenset[str]] = set()
    for slug, related, kind in catalogue.stated_relations():
        pair = frozenset((slug, related))
        if related not in catalogue.exercises or related == slug:
            yield f"{slug}: {kind} {related} is not another exercise"
        elif pair in seen:
            yield f"{slug}: its relation to {related} is stated twice; state it at one of the two exercises"
        seen.add(pair)


def relations_make_sense(catalogue: Catalogue) -> Iterator[str]:
    """A regression is not harder, an alternative needs other equipment, and both train a muscle in common."""
    for slug, related, kind in catalogue.stated_relations():
        one, other = catalogue.exercises[slug], catalogue.exercises.get(related)
        if other is None:
            continue
        if kind == "regression" and LEVELS.index(other.level) > LEVELS.index(one.level):
            yield f"{slug}: its regression {related} is harder; state the relation at {related} instead"
        if kind == "alternative" and set(one.equipment) == set(other.equipment):
            yield f"{slug}: its alternative {related} needs the same equipment; make it a variation"
        if not set(one.muscles) & set(other.muscles):
            yield f"{slug}: {related} trains none of its muscles; related exercises share at least one"


def exercises_can_be_replaced_at_home(catalogue: Catalogue) -> Iterator[str]:
    """An exercise that needs a gym is related to one for home, if the catalogue has one that fits."""
    at_home = {slug: exercise for slug, exercise in catalogue.exercises.items() if _is_for_home(exercise)}
    related: dict[str, set[str]] = {slug: set() for slug in catalogue.exercises}
    for relation in catalogue.relations():
        related.setdefault(relation.slug, set()).add(relation.related)
    for slug, exercise in catalogue.exercises.items():
        if slug in at_home or related[slug] & at_home.keys():
            continue
        if any(_could_replace(home, exercise) for home in at_home.values()):
            yield f"{slug}: has no relation to a bodyweight or dumbbell exercise, but the catalogue has one"


def _is_for_home(exercise: Exercise) -> bool:
    return set(exercise.equipment) <= HOME_EQUIPMENT


def _could_replace(one: Exercise, other: Exercise) -> bool:
    return one.movement_pattern == other.movement_pattern and bool(
        set(one.primary_muscles) & set(other.primary_muscles)
    )


CHECKS: list[Callable[[Catalogue], Iterator[str]]] = [
    slugs_are_plain,
    slugs_are_known,
    lists_repeat_nothing,
    names_are_unique,
    steps_are_unique,
    every_muscle_is_trained,
    movements_load_their_joints,
    movements_train_their_muscles,
    relations_resolve,
    relations_make_sense,
    exercises_can_be_replaced_at_home,
]


def faults(catalogue: Catalogue) -> list[str]:
    """The faults that all checks find."""
    return [fault for check in CHECKS for fault in check(catalogue)]
