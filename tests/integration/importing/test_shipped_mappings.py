"""The shipped mappings on the real files, compared exactly with what the files say."""

from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from swipesavvy.adapters.importing.ports import import_ports
from swipesavvy.application.importing import ImportReport, import_file
from swipesavvy.domain.home import Home

MAPPINGS = Path(__file__).resolve().parents[3] / "docs" / "mappings"
ARMS = ["Mens E-Mail", "Womens E-Mail"]
pytestmark = pytest.mark.real_data


def do_import(home: Home, source: Path, mapping: str) -> ImportReport:
    return import_file(source, MAPPINGS / mapping, import_ports(home), lambda *_: None)


def landed(home: Home, folder: str) -> pl.DataFrame:
    (path,) = (home.landing / folder).glob("*.jsonl")
    return pl.read_ndjson(path, infer_schema_length=None)


@pytest.fixture(scope="module")
def customers(test_data: Path) -> pl.DataFrame:
    """The published file; a customer is named by the line."""
    frame = pl.read_csv(test_data / "hillstrom.csv.gz")
    return frame.with_columns(user_id=pl.format("hillstrom-{}", pl.int_range(2, pl.len() + 2)))


@pytest.fixture(scope="module")
def hillstrom(test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home with the file imported."""
    home = Home(tmp_path_factory.mktemp("hillstrom"))
    report = do_import(home, test_data / "hillstrom.csv.gz", "hillstrom.yaml")
    assert (report.rows, report.imported, report.warnings) == (64_000, 64_000, [])
    return home


@pytest.fixture(scope="module")
def events(hillstrom: Home) -> pl.DataFrame:
    """Landed events with their properties as columns."""
    return (
        landed(hillstrom, "events")
        .unnest("properties")
        .with_columns(pl.col("timestamp").str.to_datetime(time_zone="UTC"))
    )


@pytest.fixture(scope="module")
def campaign_ids(hillstrom: Home) -> dict[str, str]:
    """Ids of the campaigns by name."""
    campaigns = landed(hillstrom, "campaigns")
    assert campaigns["holdout_share"].to_list() == [0.5, 0.5]
    return dict(zip(campaigns["name"], campaigns["campaign_id"], strict=True))


class TestHillstrom:
    def test_each_arm_is_treated_and_the_untouched_are_holdouts_of_both(
        self, customers: pl.DataFrame, events: pl.DataFrame, campaign_ids: dict[str, str]
    ) -> None:
        assignments = events.filter(pl.col("event_type") == "campaign_delivered")
        untouched = set(customers.filter(pl.col("segment") == "No E-Mail")["user_id"])
        assert sorted(campaign_ids) == ARMS
        for arm in ARMS:
            own = assignments.filter(pl.col("campaign_id") == campaign_ids[arm])
            treated = own.filter(~pl.col("is_holdout"))["user_id"]
            held_out = own.filter(pl.col("is_holdout"))["user_id"]
            assert set(treated) == set(customers.filter(pl.col("segment") == arm)["user_id"])
            assert set(held_out) == untouched
            assert (treated.len(), held_out.len()) == (treated.n_unique(), len(untouched))
        assert assignments["delivery_channel"].unique().to_list() == ["email"]
        assert assignments["timestamp"].n_unique() == 1

    def test_visits_and_orders_lie_within_seven_days_and_are_those_of_the_file(
        self, hillstrom: Home, customers: pl.DataFrame, events: pl.DataFrame
    ) -> None:
        sent_at = events["timestamp"].min()
        visits = events.filter(pl.col("event_type") == "offer_landed")
        assert sorted(visits["user_id"]) == sorted(customers.filter(pl.col("visit") == 1)["user_id"])
        orders = landed(hillstrom, "orders").with_columns(pl.col("ordered_at").str.to_datetime(time_zone="UTC"))
        bought = customers.filter(pl.col("conversion") == 1).select("user_id", order_value="spend")
        assert orders.select("user_id", "order_value").sort("user_id").equals(bought.sort("user_id"))
        assert customers.filter((pl.col("conversion") == 1) != (pl.col("spend") > 0)).height == 0
        for times in (visits["timestamp"], orders["ordered_at"]):
            assert sent_at < times.min() <= times.max() < sent_at + timedelta(days=7)

    def test_conversions_are_the_orders_of_the_treated(
        self, hillstrom: Home, customers: pl.DataFrame, events: pl.DataFrame, campaign_ids: dict[str, str]
    ) -> None:
        names = {campaign_id: name for name, campaign_id in campaign_ids.items()}
        found = events.filter(pl.col("event_type") == "campaign_converted").select(
            "user_id", "order_id", "order_value", segment=pl.col("campaign_id").replace_strict(names)
        )
        bought = customers.filter((pl.col("conversion") == 1) & pl.col("segment").is_in(ARMS))
        expected = bought.select("user_id", "segment", order_value="spend")
        assert found.select("user_id", "segment", "order_value").sort("user_id").equals(expected.sort("user_id"))
        orders = landed(hillstrom, "orders").select("user_id", "order_id")
        assert found.select("user_id", "order_id").join(orders, on=["user_id", "order_id"]).height == found.height

    def test_everybody_signed_up_before(self, hillstrom: Home, customers: pl.DataFrame, events: pl.DataFrame) -> None:
        users = landed(hillstrom, "users").with_columns(pl.col("signup_at").str.to_datetime(time_zone="UTC"))
        assert sorted(users["user_id"]) == sorted(customers["user_id"])
        assert (users["signup_at"] < events["timestamp"].min()).all()

    def test_ids_are_unique_and_nothing_says_it_was_received(self, events: pl.DataFrame) -> None:
        assert events["event_id"].n_unique() == events.height
        assert "received_at" not in events.columns


class TestCompleteJourney:
    def test_receipts_become_orders_to_the_cent(self, home: Home, test_data: Path) -> None:
        source = test_data / "complete_journey" / "transactions_sample.parquet"
        do_import(home, source, "complete_journey/transactions.yaml")
        lines = pl.read_parquet(source).with_columns(cents=(pl.col("sales_value") * 100).round().cast(pl.Int64))
        expected = lines.group_by("basket_id").agg(
            pl.col("cents").sum(), user_id=pl.col("household_id").first(), at=pl.col("transaction_timestamp").min()
        )
        orders = landed(home, "orders").select(
            "user_id",
            at=pl.col("ordered_at").str.to_datetime(time_zone="UTC"),
            cents=(pl.col("order_value") * 100).round().cast(pl.Int64),
        )
        keys = ["user_id", "at", "cents"]
        wanted = expected.select("user_id", pl.col("at").cast(pl.Datetime("us")).dt.replace_time_zone("UTC"), "cents")
        assert orders.select(keys).sort(keys).rows() == wanted.sort(keys).rows()
        assert landed(home, "users").height == lines["household_id"].n_unique()

    def test_campaigns_and_redemptions_share_their_ids(self, home: Home, test_data: Path) -> None:
        folder = test_data / "complete_journey"
        do_import(home, folder / "campaign_descriptions.parquet", "complete_journey/campaigns.yaml")
        do_import(home, folder / "coupon_redemptions.parquet", "complete_journey/redemptions.yaml")
        redeemed = landed(home, "events").unnest("properties")
        assert redeemed.height == pl.read_parquet(folder / "coupon_redemptions.parquet").height
        assert redeemed["event_id"].n_unique() == redeemed.height
        assert set(redeemed["campaign_id"]) <= set(landed(home, "campaigns")["campaign_id"])
