"""The service's own hosts on this machine, behind a proxy that ends TLS for them: the API's, and the tokens' issuer.

A client that trusts our certificate authority and uses our proxy speaks to the real names over TLS, as it would with
Application Default Credentials; whoever asks the proxy for any other host is remembered.
"""

import json
import secrets
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response
from tests.faults.server import Gone, Server, _requests, head, whole
from tests.faults.service import service
from tests.zygote import Time

ISSUER = "oauth2.googleapis.com"
LIFE = 3600.0
"""Seconds for which a token is good."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Files: the certificate authority to trust, and the key and certificate of all hosts."""

    authority: Path
    server: Path


def papers(folder: Path) -> Papers:
    """Make an authority that lasts for a century, as the time of a test may be any."""
    key = ec.generate_private_key(ec.SECP256R1())
    hosts = [x509.DNSName(host) for host in (*service().hosts, ISSUER)]
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Made up for a test")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2000, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2099, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName(hosts), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    authority, server = folder / "authority.pem", folder / "server.pem"
    public = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    authority.write_bytes(public)
    server.write_bytes(private + public)
    return Papers(authority, server)


class Gate(Server):
    """The proxy, and the hosts behind it.

    `issued` are the tokens and when they run out; those `withdrawn` are no good any more; `revoked`: the login is none
    any more; `unissued` is how often the issuer will fail. `strangers` are other hosts that were asked for; `refusals`
    requests without a good token. What was sent to the issuer is said back by it; the service says tokens back from the
    request on that is number `echoing` of those `served`.
    """

    def __init__(self, emulator: Emulator, clock: Time, made: Papers) -> None:
        super().__init__(emulator, clock)
        self.issued: dict[str, float] = {}
        self.withdrawn: set[str] = set()
        self.revoked = False
        self.unissued = 0
        self.strangers: list[str] = []
        self.refusals = 0
        self.served = self.echoing = 0
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(made.server)

    def _converse(self, connection: socket.socket) -> None:
        """Be the proxy, then the host that was asked for."""
        with connection:
            line = _line(connection)
            host, _, _ = line.removeprefix("CONNECT ").partition(":443 ")
            if host not in (*service().hosts, ISSUER):
                self.strangers.append(line)
                return
            connection.sendall(head(200, {}))
            with self._context.wrap_socket(connection, server_side=True) as secure, secure.makefile("rb") as stream:
                try:
                    for request in _requests(stream):
                        self._answer(secure, host, request)
                except (Gone, OSError):
                    return

    def _answer(self, connection: ssl.SSLSocket, host: str, request: Request) -> None:
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        if host == ISSUER:
            connection.sendall(whole(self._issue(request.body.decode())))
        elif self._good(token):
            self.served += 1
            if 0 < self.echoing <= self.served:
                connection.sendall(whole(_echo(token, self.served)))
            else:
                self._serve(connection, request)
        else:
            self.refusals += 1
            error = {"code": 401, "message": "Token expired or revoked.", "status": "UNAUTHENTICATED"}
            connection.sendall(whole(_said(401, {"error": error})))

    def _good(self, token: str) -> bool:
        return token not in self.withdrawn and self.issued.get(token, 0) > self._clock.now()

    def _issue(self, asked: str) -> Response:
        """Issue a token, unless the login was revoked, or the issuer is down."""
        if self.unissued:
            self.unissued -= 1
            return _said(503, {"error": "temporarily_unavailable", "error_description": asked})
        if self.revoked:
            return _said(400, {"error": "invalid_grant", "error_description": f"Revoked: {asked}"})
        token = f"canary-{secrets.token_hex(16)}"
        self.issued[token] = self._clock.now() + LIFE
        return _said(200, {"access_token": token, "expires_in": int(LIFE), "token_type": "Bearer"})


def _echo(token: str, number: int) -> Response:
    """Say a token back, in one way or another."""
    if number % 4 == 0:
        return Response(200, {"Content-Type": "text/html"}, f"<p>Your token: {token}</p>".encode())
    status = (400, 403, 500)[number % 3]
    return _said(status, {"error": {"code": status, "message": f"Bearer {token}", "status": token}})


def _said(status: int, content: object) -> Response:
    return Response(status, {"Content-Type": "application/json"}, json.dumps(content).encode())


def _line(connection: socket.socket) -> str:
    """Read the head of a request byte by byte, so that what follows is left to TLS; give its first line."""
    data = b""
    while not data.endswith(b"\r\n\r\n") and (byte := connection.recv(1)):
        data += byte
    return data.partition(b"\r\n")[0].decode()
