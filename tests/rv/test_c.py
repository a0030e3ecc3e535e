from dataclasses import replace
import json, re, io
import pytest, requests
from reconciler.errors import *
from reconciler.resource.observed import State, Mark
from reconciler.resource.dataset import Example, Stored, Locator, Dataset
from reconciler.plan.training import ownership
from reconciler.plan.guards import *
from tests.providers.vertex.conftest import *
from tests.rv.test_vx import show, T, told
from tests.rv.test_more import Alter, answer
from reconciler.preview import preview

def run_deletion_with_new_default(world): pass

def test_version_default_deleted(world):
    """Somebody tunes our Model on, as a new version of it; then ours is to go."""
    d = world.desired(); o = world.ready(d)
    m = o.resources["model"]
    world.emulator.put_object(BUCKET, "t.jsonl", b'{"contents":[{"role":"user","parts":[{"text":"a"}]},{"role":"model","parts":[{"text":"b"}]}]}\n')
    j = world.raw("POST", f"{ROOT}/tuningJobs", {"preTunedModel": {"tunedModelName": m}, "supervisedTuningSpec": {"trainingDatasetUri": f"gs://{BUCKET}/t.jsonl"}})
    world.time += 36000
    print(world.raw("GET", f"/v1/{j['name']}")["tunedModel"], m)
    print("declared"); show(world, [d]); 
    print("undeclared"); show(world, [])
    world.anew().delete(world.look(o.name))
    print(world.listed("models"), len(world.listed("endpoints")))

def test_crc_change(world):
    """An object that the service shows without checksum: other bytes of the same size."""
    def strip(request, response):
        if response is not None and request.method == "GET" and "src.jsonl" in request.path_url:
            body = {k: v for k, v in response.json().items() if k not in ("crc32c", "md5Hash")}
            response.raw = io.BytesIO(json.dumps(body).encode()); response._content = False; response._content_consumed = False
    line = '{"contents":[{"role":"user","parts":[{"text":"%s"}]},{"role":"model","parts":[{"text":"b"}]}]}\n'
    world.emulator.put_object(BUCKET, "src.jsonl", (line % "a").encode())
    d = replace(world.desired(), dataset=Dataset("", 0,0,0,0, Locator(f"gs://{BUCKET}/src.jsonl", "contents", "", "")))
    p = world.connect(Alter(world, strip))
    from reconciler.preview import located
    (one,) = located([d], p)
    world.emulator.put_object(BUCKET, "src.jsonl", (line % "z").encode())
    (two,) = located([d], p)
    print(one.dataset.digest == two.dataset.digest, one.dataset.digest[:20])
    try:
        p.create(world.name(one), one, ownership(one, "acme"), ())
    except Exception as e: print(type(e), e)
    print(world.jobs())

def test_upload_forever(world):
    from reconciler.providers.storage.uploads import upload
    from reconciler.providers.storage.codec import Place
    n = [0]
    def alter(request, response):
        if response is None and request.method == "PUT":
            n[0] += 1
            if n[0] > 500: raise SystemExit("500 requests and no end")
            h = {"Range": f"bytes=0-{8*1024*1024-1}"} if n[0] % 2 else {}
            return answer(request, 308, b"", h)
    p = world.connect(Alter(world, alter))
    size = 17*1024*1024
    try: upload(p._objects.http, Place(BUCKET, "x"), io.BytesIO(b"a"*size), size, "", "application/jsonl")
    except BaseException as e: print(repr(e), n)

def test_409_collision_lost(world):
    pass

def test_tuned_model_late(world):
    """Succeeded, and tunedModel is filled in later."""
    d = world.desired(); op = world.create(d); world.time += 36000
    def alter(request, response):
        if response is not None and request.method == "GET" and "tuningJobs" in request.path_url:
            j = response.json()
            for x in j.get("tuningJobs", [j]): x.pop("tunedModel", None)
            response.raw = io.BytesIO(json.dumps(j).encode()); response._content = False; response._content_consumed = False
    p = world.connect(Alter(world, alter))
    print(told(preview([d], p, T(world))))
    d2 = world.desired(**{"hyperparameters.epochCount": 7})
    print(told(preview([d2], p, T(world))))

@pytest.mark.parametrize("bad", [
 {"tuningJobs": None}, {"tuningJobs": [None, 5, "x", {"labels": None}, {"labels": {"reconciler-id": 5}}]},
 {"tuningJobs": [], "nextPageToken": 5}, {"tuningJobs": [{"labels": {"reconciler-id": "a"}}]}, {"tuningJobs": {}},
 {"tuningJobs": [{"name": f"{PARENT}/tuningJobs/1", "labels": {"reconciler-id": "a-aaaaaaaaaaaaaaa", "reconciler-owner":"acme","reconciler-name":"a"}, "tunedModelDisplayName":"a-aaaaaaaaaaaaaaa", "state": 5, "tunedModel": [], "error": [], "preTunedModel": 3, "supervisedTuningSpec": {"hyperParameters": {"epochCount": {}, "adapterSize": 7, "learningRateMultiplier": True}}, "createTime": 7, "encryptionSpec": "x"}]},
 {"tuningJobs": [{"name": f"{PARENT}/tuningJobs/1", "labels": {"reconciler-id": "a-aaaaaaaaaaaaaaa", "reconciler-owner":"acme","reconciler-name":"a"}, "tunedModelDisplayName":"a-aaaaaaaaaaaaaaa", "state": "JOB_STATE_SUCCEEDED", "tunedModel": {"model": 5, "endpoint": None, "checkpoints": [5, {"endpoint": 3}]}}]},
 {"tuningJobs": [{"name": f"{PARENT}/tuningJobs/1", "labels": {"reconciler-id": "a-aaaaaaaaaaaaaaa", "reconciler-owner":"acme","reconciler-name":"a"}, "tunedModelDisplayName":"a-aaaaaaaaaaaaaaa", "state": "JOB_STATE_SUCCEEDED", "tunedModel": {"model": f"{PARENT}/models/1@1", "endpoint": f"{PARENT}/endpoints/1", "checkpoints": {}}}]},
 ])
def test_odd(world, bad):
    def alter(request, response):
        if response is None and request.method == "GET" and re.search(r"/tuningJobs\?", request.path_url):
            return answer(request, 200, json.dumps(bad).encode())
    p = world.connect(Alter(world, alter))
    try: print(told(preview([], p, T(world))), told(preview([world.desired()], p, T(world)))[:1])
    except ReconcilerError as e: print(type(e).__name__, e)

@pytest.mark.parametrize("bad", [{"deployedModels": None}, {"deployedModels": [None, {"endpoint": 5}]}, {"labels": None}, {"labels": {"reconciler-id": 5}}, {"etag": 5}, {"versionId": 7}, {"trafficSplit": 5}, {"deployedModels": [{"id": 5, "model": 7}]}])
def test_odd2(world, bad):
    d = world.desired(); o = world.ready(d)
    def alter(request, response):
        if response is not None and request.method == "GET" and re.search(r"/(models|endpoints)", request.path_url):
            j = response.json()
            for c in ("models", "endpoints"):
                for x in j.get(c, []): x.update(bad)
            if "name" in j: j.update(bad)
            response.raw = io.BytesIO(json.dumps(j).encode()); response._content = False; response._content_consumed = False
    p = world.connect(Alter(world, alter))
    for w in ([], [d]):
        try: print(bad, told(preview(w, p, T(world))))
        except ReconcilerError as e: print(bad, type(e).__name__, e)
    try: p.delete(p.read([o.name])[0])
    except (ReconcilerError, IndexError) as e: print(type(e).__name__, e)
