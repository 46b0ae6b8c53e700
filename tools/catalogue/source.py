"""Reads supabase/catalogue/*.toml, where each exercise is a table with its slug as the name."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from backend.core.vocabulary import BodyPart, Level
from backend.exercises.models import Category, Force, Laterality, MeasuredIn, Mechanic, MovementPattern

DIRECTORY = Path(__file__).parents[2] / "supabase" / "catalogue"

# Files state each relation once, at either exercise. A progression is stated as a regression of the harder exercise.
MIRRORED = {"variation": "variation", "alternative": "alternative", "regression": "progression"}

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
Sentence = Annotated[str, Field(pattern=r"^[A-Z0-9].*[A-Za-z0-9)]\.$")]
Step = Annotated[Sentence, Field(max_length=160)]
Cue = Annotated[Sentence, Field(max_length=90)]
ShortName = Annotated[str, Field(min_length=1, max_length=60)]


class CatalogueError(Exception):
    """A source file cannot be read or is malformed. The message says where."""


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Muscle(_Source):
    """A muscle group."""

    name: ShortName
    region: str


class Exercise(_Source):
    """An exercise as its author writes it: steps and cues are sentences, relations are slugs."""

    name: ShortName
    aliases: list[ShortName]
    category: Category
    movement_pattern: MovementPattern
    force: Force | None = None
    mechanic: Mechanic | None = None
    level: Level
    laterality: Laterality
    measured_in: MeasuredIn
    equipment: list[str]
    primary_muscles: Annotated[list[str], Field(min_length=1, max_length=3)]
    secondary_muscles: Annotated[list[str], Field(max_length=6)]
    joints: list[BodyPart]
    steps: Annotated[list[Step], Field(min_length=3, max_length=6)]
    cues: Annotated[list[Cue], Field(min_length=1, max_length=3)]
    regressions: list[Slug] = []
    variations: list[Slug] = []
    alternatives: list[Slug] = []

    @property
    def muscles(self) -> list[str]:
        """All muscles that the exercise trains."""
        return self.primary_muscles + self.secondary_muscles


class Relation(NamedTuple):
    """The first exercise has the second as its variation, regression, progression or alternative."""

    slug: str
    related: str
    kind: str


class Catalogue(NamedTuple):
    """The whole catalogue, by slug, in the order of the files."""

    muscles: dict[str, Muscle]
    equipment: dict[str, str]
    exercises: dict[str, Exercise]

    def stated_relations(self) -> list[Relation]:
        """Relations as the files state them."""
        return [
            Relation(slug, related, kind)
            for slug, exercise in self.exercises.items()
            for kind in MIRRORED
            for related in getattr(exercise, f"{kind}s")
        ]

    def relations(self) -> list[Relation]:
        """Return the relations from both sides, sorted."""
        stated = self.stated_relations()
        return sorted([*stated, *(Relation(r.related, r.slug, MIRRORED[r.kind]) for r in stated)])


def load_catalogue(directory: Path = DIRECTORY) -> Catalogue:
    """Read all files. Raises CatalogueError if one cannot be read or is malformed."""
    exercises: dict[str, Exercise] = {}
    for path in sorted((directory / "exercises").glob("*.toml")):
        for slug, fields in _tables(path).items():
            if slug in exercises:
                raise CatalogueError(f"{path.name}: {slug} is also defined in another file")
            exercises[slug] = _validated(Exercise, fields, f"{path.name}: {slug}")
    return Catalogue(
        muscles={
            slug: _validated(Muscle, fields, f"muscles.toml: {slug}")
            for slug, fields in _tables(directory / "muscles.toml").items()
        },
        equipment=_tables(directory / "equipment.toml"),
        exercises=exercises,
    )


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise CatalogueError(f"{path.name}: {error}") from error


def _validated[Model: BaseModel](model: type[Model], fields: Any, where: str) -> Model:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        path = ".".join(str(step) for step in first["loc"])
        raise CatalogueError(f"{where}: {path}: {first['msg']}") from None
