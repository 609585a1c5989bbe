"""Make untrusted text (names of files, names in letters) safe to print."""

from urllib.parse import parse_qsl, urlsplit

_SIGNATURES = frozenset(
    {"access_token", "api_key", "sig", "signature", "token", "x-amz-signature", "x-goog-signature"}
)
"""The names, in lower case, of an address's parameters that are as secret as a password."""


def printable(text: str) -> str:
    r"""Return the text with an escape such as \x1b for each unprintable character.

    Unprintable are controls (line ends, commands to a terminal), marks that change the direction of reading, and
    bytes of a file's name that are not text. Letters and signs of all languages stay.
    """
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )


def shortened(text: str, characters: int = 200) -> str:
    """Return a text for a message. If the text is longer than `characters`, return its beginning and "..."."""
    return text if len(text) <= characters else f"{text[:characters]}..."


def has_password(address: str) -> bool:
    """Return whether an address holds a password. If the address cannot be parsed and has an "@", it counts as an
    address with a password.
    """
    try:
        return ":" in urlsplit(address).netloc.rpartition("@")[0]
    except ValueError:  # such as "[" in a password
        return "@" in address


def secret_in(address: str) -> str | None:
    """Return the kind of secret that an address holds, in words for a message; None if it holds none.

    A secret must not come into a log or a release. The returned words do not repeat the secret.
    """
    if has_password(address):
        return "a password"
    names = (name for name, _ in parse_qsl(address.partition("?")[2]) if name.lower() in _SIGNATURES)
    signature = next(names, None)
    return None if signature is None else f"a signature ({signature}=...)"
