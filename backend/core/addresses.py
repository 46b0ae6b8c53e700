"""What the addresses in the settings must look like. Each function returns the address or raises ValueError.

The messages never quote what may hold a password.
"""

import re
from ipaddress import ip_address
from urllib.parse import parse_qs, urlsplit

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
ENCRYPTED = ("require", "verify-ca", "verify-full")
POSTGRES_SCHEMES = ("postgresql", "postgres")
# On a hosted project these may do everything, and row-level security does not hold for them.
ALL_POWERFUL_ROLES = ("postgres", "supabase_admin", "service_role", "supabase_auth_admin")
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>[0-9]{1,5}))?")
_DEFAULT_PORTS = {"https": "443", "http": "80"}


def is_this_machine(host: str) -> bool:
    """Whether nothing sent to this host leaves the machine."""
    try:
        return host in LOOPBACK_NAMES or ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> str:
    """A scheme, a host and perhaps a port, as browsers write it in the header Origin."""
    match = _ORIGIN.fullmatch(url)
    if match is None:
        raise ValueError(
            f"{url} is not an origin such as https://app.example.com: a scheme, a host in small letters and perhaps a "
            "port, without blanks, path or user"
        )
    scheme, port = match["scheme"], match["port"]
    if port is not None and not 0 < int(port) <= 65_535:  # noqa: PLR2004  # the highest port
        raise ValueError(f"{url} has a port that does not exist")
    if port == _DEFAULT_PORTS[scheme]:
        raise ValueError(f"{url} names the port that {scheme} has anyway, and browsers leave it out")
    return url


def encrypted_origin(url: str) -> str:
    """An origin that nobody on the way can read, or one on this machine."""
    origin(url)
    if url.startswith("http:") and not is_this_machine((urlsplit(url).hostname or "").strip("[]")):
        raise ValueError("use https: tokens and keys are sent there or fetched from there")
    return url


def encrypted_url(url: str) -> str:
    """Like encrypted_origin, with a path if need be."""
    parts = urlsplit(url)
    encrypted_origin(f"{parts.scheme}://{parts.netloc}")
    if parts.query or parts.fragment or re.search(r"\s", url):
        raise ValueError("give a URL without blanks, query or fragment")
    return url


def database_url(url: str) -> str:
    """The URL of a Postgres: on this machine, or encrypted, and for a role under row-level security."""
    if re.search(r"\s", url):
        raise ValueError("the URL contains blanks; write them as %20")
    try:
        parts = urlsplit(url)
        host, user = parts.hostname or "", parts.username or ""
        parameters = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    except ValueError:
        raise ValueError("it is not a URL such as postgresql://user:password@host/database") from None
    if parts.scheme not in POSTGRES_SCHEMES:
        hint = " (leave out what follows the +)" if parts.scheme.partition("+")[0] in POSTGRES_SCHEMES else ""
        raise ValueError(f"the URL must begin with postgresql://{hint}")
    host = parameters.get("host", host)
    if not host:
        raise ValueError("the URL names no host")
    if not host.startswith("/") and not is_this_machine(host) and parameters.get("sslmode") not in ENCRYPTED:
        raise ValueError("add sslmode=require (or verify-full): what users say would travel unencrypted")
    role = parameters.get("user", user).partition(".")[0]
    if role in ALL_POWERFUL_ROLES:
        raise ValueError(f"connect as slow_burn_api: row-level security does not hold for {role}")
    return url
