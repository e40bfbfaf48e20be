from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from swipesavvy.adapters.lake.manifest import LedgerEntry
from swipesavvy.adapters.lake.table_ledger import changes
from swipesavvy.application.ingestion import LedgerRow

NOW = datetime(2026, 11, 21, tzinfo=UTC)
REASONS = st.dictionaries(st.sampled_from(["bad_property", "bad_uuid"]), st.integers(1, 5))
# By file: rows that count, that lost, that were refused.
ACCOUNT = st.dictionaries(
    st.sampled_from(["users/a.csv", "users/b.csv"]), st.tuples(st.integers(0, 9), st.integers(0, 9), REASONS)
)


def as_rows(entries: list[LedgerEntry], batch: int) -> list[LedgerRow]:
    return [
        LedgerRow(batch, NOW, "users", e.landing_file, e.landed, e.clean, e.duplicate, e.quarantined) for e in entries
    ]


@given(st.lists(ACCOUNT, max_size=5))
def test_every_batch_balances_and_the_sums_are_the_last_account(accounts: list[dict[str, tuple]]) -> None:  # type: ignore[type-arg]
    ledger: list[LedgerRow] = []
    known: dict[str, tuple] = {}  # type: ignore[type-arg]
    for batch, account in enumerate(accounts, start=1):
        known |= account
        landed = {name: clean + lost + sum(refused.values()) for name, (clean, lost, refused) in account.items()}
        entries = changes(ledger, landed, {n: a[0] for n, a in known.items()}, {n: a[2] for n, a in known.items()})
        ledger += as_rows(entries, batch)
        assert changes(ledger, landed, {n: a[0] for n, a in known.items()}, {n: a[2] for n, a in known.items()}) == []
    assert all(row.balances for row in ledger)
    for name, (clean, lost, refused) in known.items():
        rows = [row for row in ledger if row.landing_file == name]
        assert (sum(row.clean for row in rows), sum(row.duplicate for row in rows)) == (clean, lost)
        assert sum(sum(row.quarantined.values()) for row in rows) == sum(refused.values())


def test_erased_rows_are_no_duplicates() -> None:
    ledger = [
        LedgerRow(1, NOW, "users", "users/a.csv", 5, 5, 0, {}),
        LedgerRow(2, NOW, "users", "users/a.csv", 0, -2, 0, {}, erased=2),
    ]
    assert changes(ledger, {}, {"users/a.csv": 3}, {}) == []
    (entry,) = changes(ledger, {"users/a.csv": 6}, {"users/a.csv": 3}, {})
    assert (entry.landed, entry.clean, entry.duplicate) == (1, 0, 1)
