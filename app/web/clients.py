"""From where a request comes: its network, what kind of browser it says to be, and the site it was made to."""

import ipaddress
from urllib.parse import urlsplit

from fastapi import Request

from app.domain.accounts import Browser
from app.store.passkeys import Site
from app.web import cookies

KNOWN_COOKIE = "goldgap_known"
_HOUSEHOLD = 64  # bits of an IPv6 address that a customer of a provider has for all their devices together
# The first that is found counts: most browsers also claim to be the ones they descend from.
_FAMILIES = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Vivaldi", "Vivaldi"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


def browser(request: Request) -> Browser:
    """Return from where somebody asks."""
    host = request.client.host if request.client else ""
    return Browser(network(host), label(request.headers.get("user-agent", "")), cookies.get(request, KNOWN_COOKIE))


def network(host: str) -> str:
    """Return what guesses from an address are counted by: itself, or for IPv6 the network it can choose from.

    The address is the one that the server gives: what a client says in X-Forwarded-For counts only where a proxy that
    we trust has said it.
    """
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), _HOUSEHOLD), strict=False))


def label(user_agent: str) -> str:
    """Return the browser and the system that a request says to come from, in words of our own; empty if unknown."""
    family = next((name for sign, name in _FAMILIES if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (family, system) if part)


def site(request: Request) -> Site | None:
    """Return where passkeys are good, None where they cannot be: they are bound to the name of a host.

    It is the host of the settings; in development without one, this machine by its name.
    """
    origin: str = request.app.state.base_url
    if not origin and request.headers.get("host", "").partition(":")[0] == "localhost":
        origin = f"{request.scope['scheme']}://{request.headers['host']}"
    host = urlsplit(origin).hostname or ""
    return Site(origin, host) if host and not _is_number(host) else None


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
