"""Keys, tokens and passwords are sent to the provider's own host over verified TLS or to loopback, and shown nowhere.

The canaries are made up. They are looked for as they are, percent-encoded and in Base64, in all that a command prints
under -vv and in every file that it leaves behind.
"""

import base64
import datetime as dt
import json
import logging
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from reconciler.emulator.http import serve
from reconciler.emulator.inprocess import adapter
from reconciler.emulator.server import Emulator
from reconciler.emulator.wire import Request, Response
from reconciler.errors import UsageError
from reconciler.providers.credentials import EMBEDDED, choose
from reconciler.providers.gemini import connect as connecting
from reconciler.providers.gemini.connect import AUDIENCE, SERVICE
from reconciler.providers.redaction import concealed, quotable
from reconciler.resource.workspace import Workspace
from tests.hostile.liar import MODEL, WORKSPACE, Ran, World, said
from tests.hostile.nested import changed

CANARY = "canary/k3y+of=no.one_0123456789~~secret"
"""A key that no pattern knows, with characters that change when they are encoded, in each alphabet of Base64 too."""
HOST = "generativelanguage.googleapis.com"


def forms(secret: str) -> set[str]:
    """The secret as it may show."""
    raw = secret.encode()
    encoded = {encode(raw).decode().rstrip("=") for encode in (base64.b64encode, base64.urlsafe_b64encode)}
    return {secret, quote(secret), quote(secret, safe=""), repr(secret)[1:-1], *encoded}


def exposed(ran: Ran, folder: Path, *secrets: str) -> list[str]:
    """Where a secret shows: in what was printed, or in a file."""
    places = {"stdout": ran.out.encode(), "stderr": ran.err.encode(errors="replace")}
    places |= {str(file): file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    wanted = [form.encode() for secret in secrets for form in forms(secret)]
    return [name for name, content in places.items() if any(form in content for form in wanted)]


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setenv("GEMINI_API_KEY", CANARY)
    return World(tmp_path, monkeypatch)


def echo_everywhere(text: str) -> dict[str, Any]:
    """An error that repeats a text wherever an error has room for one."""
    details = [
        {"reason": text, "metadata": {"consumer": text}},
        {"violations": [{"quotaMetric": text}], "fieldViolations": [{"field": text, "description": text}]},
    ]
    return {"error": {"message": f"bad key {text}.", "status": text, "details": details}}


@pytest.mark.parametrize("encoded", sorted(forms(CANARY)), ids=range(len(forms(CANARY))))
@pytest.mark.parametrize("status", [200, 400, 401, 403, 429, 500])
def test_a_key_that_the_service_echoes(world: World, tmp_path: Path, status: int, encoded: str) -> None:
    """In refusals, or (200) in what its models, operations and answers say."""

    def lie(request: Request, response: Response) -> Response:
        assert request.headers.get("x-goog-api-key") == CANARY
        if status != 200:
            return said(response, echo_everywhere(encoded), status=status)
        content = json.loads(response.body)
        for model in content.get("tunedModels", [content]):
            model.update(description=f"my key is {encoded}", displayName=encoded[:40], state=encoded)
        return said(response, {**content, "error": {"message": encoded}})

    world.run("apply", "--yes")
    world.emulator.lie = lie
    for arguments in (
        ("plan", "-vv", "--out", "plan.json"),
        ("plan", "-o", "json"),
        ("apply", "--yes", "-vv"),
        ("apply", "--yes", "-o", "json"),
        ("status",),
        ("export", "--all"),
        ("generate", "one", "1"),
    ):
        ran = world.run(*arguments)
        assert exposed(ran, tmp_path, CANARY) == [], arguments
        assert "this is a bug" not in ran.err, ran.err


@pytest.mark.parametrize("body", ["{} is no JSON", "<html>{}</html>", "\n" * 1990 + "{}", "x" * 1990 + "{}", '["{}"]'])
@pytest.mark.parametrize("status", [200, 302, 400, 502])
def test_a_key_in_an_answer_that_is_no_json(world: World, tmp_path: Path, status: int, body: str) -> None:
    """Also where a long answer is cut in the middle of it."""
    headers = {"Location": f"https://evil.example/{CANARY}", "Retry-After": CANARY}
    world.emulator.lie = lambda _request, _response: Response(status, headers, body.format(CANARY).encode())
    for arguments in (("plan", "-vv"), ("status", "-o", "json"), ("apply", "--yes")):
        ran = world.run(*arguments)
        assert ran.code == 1
        assert exposed(ran, tmp_path, CANARY, CANARY[:20]) == []


def test_the_record_of_the_emulator_has_no_credentials(tmp_path: Path) -> None:
    emulator = Emulator(tmp_path / "state.sqlite3", request_log=tmp_path / "log.jsonl")
    headers = {"X-Goog-Api-Key": CANARY, "Authorization": f"Bearer {CANARY}"}
    for query in (f"key={quote(CANARY)}", f"access_token={quote(CANARY)}", f"pageSize=5&key={quote(CANARY)}"):
        emulator.handle(Request("GET", f"/v1beta/tunedModels?{query}", headers))
    emulator.close()
    assert (tmp_path / "log.jsonl").read_text().count("\n") == 3
    assert exposed(Ran(0, repr(emulator.requests), ""), tmp_path, CANARY) == []


# Bugs.


@pytest.mark.parametrize("arguments", [("plan",), ("plan", "-vv"), ("plan", "-v", "-v"), ("apply", "--yes", "-vv")])
@pytest.mark.parametrize(
    "message",
    [
        f"headers were {{'x-goog-api-key': '{CANARY}'}}",
        f"token ya29.a0AfH6S-made-up-{CANARY}",
        "Authorization: Bearer made-up-canary-token",
        "https://me:made-up-canary@proxy.example/ ?key=made-up-canary",
        "-----BEGIN PRIVATE KEY-----\nmade-up-canary\n-----END PRIVATE KEY-----",
        "refresh 1//0made-up-canary",
        "eyJhbGciOi.made-up-canary.c2lnbmF0dXJl",
        "AIzaSyMade-up-canary",
    ],
)
def test_a_bug_shows_no_secret(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], message: str
) -> None:
    """A traceback helps to find it, and has neither local variables nor headers; messages are looked through."""

    def broken(*_: Any, **__: Any) -> None:
        headers = {"x-goog-api-key": CANARY}
        try:
            raise KeyError(message)  # noqa: TRY301  (one error from another, as in a traceback)
        except KeyError as error:
            raise RuntimeError(f"{message} \x1b[2J") from (error if headers else None)

    monkeypatch.setattr("reconciler.cli.planning.preview", broken)
    ran = world.run(*arguments)
    assert ran.code == 1
    assert "this is a bug in reconciler" in ran.err
    assert ("Traceback" in ran.err) == (arguments != ("plan",))
    assert exposed(ran, tmp_path, CANARY, "made-up-canary", "Made-up-canary") == []
    assert "\x1b" not in ran.err


def test_nothing_that_holds_a_key_shows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", CANARY)
    environ = {"GEMINI_API_KEY": CANARY, "HTTPS_PROXY": "http://u:canary-2@p"}
    provider = connecting.connect(Workspace("w", "o"), environ)
    http = provider._http
    for each in (provider, http, http._credentials, http._session, provider._service):
        assert "canary" not in f"{each!r} {each}"


@pytest.mark.parametrize("text", [CANARY, quote(CANARY, safe=""), base64.b64encode(CANARY.encode()).decode()])
def test_known_secrets_are_found_in_every_form(text: str) -> None:
    assert concealed(f"a {text} b", [CANARY]).startswith("a ***")
    assert text[:12] not in quotable(f"{'x' * 490} {text}", [CANARY])


# Endpoints.

ELSEWHERE = [
    f"https://{HOST}.evil.example",
    f"https://evil.example/{HOST}",
    f"https://evil.example?{HOST}",
    f"https://evil.example#{HOST}",
    f"https://{HOST}@evil.example",
    f"https://{HOST}:443@evil.example",
    f"https://{HOST}%40evil.example",
    f"https://{HOST}%00.evil.example",
    f"https://{HOST}\\@evil.example",
    f"https://evil.example\\{HOST}",
    f"https://{HOST}\n.evil.example",
    f"https://{HOST}:8443",
    f"https://{HOST}.",
    f"https://{HOST}:443",
    f"https:/{HOST}",
    f"https:{HOST}",
    f"//{HOST}",
    f"http://{HOST}",
    f"ftp://{HOST}",
    f"https://xn--{HOST}",
    "https://generativelanguage.googleapis.com\u3002evil.example",
    "https://generativelanguage\uff0egoogleapis.com",
    "https://generativelanguage.g\u043e\u043egleapis.com",
    "https://\u24d6enerativelanguage.googleapis.com",
    "https://generativelanguage-googleapis.com",
    "https://generativelanguagexgoogleapis.com",
    "https://aiplatform.googleapis.com",
    "https://127.0.0.1",
    "http://127.0.0.1.evil.example",
    "http://127.0.0.1.",
    "http://127.0.0.1@evil.example",
    "http://127.0.0.1:80@evil.example",
    "http://127.0.0.1:80:80",
    "http://127.0.0.1:",
    "http://127.0.0.1:x",
    "http://127.0.0.2",
    "http://127.1",
    "http://0.0.0.0",
    "http://0",
    "http://2130706433",
    "http://0x7f000001",
    "http://0177.0.0.1",
    "http://\u0661\u0662\u0667.0.0.1",
    "http://127.0.0.1:\u0661",
    "http://localhost@evil.example",
    "http://localhost.evil.example",
    "http://localhost.",
    "http://local\u017fhost",
    "http://LOCALHOST\u200b",
    "http://[::]",
    "http://[::1]evil.example",
    "http://[::1%25eth0]",
    "http://[::ffff:127.0.0.1]",
    "http://[::ffff:203.0.113.1]",
    "http://[0:0:0:0:0:0:0:1]",
    "http://::1",
    "http://emulator",
    "emulator.evil.example",
    "http://169.254.169.254",
    "file:///etc/passwd",
    "evil.example",
]


@pytest.mark.parametrize("endpoint", ELSEWHERE)
def test_credentials_go_nowhere_else(endpoint: str, world: World, tmp_path: Path) -> None:
    """Neither from the command line nor from a manifest; the sockets of this test are closed."""
    if endpoint != EMBEDDED:  # a name of our own, which neither of the two ways below can give
        with pytest.raises(UsageError, match="is not an endpoint"):
            choose(AUDIENCE, endpoint, {"GEMINI_API_KEY": CANARY})
    with pytest.raises(UsageError):
        choose(AUDIENCE, f"http://127.0.0.1:80{endpoint}", {"GEMINI_API_KEY": CANARY})
    typed = world.run("plan", "--endpoint", endpoint)
    assert typed.code == 64
    world.write("workspace.yaml", changed(WORKSPACE, ("spec", "endpoint"), endpoint))
    written = world.run("apply", "--yes")
    assert written.code == 1
    assert "spec.endpoint" in written.err
    assert world.emulator.requests == []
    for ran in (typed, written):
        assert exposed(ran, tmp_path, CANARY) == []


@pytest.mark.parametrize("endpoint", [SERVICE + "\n", "http://127.0.0.1:1\n", "emulator\n", " " + SERVICE])
def test_an_endpoint_has_no_blanks_around_it(endpoint: str) -> None:
    with pytest.raises(UsageError):
        choose(AUDIENCE, endpoint, {"GEMINI_API_KEY": CANARY})


@pytest.mark.parametrize(
    "endpoint",
    [
        f"https://{HOST}/v1beta?key={{}}",
        f"https://{HOST}/?alt=json&key={{}}",
        f"https://{{}}@{HOST}",
        f"https://me:{{}}@{HOST}",
        "http://me:{}@127.0.0.1:80",
    ],
)
def test_a_key_in_an_endpoint_is_not_repeated(
    endpoint: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = "another-canary-0123456789"
    where = endpoint.format(secret)
    assert exposed(world.run("plan", "--endpoint", where), tmp_path, secret) == []
    monkeypatch.setenv("RECONCILER_ENDPOINT", where)
    assert exposed(world.run("status", "-vv"), tmp_path, secret) == []
    monkeypatch.delenv("RECONCILER_ENDPOINT")
    world.write("workspace.yaml", changed(WORKSPACE, ("spec", "endpoint"), where))
    for command in (("plan",), ("validate",), ("validate", "-o", "json")):
        ran = world.run(*command)
        assert "spec.endpoint" in ran.out + ran.err
        (tmp_path / "manifests" / "workspace.yaml").write_text("")  # the secret is there, where the user wrote it
        assert exposed(ran, tmp_path, secret) == []
        world.write("workspace.yaml", changed(WORKSPACE, ("spec", "endpoint"), where))


# The network: TLS, redirects, proxies.


class Heard(NamedTuple):
    """A server that keeps the headers of every request it gets."""

    port: int
    headers: list[Mapping[str, str]]


@pytest.fixture
def listening() -> Iterator[Callable[..., Heard]]:
    """Start servers on loopback; each answers every request alike."""
    with ExitStack() as stack:

        def listen(
            status: int = 200, headers: Mapping[str, str] | None = None, context: ssl.SSLContext | None = None
        ) -> Heard:
            heard: list[Mapping[str, str]] = []

            class Handler(BaseHTTPRequestHandler):
                def answer(self) -> None:
                    heard.append(dict(self.headers.items()))
                    self.send_response(status, self.headers.get("Proxy-Authorization", "OK"))
                    for name, value in {**(headers or {}), "Content-Length": "2"}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(b"{}")

                do_GET = do_POST = do_CONNECT = do_DELETE = do_PATCH = answer  # noqa: N815  (http.server's names)

                def log_message(self, *_: Any) -> None:
                    pass

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            server.handle_error = lambda *_: None  # type: ignore[method-assign]  # a refused handshake is what is wanted
            if context:
                server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            return Heard(server.server_address[1], heard)

        yield listen


def certificate(folder: Path, name: str, days: int = 1) -> tuple[Path, Path]:
    """A certificate that signs itself, for a host, and its key; with negative days it has expired."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:60])])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=9))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certified, private = folder / f"{name[:20]}.pem", folder / f"{name[:20]}.key"
    certified.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return certified, private


@pytest.fixture
def on_the_service(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Use the service itself, whose name leads to a port of this machine; each request is sent once."""
    from urllib3.util import connection

    world.write("workspace.yaml", changed(WORKSPACE, ("spec", "endpoint"), SERVICE))
    monkeypatch.setattr("reconciler.providers.retry.TRIES", 1)

    def lead(port: int) -> None:
        dial = connection.create_connection
        monkeypatch.setattr(
            connection,
            "create_connection",
            lambda _address, *rest, **options: dial(("127.0.0.1", port), *rest, **options),
        )

    return lead


@pytest.mark.loopback
@pytest.mark.parametrize(
    ("name", "days", "trusted", "told"),
    [
        (HOST, 1, True, ""),
        (HOST, 1, False, "self"),
        ("evil.example", 1, True, "not valid for"),
        (f"{HOST}.evil.example", 1, True, "not valid for"),
        (HOST, -1, True, "expired"),
    ],
    ids=["good", "self-signed", "another's", "look-alike", "expired"],
)
def test_only_verified_tls(
    world: World,
    tmp_path: Path,
    listening: Callable[..., Heard],
    on_the_service: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    days: int,
    trusted: bool,  # noqa: FBT001  (a parameter of the table)
    told: str,
) -> None:
    """The first row shows that this test would see a key that is sent."""
    certified, private = certificate(tmp_path, name, days)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certified, private)
    server = listening(context=context)
    on_the_service(server.port)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certified))
    ran = world.run("plan", "-vv")
    if not told:
        assert {headers["x-goog-api-key"] for headers in server.headers} == {CANARY}
    else:
        assert ran.code == 1
        assert server.headers == []
        assert told in ran.err
    assert exposed(ran, tmp_path, CANARY) == []


@pytest.mark.loopback
def test_plain_text_where_tls_is_due(
    world: World, listening: Callable[..., Heard], on_the_service: Callable[[int], None]
) -> None:
    server = listening()
    on_the_service(server.port)
    assert world.run("plan", "-vv").code == 1
    assert server.headers == []


@pytest.mark.loopback
def test_a_key_in_an_answer_that_cannot_be_unpacked(
    world: World, tmp_path: Path, listening: Callable[..., Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("reconciler.providers.retry.TRIES", 1)
    server = listening(200, {"Content-Encoding": f"{CANARY}, gzip"})
    ran = world.run("plan", "-vv", "--endpoint", f"http://127.0.0.1:{server.port}")
    assert "gzip" in ran.err
    assert exposed(ran, tmp_path, CANARY) == []


@pytest.mark.loopback
def test_no_cookie_is_sent_back(world: World, listening: Callable[..., Heard]) -> None:
    server = listening(200, {"Set-Cookie": "seen=1"})
    world.run("plan", "--endpoint", f"http://127.0.0.1:{server.port}")
    assert len(server.headers) > 1
    assert all("Cookie" not in headers for headers in server.headers)


@pytest.mark.loopback
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(world: World, listening: Callable[..., Heard], status: int) -> None:
    """Not even to another port of this machine, and by no command that writes."""
    other = listening()
    first = listening(status, {"Location": f"http://127.0.0.1:{other.port}/v1beta/tunedModels?x={CANARY}"})
    for command in (("plan", "-vv"), ("apply", "--yes"), ("destroy", "--workspace", "acme")):
        ran = world.run(*command, "--endpoint", f"http://127.0.0.1:{first.port}")
        assert ran.code == 1
        assert "redirects to 127.0.0.1" in ran.err
        assert CANARY not in ran.err
    assert first.headers[0]["x-goog-api-key"] == CANARY
    assert other.headers == []


PASSWORD = "pr0xy-canary-p4ssw0rd"


@pytest.mark.loopback
@pytest.mark.usefixtures("on_the_service")
@pytest.mark.parametrize(
    "proxy",
    [
        f"http://me:{PASSWORD}@127.0.0.1:{{}}",
        f"http://me:{PASSWORD}@x@127.0.0.1:{{}}",
        f"http://me:{PASSWORD}@127.0.0.1:1",
        f"http://me:{PASSWORD}@127.0.0.1:nowhere",
        f"http://me:{PASSWORD}@127.0.0.1:99999",
        f"http://me:{PASSWORD}@[::1",
        f"http://me:{PASSWORD}@",
        f"me:{PASSWORD}@127.0.0.1:1",
        f"socks5://me:{PASSWORD}@127.0.0.1:1",
        f"nonsense://me:{PASSWORD}@127.0.0.1:1",
    ],
)
def test_the_password_of_a_proxy(
    world: World,
    tmp_path: Path,
    listening: Callable[..., Heard],
    monkeypatch: pytest.MonkeyPatch,
    proxy: str,
) -> None:
    """Of one that refuses and repeats it, of one that is not there, and of names that are none."""
    server = listening(407)
    monkeypatch.setenv("HTTPS_PROXY", proxy.format(server.port))
    ran = world.run("plan", "-vv")
    assert ran.code in (1, 64)
    assert "this is a bug" not in ran.err, ran.err
    basic = base64.b64encode(f"me:{PASSWORD}".encode()).decode()
    assert exposed(ran, tmp_path, PASSWORD, basic, CANARY) == []
    assert all("x-goog-api-key" not in headers for headers in server.headers)


@pytest.mark.loopback
def test_a_proxy_is_not_asked_for_loopback(
    world: World, listening: Callable[..., Heard], monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = listening()
    for variable in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.port}")
    served = serve(world.emulator)
    try:
        assert world.run("plan", "--endpoint", served.url).code == 0
    finally:
        served.close()
    assert proxy.headers == []


# Application Default Credentials.


class Google:
    """A token server, and the service that the tokens are for, both of this process; each repeats what it got."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.asked: list[str] = []
        self.token = "made-up-token-with-no-known-form-1"
        self.refuses = False
        monkeypatch.delenv("GEMINI_API_KEY")
        monkeypatch.setattr("google.auth.transport.requests.Request", lambda: self.refresh)
        monkeypatch.setattr("reconciler.providers.gemini.connect.open_session", lambda *_: self.session())
        world.write("workspace.yaml", changed(WORKSPACE, ("spec", "endpoint"), SERVICE))

    def refresh(self, url: str, method: str = "GET", body: bytes = b"", **_: Any) -> Any:
        """Give a token, or refuse and repeat the request."""
        assert method == "POST"
        self.asked.append(f"{url} {body.decode()}")
        refusal = {"error": "invalid_grant", "error_description": f"no: {body.decode()}"}
        granted = {"access_token": self.token, "expires_in": 3600, "token_type": "Bearer"}
        content = json.dumps(refusal if self.refuses else granted).encode()

        class Answer:
            status = 400 if self.refuses else 200
            headers: Mapping[str, str] = {}
            data = content

        return Answer()

    def session(self) -> requests.Session:
        """A session on which the emulator is the service."""
        session = requests.Session()
        session.trust_env = False
        session.mount(SERVICE, adapter(self.world.emulator, lambda _: None))
        return session


@pytest.fixture
def google(world: World, monkeypatch: pytest.MonkeyPatch) -> Google:
    return Google(world, monkeypatch)


@pytest.fixture(params=["a person", "a service account"])
def adc(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """A file of credentials of either kind, and the secrets in it."""
    file = tmp_path_factory.mktemp("adc") / "adc.json"
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    if request.param == "a person":
        secrets = ["refresh-canary-0123456789", "client-canary-0123456789"]
        content = {
            "type": "authorized_user",
            "client_id": "id",
            "refresh_token": secrets[0],
            "client_secret": secrets[1],
        }
    else:
        key = rsa.generate_private_key(65537, 2048)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()
        secrets = [private, private.splitlines()[1], private.splitlines()[7]]
        content = {
            "type": "service_account",
            "private_key": private,
            "private_key_id": "1",
            "client_email": "ci@project.iam.gserviceaccount.com",
            "client_id": "1",
            "token_uri": "https://oauth2.googleapis.com/token",
            "project_id": "project",
        }
    file.write_text(json.dumps(content))
    return secrets


COMMANDS = (("plan", "-vv", "--out", "plan.json"), ("apply", "--yes", "-vv"), ("status", "-o", "json", "-vv"))


def test_a_token_that_the_service_echoes(google: Google, adc: list[str], tmp_path: Path) -> None:
    def lie(request: Request, response: Response) -> Response:
        bearer = request.headers["authorization" if "authorization" in request.headers else "Authorization"]
        assert bearer == f"Bearer {google.token}"
        return said(response, echo_everywhere(bearer), status=400)

    world = google.world
    for lying in (False, True):
        if lying:
            world.emulator.lie = lie
        for arguments in COMMANDS:
            ran = world.run(*arguments)
            assert (ran.code != 0) is lying, ran.err
            assert "this is a bug" not in ran.err
            assert exposed(ran, tmp_path, google.token, *adc) == []
    assert google.asked


def test_a_token_server_that_refuses_and_repeats(google: Google, adc: list[str], tmp_path: Path) -> None:
    google.refuses = True
    for arguments in COMMANDS:
        ran = google.world.run(*arguments)
        assert ran.code == 1
        assert "no access token" in ran.err
        assertions = [asked.rpartition("assertion=")[2] for asked in google.asked if "assertion=" in asked]
        assert exposed(ran, tmp_path, *adc, *assertions) == []
    assert google.world.emulator.requests == []


@pytest.mark.parametrize(
    "content",
    [
        "{secret}",
        '{{"type": "{secret}"}}',
        '{{"type": "authorized_user", "refresh_token": "{secret}"}}',
        '{{"type": "service_account", "private_key": "{secret}", "client_email": "a@b", "token_uri": "https://x"}}',
        '{{"type": "service_account", "private_key": "-----BEGIN PRIVATE KEY-----\\n{secret}"}}',
        '{{"type": "external_account", "audience": "{secret}"}}',
        '["{secret}"]',
        "\x00{secret}",
    ],
)
def test_broken_credentials(
    google: Google, adc: list[str], tmp_path: Path, content: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence, and nothing of what is in the file."""
    assert adc
    file = tmp_path.parent / f"{tmp_path.name}-broken.json"
    file.write_text(content.format(secret=CANARY))
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(file))
    ran = google.world.run("plan", "-vv")
    assert ran.code == 1
    assert "this is a bug" not in ran.err, ran.err
    assert ran.err.count("\n") <= 2
    assert exposed(ran, tmp_path, CANARY) == []


def test_no_log_but_ours_is_written(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """What libraries log, such as URLs and headers, is not shown however often -v is given."""
    logging.getLogger("urllib3").warning("before %s", CANARY)
    ran = world.run("plan", "-vvv")
    assert CANARY not in ran.err
    assert all(record.name.startswith(("reconciler", "urllib3")) for record in caplog.records)
    assert MODEL["metadata"]["name"] in ran.out
