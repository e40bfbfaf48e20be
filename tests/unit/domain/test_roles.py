import pytest

from swipesavvy.domain.errors import UsageError
from swipesavvy.domain.roles import Role, role_named


def test_the_nine_roles_are_those_of_the_command_line() -> None:
    names = "cmo perf_lead lifecycle_lead rewards_pm data_science compliance engineering finance admin"
    assert [role.value for role in Role] == names.split()


@pytest.mark.parametrize("role", Role)
def test_every_role_has_words(role: Role) -> None:
    assert role.label
    assert role_named(f" {role.value.upper()} ") is role


def test_an_unknown_role_names_the_choices() -> None:
    with pytest.raises(UsageError, match="'boss' is no role; choose one of cmo, perf_lead"):
        role_named("boss")
