"""Check the exercise catalogue, write its seed file, or count what it holds."""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable

from tools.catalogue.checks import faults
from tools.catalogue.seed import PATH, render_seed
from tools.catalogue.source import Catalogue, CatalogueError, load_catalogue


def generate(catalogue: Catalogue) -> int:
    """Write seed.sql."""
    PATH.write_text(render_seed(catalogue))
    return 0


def verify(catalogue: Catalogue) -> int:
    """Return 1 if seed.sql does not match the catalogue."""
    if PATH.is_file() and PATH.read_text() == render_seed(catalogue):
        return 0
    print("error: seed.sql does not match supabase/catalogue. Run: uv run poe generate-seed", file=sys.stderr)
    return 1


def count(catalogue: Catalogue) -> int:
    """Print how many entries of each kind the catalogue has."""
    exercises = catalogue.exercises.values()
    print(
        f"{len(exercises)} exercises, {len(catalogue.muscles)} muscles, {len(catalogue.equipment)} pieces of equipment"
    )
    print(f"{sum(len(e.aliases) for e in exercises)} aliases, {len(catalogue.stated_relations())} relations")
    _print_counts("Category", (e.category for e in exercises))
    _print_counts("Level", (e.level for e in exercises))
    _print_counts("Measured in", (e.measured_in for e in exercises))
    _print_counts("Movement pattern", (e.movement_pattern for e in exercises))
    _print_counts("Muscle (primary or secondary)", (muscle for e in exercises for muscle in e.muscles))
    _print_counts("Equipment", (piece for e in exercises for piece in e.equipment or ["none"]))
    return 0


def _print_counts(title: str, values: Iterable[str]) -> None:
    print(f"\n{title}")
    for value, times in sorted(Counter(values).items(), key=lambda item: (-item[1], item[0])):
        print(f"  {times:4}  {value}")


def main() -> int:
    """Run a command and return the exit status."""
    parser = argparse.ArgumentParser(prog="catalogue", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write supabase/seed.sql from supabase/catalogue")
    commands.add_parser("verify", help="fail if the catalogue has faults or seed.sql differs from it")
    commands.add_parser("count", help="print what the catalogue holds")
    options = parser.parse_args()
    try:
        catalogue = load_catalogue()
    except CatalogueError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    for fault in (found := faults(catalogue)):
        print(f"error: {fault}", file=sys.stderr)
    if found:
        return 1
    return {"generate": generate, "verify": verify, "count": count}[options.command](catalogue)


if __name__ == "__main__":
    sys.exit(main())
