from dataclasses import replace
import json
import pytest
import requests
from reconciler.plan.terms import Terms, Facts
from reconciler.plan.plan import Context, Wishes
from reconciler.plan.training import ownership
from reconciler.preview import preview
from reconciler.errors import *
from reconciler.providers.vertex.connect import connect
from reconciler.providers.vertex.labels import encode, decode
from reconciler.providers.credentials import EMBEDDED
from reconciler.resource.observed import State, Mark
from reconciler.resource.address import Address
from reconciler.emulator.inprocess import adapter
from tests.providers.vertex.conftest import *
from tests.providers.vertex.conftest import World

def T(world, **k):
    c = Context("acme", "acme", "vertex", "v1", "emulator", PROJECT, location=LOCATION)
    return Terms(c, world.provider.capabilities, world.provider.naming, **k)

def told(made):
    return [(r.action.name, ("!" if r.refused else "") , str(r.address), r.target, [x.value for x in r.reasons], r.intended.name if r.intended else "", r.detail[:110]) for r in made.changes]

def show(world, wants, **k):
    world.anew()
    made = preview(wants, world.provider, T(world, **k))
    print("EMPTY" if made.empty else "", *told(made), sep="\n   ")
    return made

def ep(world, obs):
    return obs.resources["endpoint"], obs.resources["model"]

def wipe_both(world, obs):
    e, m = ep(world, obs)
    world.label(m, {})
    world.raw("PATCH", f"/v1/{e}?updateMask=labels", {"labels": {}})

def test_wiped_both(world):
    d = world.desired()
    o = world.ready(d)
    wipe_both(world, o)
    print("same manifest:"); show(world, [d])
    d2 = world.desired(**{"hyperparameters.epochCount": 5})
    print("epochCount written out:"); show(world, [d2])
    print("undeclared:"); show(world, [])

def test_wiped_model_only(world):
    d = world.desired(); o = world.ready(d)
    world.label(o.resources["model"], {})
    d2 = world.desired(**{"hyperparameters.epochCount": 5})
    print("epochCount written out:"); show(world, [d2])

def test_data_label_edited(world):
    d = world.desired(); o = world.ready(d)
    from reconciler.resource.dataset import Example
    other = world.desired(examples=EXAMPLES[:-1])
    m = world.raw("GET", f"/v1/{o.resources['model']}")
    lab = {**m["labels"], "reconciler-data": encode(ownership(other, "acme"), "x")["reconciler-data"]}
    world.label(o.resources["model"], lab)
    print("data changed to what the label says:"); show(world, [other])
    print("manifest as trained"); show(world, [d])

def test_owner_label_edited(world):
    d = world.desired(); o = world.ready(d)
    m = world.raw("GET", f"/v1/{o.resources['model']}")
    world.label(o.resources["model"], {**m["labels"], "reconciler-owner": "other"})
    show(world, [d])
    show(world, [world.desired(**{"hyperparameters.epochCount": 5})])

def other_region(world, location="europe-west4", project=PROJECT):
    session = requests.Session()
    session.mount(EMBEDDED, adapter(world.emulator, world.sleep))
    ws = replace(world.workspace(), location=location, project=project)
    return connect(ws, {}, session=session, sleep=world.sleep, clock=lambda: world.time, chance=lambda: 0.5)

@pytest.mark.parametrize("loc,proj", [("europe-west4", PROJECT), (LOCATION, "other-project")])
def test_two_regions(world, loc, proj):
    d = world.desired()
    world.create(d)
    print(world.claims())
    t0 = world.time
    p = other_region(world, loc, proj)
    try:
        op = p.create(world.name(d), d, ownership(d, "acme"), EXAMPLES)
        print(op.name)
    except Refused as e:
        print("REFUSED after", world.time - t0, "s:", e.reason, e.message, e.advice)
    world.time += 700
    p = other_region(world, loc, proj)
    op = p.create(world.name(d), d, ownership(d, "acme"), EXAMPLES)
    print(op.name, world.claims())

def test_free_takes_young_claim(world):
    d = world.desired(); o = world.ready(d)
    # run 1 deletes; run 2 has seen it gone and announced its training; not POSTed yet
    one = world.connect()
    two = world.connect()
    wire1 = one._service.http._session.adapters
    from reconciler.providers.vertex.claims import Claims
    # delete everything but the claim, the last two requests
    job = one._service.job(one._observation.these([o.name])[0] and __import__("reconciler.providers.vertex.reference", fromlist=["parse"]).parse(o.resources["job"], "tuningJobs"))
    place = two._creation._claims.place(ownership(d, "acme"), o.name)
    held = two._creation._claims.held(place)
    print("before", held)
    mine, _ = two._creation._claims.take(place, held.generation)
    print("run 2 took", mine)
    one.delete(o)
    print("after delete by run 1:", world.claims())

def test_crc_missing(world):
    from reconciler.providers.storage.codec import decode as dec
    from reconciler.resource.dataset import stored_digest
    a = dec({"size": "10", "generation": "1"}).stored
    b = dec({"size": "10", "generation": "2"}).stored
    print(a, b, stored_digest(a) == stored_digest(b))

def test_nothing_named(world):
    from reconciler.providers.vertex import fold
    from reconciler.providers.vertex.codec import decode_job
    from reconciler.providers.vertex.serving import decode_model
    d = world.desired(); o = world.ready(d)
    j = world.raw("GET", f"/v1/{o.resources['job']}")
    m = world.raw("GET", f"/v1/{o.resources['model']}")
    j["tunedModel"].pop("endpoint")
    job, model = decode_job(j), decode_model(m)
    snap = fold.fold([job], {model.reference.path: model}, {})
    print(snap)
    from reconciler.plan.planner import plan
    made = plan([], snap, T(world)); print("undeclared:", made.empty, told(made))
    made = plan([d], snap, T(world)); print("declared:", made.empty, told(made))
    j = world.raw("GET", f"/v1/{o.resources['job']}")
    e = world.raw("GET", f"/v1/{o.resources['endpoint']}")
    from reconciler.providers.vertex.serving import decode_endpoint
    j["state"] = "JOB_STATE_CANCELLED"
    job, end = decode_job(j), decode_endpoint(e)
    snap = fold.fold([job], {model.reference.path: model}, {end.reference.path: end})
    print([ (s.state, s.erasable, s.resources) for s in snap])
    made = plan([], snap, T(world)); print("cancelled job with model, undeclared:", made.empty, told(made))
    from reconciler.providers.vertex import registry
    print(list(registry.strays([model],[job])))

def test_stale_gets(world):
    d = world.desired(); o = world.ready(d)
    world.anew()
    world.fault("model-get*:404") if False else None

def test_rename_then_wipe(world):
    d = world.desired("old-name"); o = world.ready(d)
    n = replace(d, address=Address("new-name"))
    world.anew()
    made = show(world, [n])
    r = [r for r in made.changes][0]
    world.provider.update(r.observed, {}, r.ownership)
    show(world, [n])
    world.label(o.resources["model"], {})
    show(world, [n])
