"""A run that fails becomes an alert, with the words of its cause; the look around each minute starts nothing."""

import dagster as dg
import pytest

from dagster_project.alert_sensors import failure_sensor, watch_sensor
from swipesavvy.adapters.alerting import open_alerting
from swipesavvy.domain.errors import BuildError
from swipesavvy.domain.home import Home
from swipesavvy.settings import Settings


def failed_run(instance: dg.DagsterInstance, error: Exception) -> dg.ExecuteInProcessResult:
    @dg.op
    def build() -> None:
        raise BuildError("test assert_x found 3 rows; nothing was published") from error

    @dg.job
    def refresh_daily() -> None:
        build()

    return refresh_daily.execute_in_process(instance=instance, raise_on_error=False)


@pytest.mark.parametrize("times", [1, 3])
def test_a_failed_run_is_one_alert(home: Home, instance: dg.DagsterInstance, times: int) -> None:
    sensor = failure_sensor(home, True)
    for _ in range(times):
        result = failed_run(instance, ValueError("the cause\nof it all"))
        assert not result.success
        context = dg.build_run_status_sensor_context(
            sensor_name=sensor.name,
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        )
        sensor(context.for_run_failure())
    with open_alerting(Settings(home=home.root)) as alerting:
        (alert,) = alerting.list_open()
    assert (alert.rule, alert.severity, alert.occurrences) == ("refresh_failed", "critical", times)
    assert alert.says.startswith("refresh_daily, run ")
    assert alert.says.endswith(": test assert_x found 3 rows; nothing was published")
    assert (home.logs / "alerts.log").read_text(encoding="utf-8").count("\n") == 1, "told once"


def test_the_look_around_finds_an_api_that_is_down(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SWIPESAVVY_API_PORT", "9")
    with dg.build_sensor_context() as context:
        assert "1 alerts were news" in str(watch_sensor(home, True)(context))
    with open_alerting(Settings(home=home.root)) as alerting:
        assert [alert.subject for alert in alerting.list_open()] == ["api"]
