from collections import Counter
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.adapters.ledger_table import BATCH_SCHEMA, batch_ledger_table, ledger_table
from swipesavvy.application.ingestion import LedgerRow

NOW = datetime(2026, 11, 21, tzinfo=UTC)
COUNTS = st.integers(-5, 50)


@st.composite
def balanced_rows(draw: st.DrawFn) -> LedgerRow:
    clean, duplicate, erased, scrubbed = (draw(COUNTS) for _ in range(4))
    reasons = draw(st.dictionaries(st.sampled_from(["bad_uuid", "too_old", "bad_source"]), COUNTS))
    landed = clean + duplicate + erased + sum(reasons.values())
    file = draw(st.sampled_from(["events/a.jsonl", "events/b.jsonl"]))
    return LedgerRow(draw(st.integers(1, 3)), NOW, "events", file, landed, clean, duplicate, reasons, erased, scrubbed)


class Ledger:
    def __init__(self, rows: list[LedgerRow]) -> None:
        self._rows = rows

    def ledger(self) -> list[LedgerRow]:
        return self._rows


@given(st.lists(balanced_rows(), max_size=8))
def test_outcomes_add_up_per_batch_per_file_and_in_total(rows: list[LedgerRow]) -> None:
    assert all(row.balances for row in rows)
    table = batch_ledger_table(Ledger(rows)).to_pylist()
    sums: Counter[tuple[object, ...]] = Counter()
    for part in table:
        for key in ((part["batch_id"],), (part["landing_file"],), ()):
            if part["outcome"] != "scrubbed":
                sums[key] += part["line_count"] * (1 if part["outcome"] == "landed" else -1)
        assert (part["reason"] is not None) == (part["outcome"] == "quarantined")
    assert not any(sums.values())
    assert sum(p["line_count"] for p in table if p["outcome"] == "scrubbed") == sum(row.scrubbed for row in rows)


def test_an_empty_ledger_keeps_its_columns() -> None:
    assert batch_ledger_table(Ledger([])).schema == BATCH_SCHEMA


def test_the_served_ledger_shows_erased_and_scrubbed() -> None:
    row = LedgerRow(1, NOW, "events", "events/a.jsonl", 6, 1, 1, {"bad_uuid": 1}, erased=3, scrubbed=2)
    assert row.balances
    (found,) = ledger_table([row]).to_pylist()
    assert (found["erased"], found["scrubbed"], found["quarantined"]) == (3, 2, [("bad_uuid", 1)])


def test_a_line_that_is_nowhere_unbalances() -> None:
    assert not LedgerRow(1, NOW, "events", "events/a.jsonl", 6, 1, 1, {"bad_uuid": 1}, erased=2).balances
