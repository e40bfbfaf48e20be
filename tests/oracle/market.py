"""A tiny market written by hand, for tests: one short call per event or row, then landing files.

Belongs here: spelling events and rows briefly. Names such as "c1" become UUIDs; times are short ISO texts in UTC.
"""

import csv
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5


def uid(name: str) -> str:
    """The UUID of a short name."""
    return str(uuid5(NAMESPACE_URL, f"tiny:{name}"))


def at(text: str) -> datetime:
    """A UTC instant from `2026-03-01` or `2026-03-01T10:00:00`."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Market:
    """Collects events and rows; every event is received the second it happens unless told otherwise."""

    def __init__(self) -> None:
        self.lines: list[bytes] = []
        self.rows: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def event(
        self,
        event_type: str,
        user: str,
        when: str,
        *,
        event_id: str | None = None,
        source: str = "backend",
        received: str | None = "",
        **properties: object,
    ) -> None:
        """One event. `received` is a time, "" for the event's own and None for history without receipt."""
        line: dict[str, Any] = {
            "event_id": event_id or uid(f"event {len(self.lines)}"),
            "event_type": event_type,
            "timestamp": at(when).isoformat(),
            "user_id": user,
            "session_id": "s",
            "source": source,
            "properties": {name: value for name, value in properties.items() if value is not None},
            "context": {},
        }
        if received is not None:
            line["received_at"] = at(received or when).isoformat()
        self.lines.append(json.dumps(line).encode())

    def assign(self, user: str, campaign: str, when: str, *, holdout: bool = False, **extra: Any) -> None:
        """A `campaign_delivered` of either group; `creative` is a short name, the channel is e-mail by default."""
        creative = extra.pop("creative", None)
        extra.setdefault("delivery_channel", "email")
        self.event(
            "campaign_delivered",
            user,
            when,
            campaign_id=uid(campaign),
            creative_id=creative and uid(creative),
            is_holdout=holdout,
            **extra,
        )

    def view(self, user: str, campaign: str, when: str, view_type: str = "received", **extra: Any) -> None:
        """An impression, or an open."""
        creative = extra.pop("creative", None)
        extra |= {"campaign_id": uid(campaign), "creative_id": creative and uid(creative), "view_type": view_type}
        self.event("campaign_viewed", user, when, source="mobile", **extra)

    def click(self, user: str, campaign: str, when: str, **extra: Any) -> None:
        """A click."""
        creative = extra.pop("creative", None)
        extra |= {"campaign_id": uid(campaign), "creative_id": creative and uid(creative)}
        self.event("campaign_clicked", user, when, source="mobile", **extra)

    def convert(self, user: str, campaign: str, order: str, when: str, value: float = 10.0, **extra: Any) -> None:
        """A conversion of an order, which need not be in the orders table."""
        extra |= {"campaign_id": uid(campaign), "order_id": uid(order), "order_value": value}
        self.event("campaign_converted", user, when, **extra)

    def refund(self, order: str, when: str, amount: float) -> None:
        """A refund of an order."""
        self.event("order_refunded", "system", when, order_id=uid(order), amount=amount)

    def order(self, order: str, user: str, when: str, value: float = 10.0, **extra: Any) -> None:
        """A row of the orders table."""
        row = {"order_id": uid(order), "user_id": user, "ordered_at": at(when).isoformat(), "order_value": value}
        self.rows["orders"].append(row | {"cogs": None} | extra)

    def user(self, user: str, signup: str, **extra: Any) -> None:
        """A row of the users table."""
        row = {"user_id": user, "signup_at": at(signup).isoformat(), "region": "US-CA", "timezone": "UTC"}
        self.rows["users"].append(row | extra)

    def campaign(self, campaign: str, status: str = "active", budget: float | None = 100.0, **extra: Any) -> None:
        """A row of the campaigns table."""
        row = {"campaign_id": uid(campaign), "name": campaign, "campaign_type": "DISCOUNT", "status": status}
        self.rows["campaigns"].append(row | {"budget": budget, "launched_at": None} | extra)

    def spend(self, campaign: str, day: str, cost: float | None, creative: str | None = None, **extra: Any) -> None:
        """A row of the spend table."""
        row = {"campaign_id": uid(campaign), "creative_id": creative and uid(creative), "spend_date": day, "cost": cost}
        self.rows["spend"].append(row | {"platform": None} | extra)

    def crowd(self, campaign: str, when: str, treated: tuple[int, int], control: tuple[int, int]) -> None:
        """Two groups of `(users, buyers)`; buyers order a value of 20 an hour after their assignment."""
        hour_later = (at(when) + timedelta(hours=1)).replace(tzinfo=None).isoformat()
        for holdout, (users, buyers) in ((False, treated), (True, control)):
            for number in range(users):
                user = f"{campaign}-{'c' if holdout else 't'}{number}"
                self.assign(user, campaign, when, holdout=holdout)
                if number < buyers:
                    self.order(f"order {user}", user, hour_later, 20.0)

    def write(self, landing: Path, name: str = "day") -> Path:
        """Writes everything as one events file and one CSV per table; returns the landing folder."""
        (landing / "events").mkdir(parents=True, exist_ok=True)
        (landing / "events" / f"{name}.jsonl").write_bytes(b"".join(line + b"\n" for line in self.lines))
        for table, rows in self.rows.items():
            (landing / table).mkdir(exist_ok=True)
            columns = list(dict.fromkeys(column for row in rows for column in row))
            with (landing / table / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, columns)
                writer.writeheader()
                writer.writerows(rows)
        return landing
