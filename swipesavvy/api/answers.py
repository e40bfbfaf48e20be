"""What a sender of events is told, as JSON: counts, and a verdict for each event in the order they were sent."""

from collections.abc import Sequence

import msgspec

from swipesavvy.application.collecting import Verdict

_STATUSES = ("accepted", "duplicate", "rejected")
_AFTER_ID = '","status":"accepted"}'


def answer(verdicts: Sequence[Verdict]) -> bytes:
    """The general case."""
    results: list[dict[str, str | None]] = []
    for verdict in verdicts:
        result = {"event_id": verdict.event_id, "status": verdict.status}
        results.append(result if verdict.reason is None else {**result, "reason": verdict.reason})
    statuses = [verdict.status for verdict in verdicts]
    return msgspec.json.encode({**{name: statuses.count(name) for name in _STATUSES}, "results": results})


def answer_accepted(ids: Sequence[str]) -> bytes:
    """The same for a batch of new events whose ids are UUIDs: nothing in them needs escaping."""
    results = f'{_AFTER_ID},{{"event_id":"'.join(ids)
    head = f'{{"accepted":{len(ids)},"duplicate":0,"rejected":0,"results":[{{"event_id":"'
    return f"{head}{results}{_AFTER_ID}]}}".encode()
