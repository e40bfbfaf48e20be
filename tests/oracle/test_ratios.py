"""Campaign ratios and customer values on tiny markets whose numbers are worked out by hand in the tests."""

from collections.abc import Callable
from pathlib import Path

import pytest
from oracle import customers, ratios, windows
from oracle.facts import Facts, facts_at, read_landing
from oracle.market import Market, at, uid
from oracle.ratios import Ratios
from oracle.recompute import rows, value_of

Build = Callable[[Market], None]
AS_OF = "2026-03-10T12:00:00"
DAY = "2026-03-05"


@pytest.fixture
def market(tmp_path: Path) -> Market:
    return Market()


def facts(market: Market, tmp_path: Path, as_of: str = AS_OF) -> Facts:
    return facts_at(read_landing(market.write(tmp_path / "landing"), at("2027-01-01")), at(as_of))


def whole(found: Facts) -> windows.Window:
    return windows.window("all", found.as_of)


def by_name(found: Ratios, *names: str) -> dict[str, tuple[float, float | None]]:
    """Groups by the short names that made their UUIDs."""
    short = {uid(name): name for name in names} | {"unknown": "unknown"}
    return {" ".join(short[part] for part in group): pair for group, pair in found.items()}


@pytest.mark.parametrize(
    ("name", "first", "last", "before"),
    [
        ("1d", "2026-03-10", "2026-03-10T12:00:00", "2026-03-09T23:59:59.999999"),
        ("7d", "2026-03-04", "2026-03-10T12:00:00", "2026-03-03T23:59:59.999999"),
        ("30d", "2026-02-09", "2026-03-10T12:00:00", "2026-02-08T23:59:59.999999"),
        ("90d", "2025-12-11", "2026-03-10T12:00:00", "2025-12-10T23:59:59.999999"),
        ("ytd", "2026-01-01", "2026-03-10T12:00:00", "2025-12-31T23:59:59.999999"),
    ],
)
def test_window_edges(name: str, first: str, last: str, before: str) -> None:
    window = windows.window(name, at(AS_OF))
    assert window.holds(at(first))
    assert window.holds(at(last))
    assert not window.holds(at(before))
    assert not window.holds(at("2026-03-10T12:00:00.000001"))


def test_spend_of_the_last_day_counts_whole_and_of_later_days_not(market: Market, tmp_path: Path) -> None:
    for day in ("2026-03-09", "2026-03-10", "2026-03-11"):
        market.spend("c", day, 5.0)
    found = facts(market, tmp_path)
    assert ratios.spend(found, windows.window("1d", found.as_of), ()) == {(): 5.0}
    assert ratios.spend(found, whole(found), ()) == {(): 10.0}


def test_a_custom_range_is_cut_off_at_as_of(market: Market, tmp_path: Path) -> None:
    market.view("u", "c", "2026-03-04T23:59:59")
    market.view("u", "c", "2026-03-05T00:00:00")
    market.view("u", "c", "2026-03-10T12:00:00")
    market.view("u", "c", "2026-03-10T12:00:01")
    found = facts(market, tmp_path)
    window = windows.custom(at("2026-03-05").date(), at("2026-03-10").date(), found.as_of)
    assert ratios.impressions(found, window, ()) == {(): (2, None)}


def test_a_ratio_without_denominator_is_nothing() -> None:
    assert (value_of(3, 0, 100), value_of(3, None, 1), value_of(0, 4, 100)) == (None, None, 0)


class TestRoasAndAov:
    def test_one_conversion_per_campaign_and_order_the_earliest(self, market: Market, tmp_path: Path) -> None:
        market.convert("u", "c", "o", f"{DAY}T10:00:01", 99.0)
        market.convert("u", "c", "o", f"{DAY}T10:00:00", 30.0)
        market.spend("c", DAY, 10.0)
        found = facts(market, tmp_path)
        assert ratios.roas(found, whole(found), ()) == {(): (30.0, 10.0)}
        assert ratios.aov(found, whole(found), ()) == {(): (30.0, 1)}

    def test_ties_go_to_the_smaller_event_id(self, market: Market, tmp_path: Path) -> None:
        small, large = "0" * 8 + uid("x")[8:], "f" * 8 + uid("x")[8:]
        market.convert("u", "c", "o", DAY, 99.0, event_id=large)
        market.convert("u", "c", "o", DAY, 30.0, event_id=small)
        found = facts(market, tmp_path)
        assert ratios.aov(found, whole(found), ()) == {(): (30.0, 1)}

    def test_above_campaign_a_claimed_order_counts_once_by_its_first(self, market: Market, tmp_path: Path) -> None:
        market.convert("u", "c1", "o", "2026-03-05", 30.0)
        market.convert("u", "c2", "o", "2026-03-06", 40.0)
        market.spend("c1", "2026-03-05", 10.0)
        found = facts(market, tmp_path)
        assert ratios.roas(found, whole(found), ()) == {(): (30.0, 10.0)}
        by_campaign = by_name(ratios.roas(found, whole(found), ("campaign_id",)), "c1", "c2")
        assert by_campaign == {"c1": (30.0, 10.0), "c2": (40.0, 0)}

    def test_the_first_claim_is_chosen_before_the_window(self, market: Market, tmp_path: Path) -> None:
        market.convert("u", "c1", "o", "2026-03-09", 30.0)
        market.convert("u", "c2", "o", "2026-03-10", 40.0)
        found = facts(market, tmp_path)
        assert ratios.aov(found, windows.window("1d", found.as_of), ()) == {}

    def test_creative_grain_counts_each_campaign_claim(self, market: Market, tmp_path: Path) -> None:
        market.convert("u", "c1", "o", "2026-03-05", 30.0, creative_id=uid("k"))
        market.convert("u", "c2", "o", "2026-03-06", 40.0, creative_id=uid("k"))
        found = facts(market, tmp_path)
        assert by_name(ratios.roas(found, whole(found), ("creative_id",)), "k") == {"k": (70.0, 0)}

    def test_value_reported_stays_gross_of_refunds(self, market: Market, tmp_path: Path) -> None:
        market.order("o", "u", DAY, 30.0)
        market.convert("u", "c", "o", DAY, 30.0)
        market.refund("o", "2026-03-06", 30.0)
        found = facts(market, tmp_path)
        assert ratios.aov(found, whole(found), ()) == {(): (30.0, 1)}
        assert found.orders == []


class TestSpendBelowCampaign:
    def test_named_spend_stays_and_the_rest_follows_impressions(self, market: Market, tmp_path: Path) -> None:
        market.spend("c", DAY, 100.0)
        market.spend("c", DAY, 7.0, creative="k1")
        for user in ("u1", "u2", "u3"):
            market.view(user, "c", f"{DAY}T10:00:00", creative="k1")
        market.view("u4", "c", f"{DAY}T10:00:00", creative="k2")
        found = facts(market, tmp_path)
        shares = {uid("k1"): 82.0, uid("k2"): 25.0}
        assert ratios.spend(found, whole(found), ("creative_id",)) == {(key,): cost for key, cost in shares.items()}

    def test_without_an_impression_in_the_window_it_is_unknown(self, market: Market, tmp_path: Path) -> None:
        market.spend("c", DAY, 100.0)
        market.view("u", "c", "2026-03-06T10:00:00", creative="k1")
        found = facts(market, tmp_path)
        day = windows.one_day(at(DAY).date(), found.as_of)
        assert ratios.spend(found, day, ("campaign_id", "creative_id")) == {(uid("c"), "unknown"): 100.0}
        assert ratios.spend(found, whole(found), ("creative_id",)) == {(uid("k1"),): 100.0}

    def test_null_keys_equal_each_other_and_the_newest_version_wins(self, market: Market, tmp_path: Path) -> None:
        market.spend("c", DAY, 1.0, updated_at="2026-03-06T00:00:00Z")
        market.spend("c", DAY, 2.0, updated_at="2026-03-07T02:00:00+02:00")
        market.spend("c", DAY, 3.0, updated_at=None)
        market.spend("c", DAY, 4.0, platform="meta")
        found = facts(market, tmp_path)
        assert ratios.spend(found, whole(found), ()) == {(): 6.0}


class TestCreativeOfAnEngagement:
    def test_the_latest_delivery_at_or_before_names_it(self, market: Market, tmp_path: Path) -> None:
        market.assign("u", "c", "2026-03-01", creative="k1")
        market.assign("u", "c", "2026-03-03", creative="k2")
        market.assign("u", "c", "2026-03-05", creative="k3")
        market.view("u", "c", "2026-03-03")
        market.view("u", "c", "2026-03-04")
        market.view("u", "c", "2026-02-28")
        market.view("u", "c", "2026-03-09", creative="k1")
        found = facts(market, tmp_path)
        seen = by_name(ratios.impressions(found, whole(found), ("creative_id",)), "k1", "k2", "k3")
        assert seen == {"k2": (2, None), "unknown": (1, None), "k1": (1, None)}

    def test_deliveries_at_one_instant_the_larger_event_id(self, market: Market, tmp_path: Path) -> None:
        small, large = "0" * 8 + uid("x")[8:], "f" * 8 + uid("x")[8:]
        market.assign("u", "c", DAY, creative="k1", event_id=large)
        market.assign("u", "c", DAY, creative="k2", event_id=small)
        market.click("u", "c", DAY)
        found = facts(market, tmp_path)
        assert by_name(ratios.cpc(found, whole(found), ("creative_id",)), "k1", "k2") == {"k1": (0, 1)}

    def test_a_holdout_assignment_is_no_delivery_and_another_user_or_campaign_none(
        self, market: Market, tmp_path: Path
    ) -> None:
        market.assign("u", "c", "2026-03-01", holdout=True, creative="k1")
        market.assign("v", "c", "2026-03-01", creative="k1")
        market.assign("u", "d", "2026-03-01", creative="k1")
        market.view("u", "c", DAY)
        found = facts(market, tmp_path)
        assert by_name(ratios.impressions(found, whole(found), ("creative_id",)), "k1") == {"unknown": (1, None)}


class TestRates:
    def test_ctr_counts_events_and_ignores_clicked_cta(self, market: Market, tmp_path: Path) -> None:
        for second in range(4):
            market.view("u", "c", f"{DAY}T10:00:0{second}")
        market.view("u", "c", f"{DAY}T10:00:05", "opened")
        market.view("u", "c", f"{DAY}T10:00:06", "clicked_cta")
        market.click("u", "c", f"{DAY}T10:00:07")
        found = facts(market, tmp_path)
        assert ratios.ctr(found, whole(found), ()) == {(): (1, 4)}

    def test_conversion_at_the_click_counts_before_it_does_not(self, market: Market, tmp_path: Path) -> None:
        for user, when in (("same", "10:00:00"), ("before", "09:59:59"), ("after", "10:00:01")):
            market.click(user, "c", f"{DAY}T10:00:00")
            market.convert(user, "c", f"order {user}", f"{DAY}T{when}")
        market.convert("never clicked", "c", "other", DAY)
        found = facts(market, tmp_path)
        assert ratios.conversion_rate(found, whole(found), ()) == {(): (2, 3)}

    def test_first_click_is_the_first_inside_the_window(self, market: Market, tmp_path: Path) -> None:
        market.click("u", "c", "2026-03-09T10:00:00")
        market.convert("u", "c", "o", "2026-03-10T09:00:00")
        market.click("u", "c", "2026-03-10T10:00:00")
        found = facts(market, tmp_path)
        assert ratios.conversion_rate(found, windows.window("1d", found.as_of), ()) == {(): (0, 1)}
        assert ratios.conversion_rate(found, windows.window("7d", found.as_of), ()) == {(): (1, 1)}

    def test_users_are_distinct_over_campaigns_and_campaigns_are_not_mixed(
        self, market: Market, tmp_path: Path
    ) -> None:
        market.click("u", "c1", f"{DAY}T10:00:00")
        market.click("u", "c2", f"{DAY}T10:00:00")
        market.convert("u", "c2", "o", f"{DAY}T11:00:00")
        market.click("v", "c1", f"{DAY}T10:00:00")
        market.convert("v", "c2", "p", f"{DAY}T11:00:00")
        found = facts(market, tmp_path)
        assert ratios.conversion_rate(found, whole(found), ()) == {(): (1, 2)}
        by_campaign = by_name(ratios.conversion_rate(found, whole(found), ("campaign_id",)), "c1", "c2")
        assert by_campaign == {"c1": (0, 2), "c2": (1, 1)}

    def test_conversion_need_not_share_the_creative_of_the_click(self, market: Market, tmp_path: Path) -> None:
        market.click("u", "c", f"{DAY}T10:00:00", creative="k1")
        market.click("u", "c", f"{DAY}T12:00:00", creative="k2")
        market.convert("u", "c", "o", f"{DAY}T11:00:00", creative_id=uid("k2"))
        found = facts(market, tmp_path)
        by_creative = by_name(ratios.conversion_rate(found, whole(found), ("creative_id",)), "k1", "k2")
        assert by_creative == {"k1": (1, 1), "k2": (0, 1)}

    def test_a_conversion_after_the_day_is_not_in_the_day(self, market: Market, tmp_path: Path) -> None:
        market.click("u", "c", "2026-03-05T23:00:00")
        market.convert("u", "c", "o", "2026-03-06T00:00:00")
        found = facts(market, tmp_path)
        series = {
            row.grain: row.numerator for row in rows(found, ("day",), [whole(found)]) if row.metric == "conversion_rate"
        }
        assert series == {frozenset({("day", "2026-03-05")}): 0}

    def test_open_rate_holds_mail_and_push_only(self, market: Market, tmp_path: Path) -> None:
        for user, channel in (("mail", "email"), ("push", "push"), ("text", "sms"), ("app", "in_app")):
            market.assign(user, "c", f"{DAY}T10:00:00", delivery_channel=channel)
            market.view(user, "c", f"{DAY}T11:00:00", "opened")
        market.assign("quiet", "c", f"{DAY}T10:00:00")
        market.assign("held back", "c", f"{DAY}T10:00:00", holdout=True)
        market.view("held back", "c", f"{DAY}T11:00:00", "opened")
        market.view("own channel", "c", f"{DAY}T11:00:00", "opened", delivery_channel="push")
        found = facts(market, tmp_path)
        assert ratios.open_rate(found, whole(found), ()) == {(): (3, 3)}

    def test_an_open_takes_its_own_channel_first(self, market: Market, tmp_path: Path) -> None:
        market.assign("u", "c", f"{DAY}T10:00:00")
        market.view("u", "c", f"{DAY}T11:00:00", "opened", delivery_channel="sms")
        found = facts(market, tmp_path)
        assert ratios.open_rate(found, whole(found), ()) == {(): (0, 1)}

    def test_open_and_delivery_are_windowed_apart(self, market: Market, tmp_path: Path) -> None:
        market.assign("u", "c", "2026-03-09")
        market.view("u", "c", "2026-03-10", "opened")
        found = facts(market, tmp_path)
        assert ratios.open_rate(found, windows.window("1d", found.as_of), ()) == {(): (1, 0)}


class TestOrders:
    def test_the_reference_row_wins_over_the_purchase_event(self, market: Market, tmp_path: Path) -> None:
        market.order("o", "u", "2026-03-02", 50.0)
        market.event("user_purchased", "u", "2026-03-01", order_id=uid("o"), order_value=7.0)
        assert [(one.at, one.value) for one in facts(market, tmp_path).orders] == [(at("2026-03-02"), 50.0)]

    def test_without_a_row_the_earliest_backend_event_is_the_order(self, market: Market, tmp_path: Path) -> None:
        purchase = {"order_id": uid("o").upper(), "order_value": 7.0}
        market.event("user_purchased", "u", "2026-03-01", source="mobile", **purchase)
        market.event("user_purchased", "v", "2026-03-03", **purchase | {"order_value": 9.0})
        market.event("user_purchased", "u", "2026-03-02", **purchase)
        market.event("user_purchased", "w", "2026-03-02", source="mobile", order_id=uid("p"), order_value=1.0)
        assert [(one.user, one.at, one.value) for one in facts(market, tmp_path).orders] == [
            ("u", at("2026-03-02"), 7.0)
        ]

    @pytest.mark.parametrize(
        ("order", "refunds", "net"),
        [
            ((10.0, "paid"), [], [10.0]),
            ((10.0, "paid"), [4.0], [6.0]),
            ((10.0, "paid"), [4.0, 6.0], []),
            ((10.0, "paid"), [11.0], []),
            ((10.0, "refunded"), [], []),
            ((0.0, "paid"), [], [0.0]),
            ((0.0, "paid"), [1.0], []),
        ],
    )
    def test_net_of_refunds(
        self, market: Market, tmp_path: Path, order: tuple[float, str], refunds: list[float], net: list[float]
    ) -> None:
        market.order("o", "u", DAY, order[0], status=order[1])
        for number, amount in enumerate(refunds):
            market.refund("o", f"2026-03-06T10:00:0{number}", amount)
        market.refund("nobody's", DAY, 5.0)
        assert [one.value for one in facts(market, tmp_path).orders] == net

    def test_refunds_after_as_of_are_not_known_yet(self, market: Market, tmp_path: Path) -> None:
        market.order("o", "u", DAY, 10.0)
        market.refund("o", "2026-03-08", 10.0)
        assert len(facts(market, tmp_path, "2026-03-07").orders) == 1
        assert len(facts(market, tmp_path, "2026-03-08").orders) == 0


class TestCac:
    def test_first_order_ever_must_be_the_converted_one_and_in_the_window(self, market: Market, tmp_path: Path) -> None:
        market.order("o1", "new", "2026-03-10T01:00:00")
        market.order("o2", "new", "2026-03-10T02:00:00")
        market.convert("new", "c", "o1", "2026-03-10T11:00:00")
        market.order("p1", "old", "2026-03-01")
        market.order("p2", "old", "2026-03-10T01:00:00")
        market.convert("old", "c", "p2", "2026-03-10T01:00:00")
        market.order("q1", "organic", "2026-03-10T01:00:00")
        market.spend("c", "2026-03-10", 30.0)
        found = facts(market, tmp_path)
        assert ratios.cac(found, windows.window("1d", found.as_of), ()) == {(): (30.0, 1)}

    def test_conversion_may_lie_outside_the_window(self, market: Market, tmp_path: Path) -> None:
        market.order("o", "u", "2026-03-08")
        market.convert("u", "c", "o", "2026-03-10")
        found = facts(market, tmp_path)
        day = windows.one_day(at("2026-03-08").date(), found.as_of)
        assert ratios.cac(found, day, ("campaign_id",)) == {(uid("c"),): (0, 1)}
        assert ratios.cac(found, windows.window("1d", found.as_of), ()) == {}

    def test_total_counts_a_user_of_two_campaigns_once(self, market: Market, tmp_path: Path) -> None:
        market.order("o", "u", DAY)
        market.convert("u", "c1", "o", DAY)
        market.convert("u", "c2", "o", DAY)
        found = facts(market, tmp_path)
        assert ratios.cac(found, whole(found), ()) == {(): (0, 1)}
        assert ratios.cac(found, whole(found), ("campaign_id",)) == {(uid("c1"),): (0, 1), (uid("c2"),): (0, 1)}

    def test_a_fully_refunded_first_order_is_none(self, market: Market, tmp_path: Path) -> None:
        market.order("o1", "u", "2026-03-01", 10.0)
        market.refund("o1", "2026-03-02", 10.0)
        market.order("o2", "u", "2026-03-05", 10.0)
        market.convert("u", "c", "o2", "2026-03-05")
        found = facts(market, tmp_path)
        assert ratios.cac(found, whole(found), ()) == {(): (0, 1)}

    def test_orders_at_one_instant_the_smaller_id_is_first(self, market: Market, tmp_path: Path) -> None:
        first, second = sorted(("o1", "o2"), key=uid)
        market.order(second, "u", DAY)
        market.order(first, "u", DAY)
        market.convert("u", "c", second, DAY)
        found = facts(market, tmp_path)
        assert ratios.cac(found, whole(found), ()) == {}


class TestCustomers:
    def test_ltv_is_the_first_year_since_signup(self, market: Market, tmp_path: Path) -> None:
        market.user("old", "2025-01-01T10:00:00")
        market.user("new", "2026-03-01")
        market.user("buys nothing", "2026-03-01")
        market.order("o1", "old", "2025-01-01T09:59:59", 1.0)
        market.order("o2", "old", "2025-01-01T10:00:00", 10.0)
        market.order("o3", "old", "2026-01-01T09:59:59", 100.0)
        market.order("o4", "old", "2026-01-01T10:00:00", 1000.0)
        market.order("o5", "new", "2026-03-02", 30.0)
        market.order("o6", "not in users", "2026-03-02", 500.0)
        found = facts(market, tmp_path)
        assert customers.ltv(found) == {(): (140.0, 2)}
        assert customers.ltv(found, mature_only=True) == {(): (110.0, 1)}

    def test_a_year_is_over_at_the_instant(self, market: Market, tmp_path: Path) -> None:
        market.user("u", "2025-03-10T12:00:00")
        market.order("o", "u", "2025-04-01", 5.0)
        market.refund("o", "2025-04-02", 2.0)
        assert customers.ltv(facts(market, tmp_path), mature_only=True) == {(): (3.0, 1)}
        assert customers.ltv(facts(market, tmp_path, "2026-03-10T11:59:59"), mature_only=True) == {(): (0.0, 0)}

    def test_only_orders_before_signup_count_the_user_but_no_revenue(self, market: Market, tmp_path: Path) -> None:
        market.user("u", "2026-03-05")
        market.order("o", "u", "2026-03-01", 5.0)
        assert customers.ltv(facts(market, tmp_path)) == {(): (0.0, 1)}

    def test_budget_of_active_and_completed_campaigns(self, market: Market, tmp_path: Path) -> None:
        market.campaign("a", "active", 100.0)
        market.campaign("b", "completed", 50.0)
        market.campaign("p", "paused", 10.0)
        market.campaign("n", "active", None)
        market.campaign("z", "active", 0.0)
        for campaign in ("a", "b", "p", "n", "z"):
            market.spend(campaign, "2026-03-10", 20.0)
            market.spend(campaign, "2026-03-11", 900.0)
        found = facts(market, tmp_path)
        assert customers.budget_utilization(found, by_campaign=False) == {(): (40.0, 150.0)}
        by_campaign = by_name(customers.budget_utilization(found, by_campaign=True), "a", "b", "n", "z")
        assert by_campaign == {"a": (20.0, 100.0), "b": (20.0, 50.0), "n": (20.0, 0), "z": (20.0, 0)}


def test_default_as_of_is_the_newest_customer_event_or_order(market: Market, tmp_path: Path) -> None:
    market.click("u", "c", "2026-03-01")
    market.event("campaign_paused", "boss", "2026-03-05", source="admin_portal")
    market.refund("o", "2026-03-06", 1.0)
    market.order("o", "u", "2026-03-03")
    landed = read_landing(market.write(tmp_path), at("2027-01-01"))
    assert landed.newest_instant() == at("2026-03-03")
