from tests.rv.test_more import *

def test_claim_of_another_run_is_deleted(world):
    d = world.desired(); o = world.ready(d)
    slow = world.connect()                 # looked, and is about to delete as well
    world.connect().delete(o)              # another run deletes the model
    done = []
    def alter(request, response):
        if response is None and request.method == "POST" and request.path_url.endswith("/tuningJobs") and not done:
            done.append(1)
            print("claims when run 2 is about to POST:", world.claims())
            slow.delete(o)
            print("after the slow delete:", world.claims())
            three = world.connect()
            assert not three.read([o.name])
            print("run 3:", three.create(o.name, d, ownership(d, "acme"), EXAMPLES).name)
    two = world.connect(Alter(world, alter))
    assert not two.read([o.name])
    print("run 2:", two.create(o.name, d, ownership(d, "acme"), EXAMPLES).name)
    print(world.jobs())

def test_filter_lag_twins_policy(world): pass

def test_wiped_unlisted_superseded(world):
    """v1 with all labels wiped, v2 declared and READY: v1 is not shown."""
    d = world.desired(); o = world.ready(d)
    from tests.rv.test_vx import wipe_both
    wipe_both(world, o)
    d2 = world.desired(**{"hyperparameters.epochCount": 5})
    world.ready(d2)
    show(world, [d2])

def test_wiped_child(world):
    pass

def test_endpoint_labels_not_propagated(world):
    """The service gives an Endpoint no labels (only the Model has them), and somebody wipes the Model's."""
    d = world.desired(); o = world.ready(d)
    world.raw("PATCH", f"/v1/{o.resources['endpoint']}?updateMask=labels", {"labels": {}})
    print("model labelled:"); show(world, [d])
