"""The roles a person can hold, with the words people see. What a role may do is decided by the use cases."""

from enum import StrEnum

from swipesavvy.domain.errors import UsageError


class Role(StrEnum):
    """Who somebody is to the platform; exactly one per person."""

    CMO = "cmo"
    PERF_LEAD = "perf_lead"
    LIFECYCLE_LEAD = "lifecycle_lead"
    REWARDS_PM = "rewards_pm"
    DATA_SCIENCE = "data_science"
    COMPLIANCE = "compliance"
    ENGINEERING = "engineering"
    FINANCE = "finance"
    ADMIN = "admin"

    @property
    def label(self) -> str:
        """The role in words, for pages and reports."""
        return _LABELS[self]


_LABELS = {
    Role.CMO: "Chief marketing officer",
    Role.PERF_LEAD: "Performance marketing lead",
    Role.LIFECYCLE_LEAD: "Lifecycle and CRM lead",
    Role.REWARDS_PM: "Rewards product manager",
    Role.DATA_SCIENCE: "Data science",
    Role.COMPLIANCE: "Compliance and risk",
    Role.ENGINEERING: "Engineering",
    Role.FINANCE: "Finance (reads only)",
    Role.ADMIN: "Administrator",
}


def role_named(text: str) -> Role:
    """The role a person typed; UsageError names the roles there are."""
    try:
        return Role(text.strip().lower())
    except ValueError:
        raise UsageError(f"--role {text!r} is no role; choose one of {', '.join(Role)}") from None
