"""What changed between two OpenAPI documents, and what SemVer asks for.

major   what a client relies on is gone or different: a path, a field, its type, whether it is required, how to sign in
minor   something is new that clients may ignore: a path, a field, a value, a wider limit
patch   texts and examples

No tool for this that understands OpenAPI 3.1 comes from a package registry.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any, Literal, NamedTuple

type Direction = Literal["request", "response"]
type Json = dict[str, Any]

TEXTS = {"title", "description", "summary", "example", "examples", "tags", "externalDocs", "deprecated"}
LOWER_LIMITS = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
UPPER_LIMITS = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}
OWN_RULES = {"properties", "required", "enum", "items", "anyOf", "oneOf", "$ref", "discriminator"}
METHODS = ("get", "put", "post", "delete", "patch", "head", "options")


class Level(IntEnum):
    """How much a change matters to clients."""

    PATCH = 1
    MINOR = 2
    MAJOR = 3


class Change(NamedTuple):
    """A change, and where it is."""

    level: Level
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.level.name.lower()}: {self.where}: {self.what}"


def compare(old: Json, new: Json) -> list[Change]:
    """All changes from one document to another, in the order of the new one's paths."""
    return list(dict.fromkeys(_Comparison(old, new).changes()))


def needed(changes: list[Change], released: str) -> str | None:
    """The lowest version that the changes allow after a released one; None without changes.

    Before 1.0.0, SemVer promises nothing. Here a minor version may then break clients, and a patch may not.
    """
    if not changes:
        return None
    major, minor, patch = map(int, released.split("."))
    level = max(change.level for change in changes)
    if level is Level.MAJOR and major > 0:
        return f"{major + 1}.0.0"
    return f"{major}.{minor}.{patch + 1}" if level is Level.PATCH else f"{major}.{minor + 1}.0"


class _Comparison:
    def __init__(self, old: Json, new: Json) -> None:
        self._old = old
        self._new = new
        self._seen: set[tuple[str, str, Direction]] = set()

    def changes(self) -> Iterator[Change]:
        yield from _texts("the document", self._old.get("info", {}), self._new.get("info", {}), {"version"})
        yield from _changed("the document", self._old, self._new, "security", Level.MAJOR)
        yield from _changed("the document", self._old, self._new, "servers", Level.PATCH)
        yield from _changed("the document", self._old, self._new, "tags", Level.PATCH)
        old, new = self._old["components"], self._new["components"]
        yield from _changed("the document", old, new, "securitySchemes", Level.MAJOR)
        olds, news = self._operations(self._old), self._operations(self._new)
        for name in _both(olds, news):
            if name not in news:
                yield Change(Level.MAJOR, name, "is gone")
            elif name not in olds:
                yield Change(Level.MINOR, name, "is new")
            else:
                yield from self._operation(name, olds[name], news[name])

    def _operations(self, document: Json) -> dict[str, Json]:
        return {
            f"{method.upper()} {path}": operation
            for path, methods in document["paths"].items()
            for method, operation in methods.items()
            if method in METHODS
        }

    def _operation(self, name: str, old: Json, new: Json) -> Iterator[Change]:
        yield from _texts(name, old, new, {"operationId", "security", "parameters", "requestBody", "responses"})
        yield from _changed(name, old, new, "operationId", Level.MAJOR)
        yield from _changed(name, old, new, "security", Level.MAJOR)
        if new.get("deprecated") and not old.get("deprecated"):
            yield Change(Level.MINOR, name, "is deprecated")
        yield from self._parameters(name, old.get("parameters", []), new.get("parameters", []))
        yield from self._body(name, old.get("requestBody"), new.get("requestBody"))
        yield from self._responses(name, old["responses"], new["responses"])

    def _parameters(self, name: str, old: list[Json], new: list[Json]) -> Iterator[Change]:
        olds, news = ({(p["in"], p["name"]): p for p in parameters} for parameters in (old, new))
        for place, parameter in _both(olds, news):
            where = f"{name}, {place} parameter {parameter}"
            before, after = olds.get((place, parameter)), news.get((place, parameter))
            if after is None:
                yield Change(Level.MAJOR, where, "is gone")
            elif before is None:
                yield _addition(where, breaks=after.get("required", False))
            else:
                yield from _requirement(where, before.get("required", False), after.get("required", False), "request")
                yield from _texts(where, before, after, {"schema", "required", "in", "name"})
                yield from self._schema(where, before["schema"], after["schema"], "request")

    def _body(self, name: str, old: Json | None, new: Json | None) -> Iterator[Change]:
        where = f"{name}, body"
        if old is None or new is None:
            if new is not None:
                yield _addition(where, breaks=new.get("required", False))
            elif old is not None:
                yield Change(Level.MAJOR, where, "is gone")
            return
        yield from _requirement(where, old.get("required", False), new.get("required", False), "request")
        yield from self._content(where, old.get("content", {}), new.get("content", {}), "request")

    def _responses(self, name: str, old: Json, new: Json) -> Iterator[Change]:
        for status in _both(old, new):
            where = f"{name}, {status}"
            if status not in new:
                yield Change(Level.MAJOR if status.startswith("2") else Level.MINOR, where, "is gone")
            elif status not in old:
                yield Change(Level.MINOR, where, "is new")
            else:
                yield from _texts(where, old[status], new[status], {"content", "headers"})
                yield from self._content(
                    where, old[status].get("content", {}), new[status].get("content", {}), "response"
                )
                yield from self._headers(where, old[status].get("headers", {}), new[status].get("headers", {}))

    def _headers(self, where: str, old: Json, new: Json) -> Iterator[Change]:
        for header in _both(old, new):
            if header not in new:
                yield Change(Level.MAJOR, f"{where}, header {header}", "is gone")
            elif header not in old:
                yield Change(Level.MINOR, f"{where}, header {header}", "is new")
            else:
                yield from _texts(f"{where}, header {header}", old[header], new[header], {"schema"})
                yield from self._schema(
                    f"{where}, header {header}", old[header]["schema"], new[header]["schema"], "response"
                )

    def _content(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        for media in _both(old, new):
            if media not in new:
                yield Change(Level.MAJOR, where, f"{media} is gone")
            elif media not in old:
                yield Change(Level.MINOR, where, f"{media} is new")
            else:
                yield from _texts(where, old[media], new[media], {"schema"})
                yield from self._schema(where, old[media].get("schema", {}), new[media].get("schema", {}), direction)

    def _schema(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        names = [schema.get("$ref", "").rpartition("/")[2] for schema in (old, new)]
        if all(names):
            if (names[0], names[1], direction) in self._seen:
                return
            self._seen.add((names[0], names[1], direction))
        if all(names) and names[0] != names[1]:
            yield Change(Level.MINOR, where, f"the schema {names[0]} is called {names[1]}")
        where = names[1] or where
        old, new = self._resolved(self._old, old), self._resolved(self._new, new)
        yield from self._choices(where, old, new, direction)
        yield from self._properties(where, old, new, direction)
        yield from _values(where, old, new, direction)
        for keyword in _both(old, new):
            if keyword in OWN_RULES:
                continue
            yield from _keyword(where, keyword, old.get(keyword), new.get(keyword), direction)
        if "items" in old or "items" in new:
            yield from self._schema(f"{where}[]", old.get("items", {}), new.get("items", {}), direction)

    def _resolved(self, document: Json, schema: Json) -> Json:
        """The schema behind a reference, with null among its types where it is one of two choices."""
        if "$ref" in schema:
            rest = {name: value for name, value in schema.items() if name != "$ref"}
            return {**document["components"]["schemas"][schema["$ref"].rpartition("/")[2]], **rest}
        choices = schema.get("anyOf", [])
        others = [choice for choice in choices if choice != {"type": "null"}]
        if len(choices) == len(others) + 1 and len(others) == 1:
            rest = {name: value for name, value in schema.items() if name != "anyOf"}
            return {**self._resolved(document, others[0]), **rest, "null": True}
        return schema

    def _choices(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        olds, news = (
            {_name_of(choice): choice for choice in schema.get("oneOf") or schema.get("anyOf") or ()}
            for schema in (old, new)
        )
        for name in _both(olds, news):
            if name not in news:
                yield Change(
                    Level.MAJOR if direction == "request" else Level.MINOR, where, f"{name} is no longer a choice"
                )
            elif name not in olds:
                yield Change(Level.MINOR, where, f"{name} is a new choice")
            else:
                yield from self._schema(where, olds[name], news[name], direction)

    def _properties(self, where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
        olds, news = old.get("properties", {}), new.get("properties", {})
        for name in _both(olds, news):
            field = f"{where}.{name}"
            required = name in new.get("required", [])
            if name not in news:
                yield Change(Level.MAJOR, field, "is gone")
            elif name not in olds:
                yield _addition(field, breaks=required and direction == "request")
            else:
                yield from _requirement(field, name in old.get("required", []), required, direction)
                yield from self._schema(field, olds[name], news[name], direction)


def _addition(where: str, *, breaks: bool) -> Change:
    return Change(Level.MAJOR, where, "is new and required") if breaks else Change(Level.MINOR, where, "is new")


def _requirement(where: str, old: bool, new: bool, direction: Direction) -> Iterator[Change]:  # noqa: FBT001  # a pair
    if old != new:
        narrower = new if direction == "request" else old
        what = "is required" if new else "is no longer required"
        yield Change(Level.MAJOR if narrower else Level.MINOR, where, what)


def _values(where: str, old: Json, new: Json, direction: Direction) -> Iterator[Change]:
    if "enum" not in old or "enum" not in new:
        if ("enum" in old) != ("enum" in new):
            narrower = "enum" in new if direction == "request" else "enum" in old
            yield Change(Level.MAJOR if narrower else Level.MINOR, where, "other values are allowed")
        return
    for value in old["enum"]:
        if value not in new["enum"]:
            yield Change(
                Level.MAJOR if direction == "request" else Level.MINOR, where, f"{value!r} is no longer a value"
            )
    for value in new["enum"]:
        if value not in old["enum"]:
            yield Change(Level.MINOR, where, f"{value!r} is a new value")


def _keyword(where: str, keyword: str, old: Any, new: Any, direction: Direction) -> Iterator[Change]:
    if old == new:
        return
    what = f"{keyword} is {new!r} and was {old!r}"
    if keyword in TEXTS:
        yield Change(Level.PATCH, where, f"another {keyword}")
    elif keyword in LOWER_LIMITS | UPPER_LIMITS:
        raised = old is None or (new is not None and new > old)
        narrower = new is not None and (old is None or raised == (keyword in LOWER_LIMITS))
        yield Change(Level.MAJOR if narrower and direction == "request" else Level.MINOR, where, what)
    elif keyword == "null":
        breaks = bool(old) if direction == "request" else bool(new)
        yield Change(Level.MAJOR if breaks else Level.MINOR, where, "may be null" if new else "may no longer be null")
    elif keyword in ("pattern", "multipleOf", "additionalProperties"):
        breaks = direction == "request" and new not in (None, True)
        yield Change(Level.MAJOR if breaks else Level.MINOR, where, what)
    else:
        yield Change(Level.MAJOR, where, what)


def _texts(where: str, old: Json, new: Json, apart: set[str]) -> Iterator[Change]:
    for name in _both(old, new):
        if name in apart:
            continue
        if old.get(name) != new.get(name):
            yield Change(Level.PATCH, where, f"another {name}")


def _changed(where: str, old: Json, new: Json, name: str, level: Level) -> Iterator[Change]:
    if old.get(name) != new.get(name):
        yield Change(level, where, f"another {name}")


def _both[Name](old: dict[Name, Any], new: dict[Name, Any]) -> list[Name]:
    """The names that either has, in order."""
    return list(dict.fromkeys([*new, *old]))


def _name_of(choice: Json) -> str:
    """What tells a choice from the others: the schema that it refers to, or its type."""
    reference: str = choice.get("$ref", "")
    return reference.rpartition("/")[2] or str(choice.get("type", choice.get("title", "")))
