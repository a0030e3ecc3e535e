"""Foreign text made fit for a message: short, on one line, without keys, tokens and passwords.

A server may repeat what it was sent, and so may a library in its errors. Secrets that are known are taken out in every
encoding in which they travel; those that are not, by the form that Google gives them.
"""

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

QUOTED = 500
"""Characters of a server's text that a message shows."""

_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]+")
_SECRET = re.compile(
    r"AIza[\w-]{10,}|ya29\.[\w.-]+|(?<!\w)1//[\w-]{10,}|eyJ[\w-]+\.[\w-]+\.[\w-]+|(?<=bearer )[^\s'\"]+"
    r"|(?<=basic )[^\s'\"]+|(?<=://)[^/\s]+(?=@)|(?<=[?&]key=)[^&\s'\"]+|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*",
    re.IGNORECASE,
)
"""Keys and tokens as Google makes them; passwords and keys in URLs; what follows the header of a PEM key."""

SHORTEST = 8
"""Characters. What is shorter is not sought in whole answers: no key is, and words of the protocol are."""


def quotable(text: str, secrets: Sequence[str] = ()) -> str:
    """Make a remote text fit for a message: one line, at most 500 characters, no control characters, no secrets."""
    text = concealed(text, secrets)
    text = concealed(_UNSEEN.sub(" ", text[: 4 * QUOTED])).strip()
    return text if len(text) <= QUOTED else text[: QUOTED - 1] + "…"


def concealed(text: str, secrets: Sequence[str] = ()) -> str:
    """Replace these secrets, also encoded as URLs and headers have them, and whatever has the form of one."""
    for form in _forms(filter(None, secrets)):
        text = text.replace(form, "***")
    return _SECRET.sub("***", text)


def blanked(body: bytes, secrets: Sequence[str]) -> bytes:
    """Replace these secrets, in the same encodings, in a whole answer before it is parsed."""
    for form in _forms(secret for secret in secrets if len(secret) >= SHORTEST):
        body = body.replace(form.encode(), b"***")
    return body


def _forms(secrets: Iterable[str]) -> Iterator[str]:
    """Secrets as they may come back: as they are, percent-encoded, and in both alphabets of Base64."""
    for secret in secrets:
        yield from {secret, quote(secret), quote(secret, safe="")}
        raw = secret.encode(errors="replace")
        yield from {encode(raw).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
