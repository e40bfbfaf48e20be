"""Reading one value of a mapping: a constant, `$column`, or a section that says how the value is made.

Belongs here: the forms a value can take. Not here: expressions (`expressions`), whether columns exist (`checking`).
"""

import re
from string import Formatter
from zoneinfo import ZoneInfo

from swipesavvy.domain.mapping.expressions import read_expression
from swipesavvy.domain.mapping.model import (
    Aggregate,
    Aggregation,
    Column,
    Constant,
    Lookup,
    Offset,
    Template,
    Time,
    Unit,
    Uuid,
    Value,
)
from swipesavvy.domain.mapping.nodes import Complaints, Listing, Literal, Node, Place, Scalar, Section, hint
from swipesavvy.domain.mapping.sections import Keys, describe

FORMS: dict[str, tuple[str, ...]] = {
    "value": (),
    "column": (),
    "text": (),
    "uuid": ("key",),
    "time": ("format", "zone", "plus", "minus"),
    "map": ("from", "default"),
    "expr": (),
    **{str(aggregation): () for aggregation in Aggregation},
}
EPOCHS = ("epoch_s", "epoch_ms")
_DIRECTIVES = frozenset("YmdHMSbBypIjzTFfeaA%")
_DIRECTIVE = re.compile(r"%(.?)", re.DOTALL)


def literal_text(value: Literal) -> str:
    """How a constant reads as text, the way a file would hold it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def read_value(node: Node, complaints: Complaints) -> Value:
    """The value a node means; null after a complaint."""
    if isinstance(node, Scalar):
        return _scalar(node)
    if isinstance(node, Listing):
        complaints.error(node.place, "a value cannot be a list")
        return Constant(None, node.place)
    forms = [str(key.value) for key, _ in node.entries if str(key.value) in FORMS]
    if len(forms) != 1:
        _wrong_form(node, forms, complaints)
        return Constant(None, node.place)
    form = forms[0]
    keys = Keys(node, complaints, (form, *FORMS[form]))
    inner = keys.entries[form][1]
    if form in _READERS:
        return _READERS[form](keys, inner, complaints)
    return Aggregate(Aggregation(form), read_value(inner, complaints), node.place)


def _scalar(node: Scalar) -> Value:
    if not isinstance(node.value, str) or not node.value.startswith("$") or node.value == "$":
        return Constant(node.value, node.place, is_bare=True)
    if node.value.startswith("$$"):
        return Constant(node.value[1:], node.place)
    return Column(node.value[1:], node.place)


def _wrong_form(node: Section, forms: list[str], complaints: Complaints) -> None:
    if forms:
        complaints.error(node.place, f"a value has one form; `{forms[0]}` and `{forms[1]}` do not go together")
        return
    key = node.entries[0][0] if node.entries else None
    name = str(key.value) if key else ""
    place = key.place if key else node.place
    complaints.error(place, f"`{name}` is no form of a value{hint(name, FORMS)}")


def _text_of(node: Node, form: str, complaints: Complaints) -> str | None:
    if isinstance(node, Scalar) and isinstance(node.value, str) and node.value:
        return node.value
    complaints.error(node.place, f"`{form}` needs a text, not {describe(node)}")
    return None


def _constant(_: Keys, node: Node, complaints: Complaints) -> Value:
    if not isinstance(node, Scalar):
        complaints.error(node.place, f"`value` needs a single value, not {describe(node)}")
        return Constant(None, node.place)
    return Constant(node.value, node.place)


def _column(_: Keys, node: Node, complaints: Complaints) -> Value:
    name = _text_of(node, "column", complaints)
    return Column(name, node.place) if name else Constant(None, node.place)


def _template(_: Keys, node: Node, complaints: Complaints) -> Value:
    text = _text_of(node, "text", complaints)
    parts: list[str | Column] = []
    try:
        for before, name, spec, conversion in Formatter().parse(text or ""):
            if before:
                parts.append(before)
            if name is None:
                continue
            if not name or spec or conversion:
                complaints.error(node.place, f"`{{{name}}}` must hold just the name of a column")
            parts.append(Column(name, node.place))
    except ValueError as error:
        complaints.error(node.place, f"cannot read the text: {error} (write {{{{ for a brace)")
    return Template(tuple(parts), node.place)


def _uuid(keys: Keys, node: Node, complaints: Complaints) -> Value:
    kind = _text_of(node, "uuid", complaints) or ""
    key = keys.require("key", "a uuid")
    items = key.items if isinstance(key, Listing) else (key,) if key else ()
    if isinstance(key, Listing) and not items:
        complaints.error(key.place, "`key` lists no value")
    return Uuid(kind, tuple(read_value(item, complaints) for item in items), keys.place)


def _expression(_: Keys, node: Node, complaints: Complaints) -> Value:
    return read_condition(node, complaints)


def read_condition(node: Node, complaints: Complaints) -> Value:
    """The value of an expression's text, such as that of `when`."""
    if isinstance(node, Scalar) and isinstance(node.value, bool | int | float):
        return Constant(node.value, node.place)
    text = _text_of(node, "expression", complaints)
    inside = node.inside if isinstance(node, Scalar) else node.place
    return read_expression(text, inside, complaints) if text else Constant(None, node.place)


def _lookup(keys: Keys, node: Node, complaints: Complaints) -> Value:
    entries: list[tuple[str, Literal]] = []
    if isinstance(node, Section):
        for name, (_, target) in Keys(node, complaints).entries.items():
            if isinstance(target, Scalar):
                entries.append((_key_text(node, name), target.value))
            else:
                complaints.error(target.place, f"`map` leads to single values, not {describe(target)}")
    else:
        complaints.error(node.place, f"`map` must be a section of `value: result` lines, not {describe(node)}")
    if isinstance(node, Section) and not node.entries:
        complaints.error(node.place, "`map` has no entry")
    source = keys.require("from", "a map")
    default = keys.node("default")
    if default is not None and not isinstance(default, Scalar):
        complaints.error(default.place, f"`default` must be a single value, not {describe(default)}")
    value = default.value if isinstance(default, Scalar) else None
    read = read_value(source, complaints) if source else Constant(None, keys.place)
    return Lookup(read, tuple(entries), value, default is not None, keys.place)


def _key_text(section: Section, name: str) -> str:
    key = next(key for key, _ in section.entries if str(key.value) == name)
    return literal_text(key.value)


def _time(keys: Keys, node: Node, complaints: Complaints) -> Value:
    base = read_value(node, complaints)
    zone = keys.text("zone") or None
    if zone:
        zone_node = keys.node("zone")
        check_zone(zone, zone_node.place if zone_node else keys.place, complaints)
    form = keys.text("format") or None
    if form:
        form_node = keys.node("format")
        _check_format(form, form_node.place if form_node else keys.place, complaints)
    offsets = (*_offsets(keys, "plus", 1, complaints), *_offsets(keys, "minus", -1, complaints))
    return Time(base, form, zone, offsets, keys.place)


def _offsets(keys: Keys, name: str, sign: int, complaints: Complaints) -> list[Offset]:
    section = keys.section(name)
    if section is None:
        return []
    entries = Keys(section, complaints, list(Unit)).entries
    return [Offset(sign, Unit(unit), read_value(amount, complaints)) for unit, (_, amount) in entries.items()]


def check_zone(zone: str, place: Place, complaints: Complaints) -> None:
    """Complain about a zone the time zone database does not know."""
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):
        complaints.error(place, f"`{zone}` is no time zone; write one such as Europe/Berlin or UTC")


def _check_format(form: str, place: Place, complaints: Complaints) -> None:
    if form in EPOCHS:
        return
    found = _DIRECTIVE.findall(form)
    wrong = [letter for letter in found if letter not in _DIRECTIVES or not letter]
    if wrong:
        complaints.error(place, f"`%{wrong[0]}` is not understood in a time format")
    elif not found:
        complaints.error(place, f"`{form}` is no time format; write one such as %d.%m.%Y %H:%M, or epoch_s or epoch_ms")
    elif "%f" in form.replace(".%f", ""):
        complaints.error(place, "`%f` stands for the fraction of a second only after a point: %S.%f")


_READERS = {
    "value": _constant,
    "column": _column,
    "text": _template,
    "uuid": _uuid,
    "time": _time,
    "map": _lookup,
    "expr": _expression,
}
