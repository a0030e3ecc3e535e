from dataclasses import replace
import re
import pytest, requests
from reconciler.errors import *
from reconciler.providers.vertex.labels import decode
from reconciler.resource.observed import State, Mark
from reconciler.resource.dataset import Example
from reconciler.plan.training import ownership
from tests.providers.vertex.conftest import *
from tests.rv.test_vx import show, T, told
from tests.build import desired, observed, terms, row
from tests.build import told as t2
from tests.test_families import world as W, TERMS as TT
from reconciler.preview import preview
from requests.adapters import BaseAdapter

def test_label_number():
    print(decode({"reconciler-id":"x","reconciler-owner":"acme","reconciler-name":"n","reconciler-declared":"m1e99"}, "x"))

def test_keep_superseded_undeployed():
    v1 = replace(observed(desired("p", keep_superseded=1)), state=State.UNKNOWN, trouble="its Model is not deployed on its Endpoint")
    v2 = desired("p", data="two", keep_superseded=1)
    print(t2(preview([v2], W(v1, observed(v2)), TT)))
    print(t2(preview([v2], W(observed(desired("p", keep_superseded=1)), observed(v2)), TT)))

class Alter(BaseAdapter):
    """Answers altered."""
    def __init__(self, world, alter):
        super().__init__(); self.inner = adapter(world.emulator, world.sleep); self.alter = alter
    def send(self, request, *a, **k):
        early = self.alter(request, None)
        if early is not None: return early
        r = self.inner.send(request)
        self.alter(request, r)
        return r
    def close(self): pass

def answer(request, status, body, headers=None):
    r = requests.Response(); r.status_code = status; r._content = body; r.headers.update(headers or {"Content-Type":"application/json"}); r.request = request; r.url = request.url
    import io; r.raw = io.BytesIO(body); 
    return r

def test_seen_too_early(world):
    """The job has succeeded; what it made does not show yet, neither in lists nor by name, for a moment."""
    d = world.desired()
    world.create(d)
    world.time += 36_000
    until = world.time + 5
    def alter(request, response):
        if response is None and request.method == "GET" and re.search(r"/(models|endpoints)(/|\?|$)", request.path_url) and world.time < until:
            if re.search(r"/(models|endpoints)/", request.path_url):
                return answer(request, 404, b'{"error":{"code":404,"status":"NOT_FOUND","message":"not found"}}')
            return answer(request, 200, b"{}")
    world.provider = world.connect(Alter(world, alter))
    made = preview([d], world.provider, T(world))
    print(told(made))
    [r] = made.changes
    op = world.provider.create(r.target, r.desired, r.ownership, EXAMPLES)
    print(op.name, world.jobs())

def test_location_odd(world):
    from reconciler.providers.storage.uploads import upload
    from reconciler.providers.storage.codec import Place
    import io
    def alter(request, response):
        if response is not None and "uploadType=resumable" in request.path_url:
            response.headers["Location"] = "https://[bad/upload/x"
    p = world.connect(Alter(world, alter))
    size = 9*1024*1024
    upload(p._objects.http, Place(BUCKET, "x"), io.BytesIO(b"a"*size), size, "", "application/jsonl")

def test_claim_time_odd(world):
    from reconciler.providers.vertex.claims import _time
    _time("0001-01-01T00:00:00+14:00")

def test_claim_time_odd2(world):
    d = world.desired(); world.create(d)
    def alter(request, response):
        if response is not None and response.ok and b'"updated"' in response.content and "claims" in request.path_url + str(response.content):
            response._content = re.sub(rb'"updated": ?"[^"]*"', b'"updated":"9999-12-31T23:59:59Z"', response.content)
            import io; response.raw = io.BytesIO(response._content); response._content_consumed=False; response._content=False
    p = world.connect(Alter(world, alter))
    p.create(world.name(d), d, ownership(d, "acme"), EXAMPLES)

def test_cancel_refused(world):
    d = world.desired(); op = world.create(d)
    o = world.look(op.model)
    world.fault("job-cancel*:403") if False else None
    def alter(request, response):
        if response is None and request.path_url.endswith(":cancel"):
            return answer(request, 403, b'{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no"}}')
    p = world.connect(Alter(world, alter))
    from reconciler.apply import _stop
    from types import SimpleNamespace
    from reconciler.plan.leftover import duplicate
    print(_stop(SimpleNamespace(provider=p), duplicate(d.address, o)))

def test_dates():
    import email.utils, random
    bad = set()
    rnd = random.Random(1)
    for _ in range(200000):
        s = "".join(rnd.choice("0123456789 ,:-+GMTJanMon./") for _ in range(rnd.randint(0, 30)))
        try: email.utils.parsedate_to_datetime(s).timestamp()
        except (ValueError, OverflowError): pass
        except Exception as e: bad.add((type(e).__name__, s))
    print(list(bad)[:5], len(bad))
