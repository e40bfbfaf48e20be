"""The default market is believable and its experiments are clean: judged over three seeds."""

from datetime import UTC, datetime
from functools import cache

import numpy as np
import pytest

from swipesavvy.simulation import truth
from swipesavvy.simulation.arrays import DAY
from swipesavvy.simulation.contacts import OUTCOME_WINDOW
from swipesavvy.simulation.orders import CLICK_CREDIT
from swipesavvy.simulation.people import NAMES
from swipesavvy.simulation.spec import MarketSpec
from swipesavvy.simulation.spend import budgets, costs
from swipesavvy.simulation.world import World, world


@cache
def default_world(seed: int) -> World:
    return world(MarketSpec(datetime(2026, 6, 30, tzinfo=UTC), seed=seed))


@pytest.fixture(params=[1, 2, 3])
def lived(request: pytest.FixtureRequest) -> World:
    """The default market, three times over."""
    return default_world(request.param)


def _per_campaign(lived: World, of: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    return np.bincount(lived.contacts.campaign[of], weights=weights, minlength=lived.campaigns.count)


def auc(outcome: np.ndarray, score: np.ndarray) -> float:
    """The chance that a random positive scores above a random negative."""
    positive, negative = np.sort(score[outcome]), np.sort(score[~outcome])
    below = np.searchsorted(negative, positive, side="left") + np.searchsorted(negative, positive, side="right")
    return float(below.sum() / 2 / len(positive) / len(negative))


def test_the_best_possible_churn_model_is_good_but_not_a_prophet(lived: World) -> None:
    churn = truth.churn_truth(lived)
    for as_of in churn["as_of"].unique():
        customers = churn.filter((churn["as_of"] == as_of) & churn["is_customer"])
        assert 0.78 <= auc(customers["churned"].to_numpy(), customers["chance"].to_numpy()) <= 0.85


def test_churn_chances_are_calibrated(lived: World) -> None:
    churn = truth.churn_truth(lived).filter("is_customer")
    chance, churned = churn["chance"].to_numpy(), churn["churned"].to_numpy()
    for part in np.array_split(np.argsort(chance), 5):
        error = 4 * np.sqrt(chance[part].mean() * (1 - chance[part].mean()) / len(part))
        assert abs(chance[part].mean() - churned[part].mean()) < error


def test_daily_revenue_is_noisy_around_its_true_mean(lived: World) -> None:
    days = truth.revenue_truth(lived)
    ratio = (days["revenue"] / days["expected_revenue"]).to_numpy()
    assert len(ratio) == lived.spec.days
    assert 0.05 <= ratio.std() <= 0.10
    assert ratio.mean() == pytest.approx(1.0, abs=0.02)


def test_campaign_rates_are_believable(lived: World) -> None:
    treated, reactions = lived.contacts.treated, lived.reactions
    impressions = _per_campaign(lived, treated, reactions.views[treated])
    ctr = 100 * _per_campaign(lived, reactions.clicks(treated)[0]) / impressions
    assert ctr.min() >= 1.5
    assert ctr.max() <= 5.0
    opened = 100 * _per_campaign(lived, treated & (reactions.open_at >= 0)) / _per_campaign(lived, treated)
    assert opened.min() >= 15
    assert opened.max() <= 35
    seen = treated & (reactions.views > 0)
    frequency = impressions / _per_campaign(lived, seen)
    assert frequency.min() >= 1.5
    assert frequency.max() <= 3.5


def test_money_is_believable(lived: World) -> None:
    orders, offers = lived.orders, lived.campaigns
    converted = orders.credit >= 0
    which = lived.contacts.campaign[orders.credit[converted]]
    spent = costs(lived.spec, offers, lived.contacts, lived.reactions).total
    conversions = np.bincount(which, minlength=offers.count)
    clickers = _per_campaign(lived, lived.contacts.treated & (lived.reactions.click_at >= 0))
    assert 8 <= 100 * conversions.sum() / clickers.sum() <= 18
    # With 60 to 250 clickers a campaign, chance alone puts some outside.
    rate = 100 * conversions / clickers
    assert ((rate >= 5) & (rate <= 20)).mean() >= 0.75
    assert rate.max() < 35
    assert 2.5 <= orders.value[converted].sum() / spent.sum() <= 5.0
    roas = np.bincount(which, weights=orders.value[converted], minlength=offers.count) / spent
    assert ((roas > 0.8) & (roas < 8)).mean() > 0.85
    new = np.bincount(lived.contacts.campaign[orders.credit[converted & orders.first]], minlength=offers.count)
    assert (spent / np.maximum(new, 0.1) < 20).sum() >= 4
    assert 10 <= orders.value[converted].mean() <= 50
    use = 100 * spent / budgets(offers, costs(lived.spec, offers, lived.contacts, lived.reactions))
    assert use.min() >= 75
    assert use.max() <= 105


def test_customers_are_worth_what_customers_are_worth(lived: World) -> None:
    orders, people = lived.orders, lived.people
    inside = (orders.at < lived.spec.end) & (orders.at < people.signup[orders.user] + 365 * DAY)
    revenue = np.bincount(orders.user[inside], weights=orders.value[inside], minlength=people.count)
    assert 300 <= revenue[revenue > 0].mean() <= 1000


def test_all_patterns_types_and_statuses_occur(lived: World) -> None:
    assert set(lived.people.pattern.tolist()) == set(range(len(NAMES)))
    assert np.bincount(lived.campaigns.kind).tolist() == [3] * 8
    assert len(set(lived.campaigns.status.tolist())) >= 2
    assert (lived.campaigns.strength == 0).sum() >= 3
    assert (lived.campaigns.suppression > 0).any()


def test_outcome_windows_of_a_user_never_overlap(lived: World) -> None:
    contacts = lived.contacts
    same = contacts.user[1:] == contacts.user[:-1]
    assert (np.diff(contacts.at)[same] >= OUTCOME_WINDOW).all()
    pairs = contacts.campaign * lived.people.count + contacts.user
    assert len(np.unique(pairs)) == contacts.count


def test_nobody_is_contacted_before_signup_or_after_opting_out(lived: World) -> None:
    contacts = lived.contacts
    assert (contacts.at >= lived.people.signup[contacts.user]).all()
    out = {int(contacts.user[n]): n for n in np.flatnonzero(contacts.opt_out >= 0)}
    assert len(out) == (contacts.opt_out >= 0).sum()
    for user, cause in out.items():
        later = (contacts.user == user) & (contacts.at > contacts.opt_out[cause])
        channel = lived.campaigns.channel[contacts.campaign[cause]]
        assert not (later & contacts.opt_out_all[cause]).any()
        assert not (later & (lived.campaigns.channel[contacts.campaign] == channel)).any()


def test_arms_are_alike_before_the_message(lived: World) -> None:
    contacts, rate = lived.contacts, lived.people.rate
    treated, control = rate[contacts.user[contacts.treated]], rate[contacts.user[contacts.holdout]]
    error = np.sqrt(treated.var() / len(treated) + control.var() / len(control))
    assert abs(treated.mean() - control.mean()) < 4 * error


def test_expected_and_realised_effects_agree(lived: World) -> None:
    effects = truth.effects_truth(lived)
    realised = effects["buys_treated"].cast(int) - effects["buys_untreated"].cast(int)
    error = float(realised.std()) / np.sqrt(len(realised))
    assert float(realised.mean()) == pytest.approx(float(effects["effect"].mean()), abs=4 * error)
    assert float(effects["buys_untreated"].mean()) == pytest.approx(float(effects["chance_control"].mean()), abs=0.01)


def test_realised_orders_are_the_potential_outcome_of_the_own_arm(lived: World) -> None:
    effects, contacts = truth.effects_truth(lived), lived.contacts
    window = contacts.last_before(lived.orders.user, lived.orders.at)
    inside = window >= 0
    inside[inside] = lived.orders.at[inside] - contacts.at[window[inside]] < OUTCOME_WINDOW
    bought = np.bincount(window[inside], minlength=contacts.count) > 0
    own = np.where(contacts.treated, effects["buys_treated"].to_numpy(), effects["buys_untreated"].to_numpy())
    assert (bought == own).all()


def test_extra_orders_fall_inside_the_window_and_after_contact(lived: World) -> None:
    after = lived.reactions.extra_at - lived.contacts.at
    received = lived.reactions.views > 0
    assert (after[received] > 0).all()
    assert (after < OUTCOME_WINDOW).all()
    assert not lived.reactions.extra[~received].any()


def test_conversions_follow_a_click_of_the_same_user(lived: World) -> None:
    orders, contacts = lived.orders, lived.contacts
    converted = np.flatnonzero(orders.credit >= 0)
    credit = orders.credit[converted]
    assert (contacts.user[credit] == orders.user[converted]).all()
    wait = orders.at[converted] - lived.reactions.click_at[credit]
    assert (wait >= 0).all()
    assert (wait <= CLICK_CREDIT).all()
    assert contacts.treated[credit].all()
    assert (orders.assist[orders.assist >= 0] != orders.credit[orders.assist >= 0]).all()


def test_seeds_make_different_markets() -> None:
    one, other = default_world(1), default_world(2)
    assert one.orders.count != other.orders.count
    assert set(one.campaigns.ids).isdisjoint(other.campaigns.ids)
