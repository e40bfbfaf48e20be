"""What an address outside means for safety: whether it stays on this machine. Nothing is looked up."""

import ipaddress


def is_loopback(host: str) -> bool:
    """Whether a host is this machine, by its spelling alone: a name could resolve to anything."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
