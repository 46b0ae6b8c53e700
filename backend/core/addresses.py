"""What the addresses in the settings must look like. Each function returns the address or raises ValueError.

The messages never quote the address: it may hold a password, or be a secret that was meant for another variable.
"""

import re
from ipaddress import ip_address

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
ENCRYPTED = ("require", "verify-ca", "verify-full")
POSTGRES_SCHEMES = ("postgresql", "postgres")
# On a hosted project these may do everything, and row-level security does not hold for them.
ALL_POWERFUL_ROLES = ("postgres", "supabase_admin", "service_role", "supabase_auth_admin")
HIGHEST_PORT = 65_535
_LABEL = "[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?"
_ORIGIN = re.compile(
    rf"(?P<scheme>https?)://(?P<host>{_LABEL}(\.{_LABEL})*|\[[0-9a-f:]+\])(:(?P<port>[1-9][0-9]{{0,4}}))?"
)
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
    if match is None or not _is_canonical(match["host"]):
        raise ValueError(
            "it is not an origin such as https://app.example.com: a scheme, a host in small letters and perhaps a "
            "port, without blanks, path or user"
        )
    scheme, port = match["scheme"], match["port"]
    if port is not None and int(port) > HIGHEST_PORT:
        raise ValueError("it has a port that does not exist")
    if port == _DEFAULT_PORTS[scheme]:
        raise ValueError(f"it names the port that {scheme} has anyway, and browsers leave it out")
    return url


def encrypted_origin(url: str) -> str:
    """An origin that nobody on the way can read, or one on this machine."""
    match = _ORIGIN.fullmatch(origin(url))
    if match is not None and match["scheme"] == "http" and not is_this_machine(match["host"].strip("[]")):
        raise ValueError("use https: tokens and keys are sent there or fetched from there")
    return url


def encrypted_url(url: str) -> str:
    """Like encrypted_origin, with a path if need be."""
    beginning = re.match(r"[^:/]*://[^/?#]*", url)
    encrypted_origin(url if beginning is None else beginning[0])
    if re.search(r"[\s?#]", url):
        raise ValueError("give a URL without blanks, query or fragment")
    return url


def database_url(url: str) -> str:
    """The URL of a Postgres: on this machine, or encrypted, and for a role under row-level security.

    libpq splits the URL, so that what is checked here is what it later connects to.
    """
    scheme, separator, _ = url.partition("://")
    if scheme not in POSTGRES_SCHEMES or not separator:
        hint = " (leave out what follows the +)" if scheme.partition("+")[0] in POSTGRES_SCHEMES else ""
        raise ValueError(f"the URL must begin with postgresql://{hint}")
    if re.search(r"\s", url):
        raise ValueError("the URL contains blanks; write them as %20")
    try:
        parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except ProgrammingError:
        raise ValueError("it is not a URL such as postgresql://user:password@host/database") from None
    hosts = [host for name in ("host", "hostaddr") if name in parts for host in parts[name].lower().split(",")]
    ports = parts["port"].split(",") if "port" in parts else []
    if not hosts or not all(hosts):
        raise ValueError("the URL names no host")
    if not all(map(_is_port, ports)) or any("@" in host for host in hosts):
        raise ValueError("its host or port is wrong; in a password, write @ as %40, / as %2F and the like")
    here = all(host.startswith("/") or is_this_machine(host) for host in hosts)
    if not here and parts.get("sslmode") not in ENCRYPTED:
        raise ValueError("add sslmode=require (or verify-full): what users say would travel unencrypted")
    role = parts.get("user", "").partition(".")[0]
    if role in ALL_POWERFUL_ROLES:
        raise ValueError(f"connect as slow_burn_api: row-level security does not hold for {role}")
    return url


def _is_port(text: str) -> bool:
    # In a list of hosts, one without a port has the default one.
    return text == "" or (text.isascii() and text.isdigit() and 0 < int(text) <= HIGHEST_PORT)


def _is_canonical(host: str) -> bool:
    """Whether browsers write this host the same way: they shorten addresses, and read a last number as part of one."""
    address = host.strip("[]")
    if address == host and not host.rpartition(".")[2].isdigit():
        return True
    try:
        return str(ip_address(address)) == address
    except ValueError:
        return False
