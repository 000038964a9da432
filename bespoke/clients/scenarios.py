"""scenarios/NAME.yaml: other values under a name, by the place in the client folder that they would stand in.

title: Twice the volume
set:
  tasks.csv:
    note_structuring: {requests_per_day: 2500}
  engagement.yaml:
    access: {gpu_hosting: true}
instead_of:                       # what the folder said there when this was saved; optional
  tasks.csv:
    note_structuring: {requests_per_day: 1250}
report: false                     # optional: stays out of the report
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bespoke.clients import cell_answers, known
from bespoke.clients.changes import TABLES, Address, Changes, Span, Value, applied
from bespoke.clients.field_rules import FieldRule, fields
from bespoke.clients.files import ClientFile
from bespoke.clients.numerals import Numerals
from bespoke.clients.records import MISFIT, Key, Leaf, fit
from bespoke.clients.scalars import InvalidValue, check_text, parse
from bespoke.clients.schema import Client, Engagement, NegotiatedPrice
from bespoke.clients.wording import quote, unknown_names
from bespoke.clients.yaml_tree import Tree, read_yaml
from bespoke.errors import BespokeError

if TYPE_CHECKING:
    from collections.abc import Collection

FOLDER, ENDING = "scenarios", ".yaml"
FILES = (*TABLES, "engagement.yaml", "prices.yaml")
KEYS = ("title", "set", "instead_of", "report")
LONGEST_TITLE = 80  # characters: it is the head of a column
_TITLE = FieldRule("text", shortest=1, longest=LONGEST_TITLE, straight=True)
_REPORT = FieldRule("yes or no")
_WRITTEN = Numerals(settled=True)  # as YAML writes numbers


@dataclass(frozen=True)
class Scenario:
    """Other values under a name, and what the folder said in their places when they were saved."""

    name: str  # of the file
    title: str
    changes: Changes
    instead_of: Changes
    in_report: bool = True


def read_scenario(source: ClientFile, name: str, tasks: Collection[str] | None) -> Scenario | None:
    """The scenario of a file, or None after saying why not; `tasks` are the ids of tasks.csv where it could be read."""
    tree = read_yaml(source)
    if tree is None:
        return None
    if not isinstance(tree.value, Mapping):
        source.say(f"must be a mapping of {', '.join(KEYS)}", tree.line(()))
        return None
    for key, message in unknown_names(list(tree.value), list(KEYS), "key"):
        tree.say((key,) if key else (), message)
    reader = _Reader(tree, tasks)
    changes = reader.changes("set")
    if not changes and not source.problems:
        tree.say(("set",), "sets nothing; write file, row and column, or file and key, with the other value")
    title = reader.scalar("title", _TITLE, name)
    return Scenario(
        name, title, changes, reader.changes("instead_of"), reader.scalar("report", _REPORT, True)
    )


@dataclass
class _Reader:
    tree: Tree
    tasks: Collection[str] | None

    def scalar(self, name: str, shape: FieldRule, otherwise: object) -> Any:
        if name not in self.tree.value:
            return otherwise
        found = fit(self.tree.value[name], shape, (name,), self.tree.say)
        return otherwise if found is MISFIT else found

    def changes(self, part: str) -> dict[Address, Value]:
        """Every value under `set` or `instead_of`, by its place."""
        found: dict[Address, Value] = {}
        for file, content in self._entries((part,), self.tree.value.get(part, {})):
            if file in TABLES:
                self._table(file, (part, file), content, found)
            elif file == "engagement.yaml":
                self._records(fields(Engagement), (part, file), content, found)
            elif file == "prices.yaml":
                for price, inner in self._entries((part, file), content):
                    self._records(fields(NegotiatedPrice), (part, file, price), inner, found)
            else:
                self.tree.say(
                    (part, file), f"is no file whose values can be set; there are {', '.join(FILES)}"
                )
        return found

    def _entries(self, key: Key, value: object) -> list[tuple[str, Any]]:
        if isinstance(value, Mapping):
            return list(value.items())
        self.tree.say(key, "must be a mapping of what is set to its value")
        return []

    def _table(self, file: str, key: Key, content: object, found: dict[Address, Value]) -> None:
        columns = fields(TABLES[file].model)
        for row, cells in self._entries(key, content):
            if file == "tasks.csv" and self.tasks is not None and row not in self.tasks:
                near = self.tree.source.near(row, self.tasks)
                self.tree.say((*key, row), f"{quote(row)} is no task_id of tasks.csv{near}")
                continue
            entries = self._entries((*key, row), cells)
            for name, message in unknown_names([c for c, _ in entries], list(columns), "column"):
                self.tree.say((*key, row, name) if name else (*key, row), message)
            for column, cell in entries:
                if column == TABLES[file].key:
                    self.tree.say((*key, row, column), "names the row; it cannot be set")
                elif column in columns:
                    self._cell(file, row, column, (*key, row, column), cell, found)

    def _cell(
        self, file: str, row: str, column: str, key: Key, cell: object, found: dict[Address, Value]
    ) -> None:
        if not isinstance(cell, Leaf):
            self.tree.say(key, "must be one value, as a cell of the table holds it")
            return
        try:
            found[file, row, column] = cell_value(file, column, "" if cell.null else cell.text)
        except InvalidValue as unfit:
            self.tree.say(key, str(unfit))

    def _records(
        self, shapes: Mapping[str, FieldRule], key: Key, content: object, found: dict[Address, Value]
    ) -> None:
        entries = self._entries(key, content)
        for name, message in unknown_names([n for n, _ in entries], list(shapes), "key"):
            self.tree.say((*key, name) if name else key, message)
        for name, value in entries:
            if name in shapes:
                self._field(shapes[name], (*key, name), value, found)

    def _field(self, shape: FieldRule, key: Key, value: object, found: dict[Address, Value]) -> None:
        if shape.kind == "record" and shape.record is not None:
            self._records(fields(shape.record), key, value, found)
        elif shape.kind == "map" and shape.item is not None:
            for name, inner in self._entries(key, value):
                self._field(shape.item, (*key, name), inner, found)
        else:
            typed = fit(value, shape, key, self.tree.say)
            if typed is not MISFIT:
                found[tuple(map(str, key[1:]))] = typed


def check_fitting(client: Client) -> None:
    """Raises BespokeError naming the scenario that the client's other values do not allow."""
    for one in client.scenarios:
        try:
            applied(client, one.changes)
        except BespokeError as error:
            said = "; ".join(str(problem) for problem in error.problems)
            raise BespokeError(said, path=f"{client.name}/{FOLDER}/{one.name}{ENDING}") from error


def cell_value(file: str, column: str, text: str) -> Value:
    """What a text means in a column of a table: None where it says that nobody knows. Raises Unfit."""
    model = TABLES[file].model
    shape = fields(model)[column]
    text = text.strip()
    if column in model.may_be_unknown:
        answer = cell_answers.read(text, column, shape, model, _WRITTEN)
        if answer is not None:
            return _answer(answer[0], column, shape, optional=column in model.may_be_none)
    if not text and shape.required:
        raise InvalidValue(f"is empty; must be {shape.expects()}")
    if column == "model" and not known.is_model(text):
        raise InvalidValue(f"{quote(text)} is not a model with a known price")
    value: Value = parse(text, shape) if text else None
    return value


def _answer(answer: Mapping[str, Any], column: str, shape: FieldRule, *, optional: bool) -> Value:
    if "ranges" in answer:
        low, high = answer["ranges"][column]
        return Span(low, answer[column], high)
    if "unknown" in answer and optional:
        raise InvalidValue(f"is empty or unknown; write none, or {shape.expects()}")
    return None


def value_of(place: Address, text: str) -> Value:
    """What a text means at a place of the client folder. Raises Unfit where there is no such place, or it holds
    no such value."""
    file, *rest = place
    if file in TABLES:
        columns = fields(TABLES[file].model)
        _check_known(rest[-1], [c for c in columns if c != TABLES[file].key], "column")
        if len(rest) != 2:
            raise InvalidValue(f"is no place in {file}; name its row and its column")
        return cell_value(file, rest[1], text)
    shapes = fields(Engagement) if file == "engagement.yaml" else fields(NegotiatedPrice)
    shape = _shape(shapes, rest if file == "engagement.yaml" else rest[1:])
    said: list[str] = []
    leaf = Leaf(text.strip(), quoted=shape.kind in ("text", "choice"))
    given = [Leaf(part.strip(), True) for part in text.split(",")] if shape.kind == "list" else leaf
    found = fit(given, shape, (), lambda _, message: said.append(message))
    if found is MISFIT or said:
        raise InvalidValue("; ".join(said))
    value: Value = found
    return value


def _shape(shapes: Mapping[str, FieldRule], keys: list[str]) -> FieldRule:
    """The shape of the one value under the keys."""
    if not keys:
        raise InvalidValue("names no value; go on with one of " + ", ".join(shapes))
    _check_known(keys[0], list(shapes), "key")
    shape = shapes[keys[0]]
    if shape.kind == "record" and shape.record is not None:
        return _shape(fields(shape.record), keys[1:])
    if shape.kind == "map" and shape.item is not None and len(keys) == 2:
        return shape.item
    if len(keys) > 1:
        raise InvalidValue(f"has nothing under {keys[0]}")
    return shape


def _check_known(name: str, names: list[str], thing: str) -> None:
    for _, message in unknown_names([name], names, thing):
        raise InvalidValue(f"{name}: {message}")


def check_title(text: str) -> str:
    """The title, when it can head a column. Raises Unfit."""
    return check_text(text.strip(), _TITLE)
