from tests.rv.test_more import *
from reconciler.plan.adoption import adopt, release, marked
from reconciler.plan.planner import plan
from reconciler.resource.lineage import rooted
from tests.providers.vertex.test_observation import foreign

def test_import_beside_failed_record(make_world):
    world = make_world(outcomes={"numbers": "JOB_STATE_FAILED"})
    d = world.desired(); world.create(d); world.time += 36000
    job = foreign(world)
    p = world.anew()
    snap = p.observe(); print([(s.name, s.state, s.erasable) for s in snap])
    [o] = p.read([job["tunedModel"]["model"]])
    try: print(adopt(d, o, (*snap, o), T(world), assume_data=True))
    except Refused as e: print("IMPORT", e.reason, e.message, "|", e.advice)
    rel = release(d.address, snap, T(world))
    for r in rel.changes:
        try: p.update(r.observed, {}, None); print("ok")
        except Refused as e: print("FORGET", e.reason, e.message, "|", e.advice)

def test_forget_with_failed_record(make_world):
    world = make_world(outcomes={})
    d = world.desired(); world.ready(d)
    world.emulator = world.emulator
    d2 = world.desired(**{"hyperparameters.epochCount": 7})
    op = world.create(d2)
    job = op.name if "tuningJobs" in op.name else op.observed.resources["job"]
    world.raw("POST", f"/v1/{job}:cancel", {}); world.time += 3600
    p = world.anew(); snap = p.observe()
    print([(s.name, s.state.name, s.erasable) for s in snap])
    for r in release(d.address, snap, T(world)).changes:
        try: p.update(r.observed, {}, None); print("stripped", r.target)
        except Refused as e: print("FORGET", r.target, e.reason, e.message, "|", e.advice)

def test_import_child(world):
    p0 = world.desired("p"); po = world.ready(p0)
    world.emulator.put_object(BUCKET, "t.jsonl", b'{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}]}\n')
    j = world.raw("POST", f"{ROOT}/tuningJobs", {"tunedModelDisplayName": "by hand", "preTunedModel": {"tunedModelName": po.resources["model"]}, "supervisedTuningSpec": {"trainingDatasetUri": f"gs://{BUCKET}/t.jsonl"}})
    world.time += 36000
    j = world.raw("GET", f"/v1/{j['name']}")
    c = replace(world.desired("c"), fields={"preTunedModel.address": "TunedModel/p"})
    P, C = rooted([p0, c])
    pr = world.anew(); snap = pr.observe(); [o] = pr.read([j["tunedModel"]["model"]])
    print(o.fields)
    a = adopt(C, o, (*snap, o), T(world), assume_data=True)
    print(told(plan([P, C], marked((*snap, o), a), T(world))))
