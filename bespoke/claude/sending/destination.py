"""Where texts may be sent: over an encrypted connection, or to this machine itself and then by no proxy."""

from __future__ import annotations

import os
from ipaddress import ip_address
from urllib.parse import urlsplit

from bespoke.claude.sending.backend import Forbidden

LOOPBACK = ("localhost", "127.0.0.1", "::1")
OPT_IN = "BESPOKE_ALLOW_PLAIN_HTTP"  # set to 1 by somebody who knows the network between here and the server


def refuse_plain_http(url: str) -> None:
    """Raises Forbidden for an address that would carry notes and key unencrypted over a network."""
    parts = urlsplit(url)
    if parts.scheme == "https" or is_this_machine(parts.hostname or "") or os.environ.get(OPT_IN) == "1":
        return
    raise Forbidden(
        f"{parts.scheme}://{parts.hostname} is not encrypted, and notes would travel in the clear: use an https"
        f" address, or set {OPT_IN}=1 where the network between is your own"
    )


def keep_loopback_direct() -> None:
    """What is sent to this machine goes by no proxy, whatever the environment says: a proxy is another machine."""
    for name in ("NO_PROXY", "no_proxy"):
        there = [host.strip() for host in os.environ.get(name, "").split(",") if host.strip()]
        os.environ[name] = ",".join([*there, *(host for host in LOOPBACK if host not in there)])


def is_this_machine(host: str) -> bool:
    """`localhost` and loopback addresses; a name that merely resolves to one is not taken at its word."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
