"""One failing test a finding: each says what ought to hold. `pytest --service vertex tests/rv/test_findings.py`."""
import re
from dataclasses import replace
import pytest
from reconciler.errors import ReconcilerError, Refused
from reconciler.plan.adoption import adopt, release
from reconciler.plan.policy import POLICIES
from reconciler.plan.planner import plan
from reconciler.plan.training import ownership
from reconciler.preview import located, preview
from reconciler.providers.vertex import fold
from reconciler.providers.vertex.codec import decode_job
from reconciler.providers.vertex.serving import decode_endpoint, decode_model
from reconciler.resource.address import Address
from reconciler.resource.lineage import rooted
from reconciler.resource.observed import State
from reconciler.run import Options
from tests.build import desired, observed, planned, told, wishes
from tests.providers.vertex.conftest import *
from tests.providers.vertex.test_observation import foreign, LINE
from tests.rv.test_more import Alter, answer
from tests.rv.test_vx import T, wipe_both
from tests.rv.test_e2e import family, go
from tests.test_families import CHILD, CHILD_2, PARENT_1, PARENT_2, TERMS, apply, writes, world as W
from tests.world import run as run_plan

def rows(p): return [(r.action.name, r.refused, r.address.name) for r in p.changes]

# 1
def test_1_a_parent_that_is_not_trained_anew_takes_no_child_with_it(world):
    go(world, family(world, **{"hyperparameters.epochCount": 20}))
    made = preview(family(world), world.anew(), T(world))
    assert rows(made) == [("NOOP", False, "c"), ("NOOP", False, "p")]

def test_1b_import_of_a_child(world):
    po = world.ready(world.desired("p"))
    world.emulator.put_object(BUCKET, "t.jsonl", LINE)
    j = world.raw("POST", f"{ROOT}/tuningJobs", {"tunedModelDisplayName": "by hand", "preTunedModel": {"tunedModelName": po.resources["model"]}, "supervisedTuningSpec": {"trainingDatasetUri": f"gs://{BUCKET}/t.jsonl"}})
    world.time += 36000
    P, C = rooted([world.desired("p"), replace(world.desired("c"), fields={"preTunedModel.address": "TunedModel/p"})])
    p = world.anew(); snap = p.observe()
    [o] = p.read([world.raw("GET", f"/v1/{j['name']}")["tunedModel"]["model"]])
    from reconciler.plan.adoption import marked
    made = plan([P, C], marked((*snap, o), adopt(C, o, (*snap, o), T(world), assume_data=True)), T(world))
    assert ("REPLACE", False, "c") not in rows(made)

# 2
def test_2_a_claim_without_a_job_is_not_ours_to_delete(world):
    d = world.desired(); o = world.ready(d)
    slow = world.connect(); world.connect().delete(o)
    done = []
    def alter(request, response):
        if response is None and request.method == "POST" and request.path_url.endswith("/tuningJobs") and not done:
            done.append(1); slow.delete(o)
            three = world.connect()
            assert not three.read([o.name])  # as every plan does before it creates
            try: three.create(o.name, d, ownership(d, "acme"), EXAMPLES)
            except Refused: pass
    two = world.connect(Alter(world, alter))
    assert not two.read([o.name])
    two.create(o.name, d, ownership(d, "acme"), EXAMPLES)
    assert [state for state in world.jobs() if state != "SUCCEEDED"] == ["PENDING"]

# 3
def test_3_what_a_job_made_may_show_late(world):
    d = world.desired(); world.create(d); world.time += 4_001
    assert world.jobs() == ["SUCCEEDED"]
    until = world.time + 5
    def alter(request, response):
        if response is None and request.method == "GET" and world.time < until and re.search(r"/(models|endpoints)(/|\?)", request.path_url):
            single = re.search(r"/(models|endpoints)/", request.path_url)
            return answer(request, 404 if single else 200, b'{"error":{"code":404}}' if single else b"{}")
    world.provider = world.connect(Alter(world, alter))
    for r in preview([d], world.provider, T(world)).changes:
        if r.action.name == "CREATE":
            try: world.provider.create(r.target, r.desired, r.ownership, EXAMPLES)
            except Refused: pass
    assert len(world.jobs()) == 1

# 4
def test_4_a_parent_stays_while_an_unselected_child_trains_from_it():
    here = W(observed(PARENT_1), observed(CHILD, State.TRAINING))
    made = preview([PARENT_2, CHILD_2], here, replace(TERMS, selected=frozenset([PARENT_1.address])))
    run_plan(here, made, Options(parallelism=1))
    assert writes(here) == ["create p2"]

# 5
def test_5_protected_and_undeployed(world):
    from reconciler.resource.manifest import Lifecycle
    d = replace(world.desired(), lifecycle=Lifecycle(protect=True)); o = world.ready(d)
    e = world.raw("GET", f"/v1/{o.resources['endpoint']}")
    for each in e["deployedModels"]: world.raw("POST", f"/v1/{o.resources['endpoint']}:undeployModel", {"deployedModelId": each["id"]})
    want = replace(d, fields={**d.fields, "hyperparameters.epochCount": 7})
    [r] = preview([want], world.anew(), T(world)).changes
    print(r.action.name, r.reasons, [x.name for x in r.supersedes])
    assert r.refused

def test_5b_kept_for_a_rollback_and_undeployed():
    v1 = replace(observed(desired("p", keep_superseded=1)), state=State.UNKNOWN, trouble="its Model is not deployed on its Endpoint")
    v2 = desired("p", data="two", keep_superseded=1)
    assert "DELETE p SUPERSEDED" not in told(preview([v2], W(v1, observed(v2)), TERMS))

# 6
def test_6_all_labels_wiped_and_a_default_written_out(world):
    d = world.desired(); o = world.ready(d); wipe_both(world, o)
    made = preview([world.desired(**{"hyperparameters.epochCount": 5})], world.anew(), T(world))
    assert [r.action.name for r in made.changes if not r.refused and r.action.name == "CREATE"] == []

# 7
def test_7_what_it_was_trained_on_is_what_the_job_says(world):
    d = world.desired(); o = world.ready(d)
    other = world.desired(examples=EXAMPLES[:-1])
    labels = world.raw("GET", f"/v1/{o.resources['model']}")["labels"]
    world.label(o.resources["model"], {**labels, "reconciler-data": "1-" + other.dataset.digest[2:42]})
    [r] = preview([other], world.anew(), T(world)).changes
    assert r.action.name == "REPLACE" or r.refused

# 8
def test_8_create_only_with_a_parent_that_would_be_replaced():
    here = W(observed(PARENT_1))
    made = POLICIES["create-only"](preview([PARENT_2, CHILD_2], here, TERMS))
    assert [r.refused for r in made.changes if r.address == CHILD.address] == [True]

@pytest.mark.parametrize("policy", ["upsert-only", "create-only"])
def test_8b_what_the_policy_ignores_is_not_done(policy):
    twin = replace(observed(PARENT_1, State.TRAINING), name="jobs/2", twin=True)
    here = W(observed(PARENT_1), twin)
    run_plan(here, POLICIES[policy](preview([PARENT_1], here, TERMS)), Options(parallelism=1))
    assert here.writes == []

# 9
@pytest.mark.parametrize("change", [{"location": "europe-west4"}, {"project": "other-project"}])
def test_9_one_bucket_for_two_places(world, change):
    from tests.rv.test_vx import other_region
    d = world.desired(); world.create(d); before = world.claims()
    other_region(world, change.get("location", LOCATION), change.get("project", PROJECT)).create(world.name(d), d, ownership(d, "acme"), EXAMPLES)

# 10
def test_10_import_beside_the_record_of_a_failure(make_world):
    world = make_world(outcomes={"numbers": "JOB_STATE_FAILED"})
    d = world.desired(); world.create(d); world.time += 36000
    job = foreign(world); p = world.anew(); snap = p.observe()
    [o] = p.read([job["tunedModel"]["model"]])
    adopt(d, o, (*snap, o), T(world), assume_data=True)

def test_10b_forget_beside_the_record_of_a_failure(world):
    d = world.desired(); world.ready(d)
    op = world.create(world.desired(**{"hyperparameters.epochCount": 7}))
    world.raw("POST", f"/v1/{op.observed.resources['job']}:cancel", {}); world.time += 3600
    p = world.anew()
    for r in release(d.address, p.observe(), T(world)).changes: p.update(r.observed, {}, None)

# 11
def test_11_a_model_that_its_job_names_without_an_endpoint_is_shown(world):
    o = world.ready(world.desired())
    j = world.raw("GET", f"/v1/{o.resources['job']}"); m = decode_model(world.raw("GET", f"/v1/{o.resources['model']}"))
    j["tunedModel"].pop("endpoint")
    snap = fold.fold([decode_job(j)], {m.reference.path: m}, {})
    assert not plan([], snap, T(world)).empty

def test_11b_what_a_cancelled_job_left_is_shown(world):
    o = world.ready(world.desired())
    j = world.raw("GET", f"/v1/{o.resources['job']}"); m = decode_model(world.raw("GET", f"/v1/{o.resources['model']}"))
    e = decode_endpoint(world.raw("GET", f"/v1/{o.resources['endpoint']}"))
    j["state"] = "JOB_STATE_CANCELLED"
    snap = fold.fold([decode_job(j)], {m.reference.path: m}, {e.reference.path: e})
    assert not plan([], snap, T(world)).empty

# 12
def test_12_a_cancel_that_was_refused_is_told(world):
    from types import SimpleNamespace
    from reconciler.apply import _stop
    from reconciler.plan.leftover import duplicate
    d = world.desired(); o = world.look(world.create(d).model)
    def alter(request, response):
        if response is None and request.path_url.endswith(":cancel"):
            return answer(request, 403, b'{"error":{"code":403,"status":"PERMISSION_DENIED","message":"no"}}')
    with pytest.raises(ReconcilerError):
        _stop(SimpleNamespace(provider=world.connect(Alter(world, alter))), duplicate(d.address, o))

# 13
def test_13_what_is_written_later_is_part_of_the_plan():
    t = replace(observed(desired("a"), State.TRAINING), fields={k: v for k, v in observed(desired("a")).fields.items() if k != "description"})
    assert planned(desired("a"), t).digest != planned(desired("a", description="nobody has read this"), t).digest

# 14
def test_14_odd_session(world):
    from reconciler.providers.storage.codec import Place
    from reconciler.providers.storage.uploads import upload
    import io
    def alter(request, response):
        if response is not None and "uploadType=resumable" in request.path_url: response.headers["Location"] = "https://[bad/upload/x"
    size = 9 * 1024 * 1024
    with pytest.raises(ReconcilerError):
        upload(world.connect(Alter(world, alter))._objects.http, Place(BUCKET, "x"), io.BytesIO(b"a" * size), size, "", "application/jsonl")

def test_14b_odd_time():
    from reconciler.providers.vertex.claims import time_of as _time
    assert _time("0001-01-01T00:00:00+14:00") is None

def test_14c_no_checksum():
    from reconciler.errors import RemoteError
    from reconciler.providers.storage.codec import decode
    with pytest.raises(RemoteError):
        decode({"size": "10", "generation": "1"}).stored

def test_14d_page_token_of_another_type():
    from reconciler.errors import RemoteError
    from reconciler.providers.protojson import next_page
    with pytest.raises(RemoteError):
        next_page({"nextPageToken": 5})

def test_14e_an_upload_that_goes_back_and_forth_ends(world):
    from reconciler.providers.storage.codec import Place
    from reconciler.providers.storage.uploads import upload
    import io
    n = [0]
    def alter(request, response):
        if response is None and request.method == "PUT":
            n[0] += 1
            assert n[0] < 500, "500 requests and no end"
            return answer(request, 308, b"", {"Range": "bytes=0-8388607"} if n[0] % 2 else {})
    size = 17 * 1024 * 1024
    with pytest.raises(ReconcilerError):
        upload(world.connect(Alter(world, alter))._objects.http, Place(BUCKET, "x"), io.BytesIO(b"a" * size), size, "", "application/jsonl")
