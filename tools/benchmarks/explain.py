"""Print the plans of all statements that a function runs: `uv run poe explain list_workouts`.

EXPLAIN shows the call of a function as one step. Postgres can also log every plan that it makes, together with the
function and line that it is for, and this prints those: of the function, of those that it calls, of triggers and of
checks of foreign keys. They are the plans for any arguments, which a connection keeps.
"""

import argparse
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import psycopg

from tools.benchmarks import training
from tools.benchmarks.requests import SUBJECTS
from tools.benchmarks.servers import serving

USERS, WORKOUTS = 10, 300
NODES = re.compile(r"\{(?P<kind>[A-Z]+)|(?P<end>\})|:(?P<name>[\w.]+)\s+(?P<value>[^\s{}()]+)")
CONTEXT = re.compile(r'(?:PL/pgSQL|SQL) function "?(?P<function>[\w.]+)(?:"|\(.*?\)) (?:line|statement) (?P<line>\d+)')
STATEMENT = re.compile(
    r'(?:SQL statement|PL/pgSQL expression|PL/pgSQL assignment) "(?P<text>.*?)"\s*(?:PL/pgSQL|SQL|$)', re.DOTALL
)


@dataclass
class Node:
    """A node of a plan as Postgres writes it: its kind, such as INDEXSCAN, its plain fields and its inner nodes."""

    kind: str
    fields: dict[str, str] = field(default_factory=dict)
    inner: list["Node"] = field(default_factory=list)


@dataclass(frozen=True)
class Plan:
    """A statement, the functions that led to it with their lines, innermost first, and the steps of its plan.

    Postgres does not log the statements of functions in SQL. Their line is the number of the statement.
    """

    statement: str
    path: list[str]
    steps: list[str]


def parse(text: str) -> Node:
    """Read the text of debug_print_plan."""
    root = Node("")
    open_nodes = [root]
    for match in NODES.finditer(text):
        if match["kind"]:
            node = Node(match["kind"])
            open_nodes[-1].inner.append(node)
            open_nodes.append(node)
        elif match["end"]:
            open_nodes.pop()
        else:
            # A field of a step is named after the structures around it, such as scan.plan.plan_rows.
            open_nodes[-1].fields[match["name"].rpartition(".")[2]] = match["value"]
    return root.inner[0]


def steps(node: Node, names: dict[str, str], tables: list[str], depth: int = 0) -> Iterator[str]:
    """The steps of a plan that have rows, indented: what they do, with which table and index, and the rows expected."""
    is_step = "plan_rows" in node.fields
    if is_step:
        used = [names.get(node.fields.get("indexid", ""), "")]
        if "scanrelid" in node.fields:
            used.append(tables[int(node.fields["scanrelid"]) - 1])
        what = " ".join(filter(None, [node.kind.lower(), *used]))
        yield f"{'  ' * depth}{what} ({float(node.fields['plan_rows']):.0f} rows)"
    for inner in node.inner:
        yield from steps(inner, names, tables, depth + is_step)


def read_plan(text: str, context: str, names: dict[str, str]) -> Plan:
    """A plan from the text and the context that Postgres logs."""
    root = parse(text)
    tables = [names.get(node.fields.get("relid", ""), "") for node in root.inner if node.kind == "RANGETBLENTRY"]
    statement = STATEMENT.match(context)
    return Plan(
        "" if statement is None else " ".join(statement["text"].split()),
        [f"{match['function']}:{match['line']}" for match in CONTEXT.finditer(context)],
        list(steps(root, names, tables)),
    )


def explain(superuser: psycopg.Connection, call: str) -> list[Plan]:
    """The plans of a call by the first user. What the call writes is rolled back."""
    names: dict[str, str] = dict(superuser.execute("select oid::text, relname from pg_class").fetchall())
    logged: list[tuple[str, str]] = []
    with superuser.transaction(force_rollback=True):
        superuser.execute("set local plan_cache_mode = force_generic_plan")
        training.become(superuser, 1)
        superuser.add_notice_handler(lambda notice: logged.append((notice.message_detail or "", notice.context or "")))
        superuser.execute("set local debug_pretty_print = off; set local client_min_messages = log")
        superuser.execute("set local debug_print_plan = on")
        superuser.execute(f"select {call}".encode())  # the developer's own statement
    return [read_plan(text, context, names) for text, context in logged if text.startswith("{PLANNEDSTMT")]


def call_of(name: str) -> str:
    """The SQL of what a developer names: a function of the benchmarks, or any call, with or without parentheses."""
    for subject in SUBJECTS:
        if name == subject.function:
            return subject.sql.replace(":n", "1")
    return name if "(" in name else f"public.{name}()"


def main() -> None:
    """Print the plans that read or write a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("call", help="such as list_workouts or \"public.search_exercises('row')\"")
    parser.add_argument("--workouts", type=int, default=WORKOUTS, help="of each of the ten users (default: 300)")
    options = parser.parse_args()
    with serving() as servers, servers.database.connect("supabase_admin") as superuser:
        training.add_users(superuser, 1, USERS)
        training.add_workouts(superuser, (1, USERS), (1, options.workouts))
        superuser.execute("vacuum analyze")
        plans = explain(superuser, call_of(options.call))
    for plan in plans:
        if any("scan" in step or "modifytable" in step for step in plan.steps):
            print(" < ".join(plan.path), plan.statement, *plan.steps, sep="\n    ", end="\n\n")
    print(f"{len(plans)} plans, of which those without a table are not shown.")


if __name__ == "__main__":
    main()
