"""Small safe expressions: a whitelist over Python's own grammar, turned into `model` values.

Belongs here: parsing and its complaints. Nothing is ever evaluated by Python: adapters compile the tree. `null`, `true`
and `false` are constants, `x is null` asks for an absent value, names are columns.
"""

import ast
import warnings

from swipesavvy.domain.mapping.model import Column, Constant, Operation, Operator, Value
from swipesavvy.domain.mapping.nodes import Complaints, Place, hint

_CONSTANTS = {"null": None, "true": True, "false": False}
_ARITHMETIC: dict[type[ast.operator], Operator] = {
    ast.Add: Operator.ADD,
    ast.Sub: Operator.SUBTRACT,
    ast.Mult: Operator.MULTIPLY,
    ast.Div: Operator.DIVIDE,
    ast.Mod: Operator.MODULO,
}
_COMPARISONS: dict[type[ast.cmpop], Operator] = {
    ast.Eq: Operator.EQUAL,
    ast.NotEq: Operator.UNEQUAL,
    ast.Lt: Operator.LESS,
    ast.LtE: Operator.LESS_EQUAL,
    ast.Gt: Operator.GREATER,
    ast.GtE: Operator.GREATER_EQUAL,
    ast.In: Operator.IN,
    ast.NotIn: Operator.NOT_IN,
}
_FUNCTIONS = {
    "abs": (Operator.ABS, 1, 1),
    "round": (Operator.ROUND, 1, 2),
    "lower": (Operator.LOWER, 1, 1),
    "upper": (Operator.UPPER, 1, 1),
    "strip": (Operator.STRIP, 1, 1),
    "coalesce": (Operator.COALESCE, 2, 20),
}
_LONGEST = 2_000
_LARGEST = 2**63 - 1


class _RefusedError(Exception):
    """The text is Python but not of this language."""

    def __init__(self, node: ast.AST, text: str) -> None:
        super().__init__(text)
        self.node = node


class _Reader:
    """Turns one parsed expression into values that know their place in the mapping file."""

    def __init__(self, text: str, place: Place) -> None:
        self._text = text
        self._place = place

    def place_of(self, node: ast.AST) -> Place:
        offset = getattr(node, "col_offset", 0)
        # Python counts bytes; people count characters. One is the bracket put round the text below.
        return self._place.right(len(self._text.encode()[: max(offset - 1, 0)].decode("utf-8", "ignore")))

    def value(self, node: ast.expr) -> Value:
        found: Value
        match node:
            case ast.Constant():
                found = self._constant(node)
            case ast.Name(id=name) if name in _CONSTANTS:
                found = Constant(_CONSTANTS[name], self.place_of(node))
            case ast.Name(id=name):
                found = Column(name, self.place_of(node))
            case ast.BoolOp(op=kind, values=operands):
                found = self._operation(Operator.AND if isinstance(kind, ast.And) else Operator.OR, node, *operands)
            case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _ARITHMETIC:
                found = self._operation(_ARITHMETIC[type(operation)], node, left, right)
            case ast.UnaryOp():
                found = self._unary(node)
            case ast.Compare():
                found = self._comparison(node)
            case ast.IfExp(test=test, body=body, orelse=otherwise):
                found = self._operation(Operator.CHOOSE, node, test, body, otherwise)
            case ast.Call():
                found = self._call(node)
            case _:
                raise _RefusedError(node, f"`{ast.unparse(node)}` is not part of the expression language")
        return found

    def _operation(self, operator: Operator, node: ast.expr, *operands: ast.expr) -> Operation:
        return Operation(operator, tuple(self.value(operand) for operand in operands), self.place_of(node))

    def _constant(self, node: ast.Constant) -> Constant:
        if isinstance(node.value, int) and abs(node.value) > _LARGEST:
            raise _RefusedError(node, f"{node.value} is too large a whole number; put it in quotes or write it as 1e20")
        if node.value is None or isinstance(node.value, str | int | float | bool):
            return Constant(node.value, self.place_of(node))
        raise _RefusedError(node, f"`{ast.unparse(node)}` is not a text, number, true, false or null")

    def _unary(self, node: ast.UnaryOp) -> Value:
        if isinstance(node.op, ast.Not):
            return self._operation(Operator.NOT, node, node.operand)
        if isinstance(node.op, ast.USub):
            operand = self.value(node.operand)
            if isinstance(operand, Constant) and isinstance(operand.value, int | float):
                return Constant(-operand.value, operand.place)
            return Operation(Operator.NEGATE, (operand,), self.place_of(node))
        raise _RefusedError(node, f"`{ast.unparse(node)}` is not part of the expression language")

    def _comparison(self, node: ast.Compare) -> Value:
        links: list[Value] = []
        left = node.left
        for kind, right in zip(node.ops, node.comparators, strict=True):
            links.append(self._link(node, left, kind, right))
            left = right
        return links[0] if len(links) == 1 else Operation(Operator.AND, tuple(links), self.place_of(node))

    def _link(self, node: ast.Compare, left: ast.expr, kind: ast.cmpop, right: ast.expr) -> Value:
        if isinstance(kind, ast.Is | ast.IsNot):
            asked = self.value(right)
            if not (isinstance(asked, Constant) and asked.value is None):
                raise _RefusedError(right, "`is` only asks for null: write `x is null` or `x is not null`")
            return self._operation(Operator.IS_NULL if isinstance(kind, ast.Is) else Operator.IS_NOT_NULL, node, left)
        operator = _COMPARISONS[type(kind)]
        if operator not in (Operator.IN, Operator.NOT_IN):
            return self._operation(operator, node, left, right)
        if not isinstance(right, ast.List | ast.Tuple | ast.Set) or not right.elts:
            raise _RefusedError(right, "`in` needs a list of constants, such as ['a', 'b']")
        choices = tuple(self.value(choice) for choice in right.elts)
        if not all(isinstance(choice, Constant) and choice.value is not None for choice in choices):
            raise _RefusedError(right, "`in` needs a list of constants, such as ['a', 'b']")
        return Operation(operator, (self.value(left), *choices), self.place_of(node))

    def _call(self, node: ast.Call) -> Value:
        name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)
        if name not in _FUNCTIONS or node.keywords:
            raise _RefusedError(node, f"no function `{name}`{hint(name, _FUNCTIONS)}")
        operator, least, most = _FUNCTIONS[name]
        if not least <= len(node.args) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise _RefusedError(node, f"{name}() takes {wanted} values, not {len(node.args)}")
        return self._operation(operator, node, *node.args)


def read_expression(text: str, place: Place, complaints: Complaints) -> Value:
    """The value an expression means. On an error the complaint is noted and null comes back."""
    if len(text) > _LONGEST:
        complaints.error(place, f"the expression has {len(text):,} characters; {_LONGEST:,} are allowed")
        return Constant(None, place)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a stray backslash in someone's text is not our warning
            # In brackets, so that an expression may stretch over lines.
            tree = ast.parse(f"({text})", mode="eval")
        if isinstance(tree.body, ast.Tuple):
            raise _RefusedError(tree.body, "a comma joins two expressions; write one")
        return _Reader(text, place).value(tree.body)
    except SyntaxError as error:
        offset = min(max((error.offset or 2) - 2, 0), len(text)) if error.lineno in (None, 1) else 0
        complaints.error(place.right(offset), f"cannot read the expression `{text}`: {error.msg}")
    except _RefusedError as refused:
        complaints.error(_Reader(text, place).place_of(refused.node), str(refused))
    except (ValueError, RecursionError, MemoryError):
        complaints.error(place, "cannot read the expression: it holds a NUL or is nested too deeply")
    return Constant(None, place)
