from dataclasses import replace
from reconciler.apply import execute
from reconciler.run import Options
from reconciler.preview import preview
from reconciler.resource.address import Address
from reconciler.resource.desired import Desired
from reconciler.resource.lineage import rooted
from reconciler.waiting import Clock
from tests.providers.vertex.conftest import *
from tests.rv.test_vx import show, T, told
import inspect

class Src:
    def open(self, dataset): return iter(EXAMPLES)

def go(world, wants, **k):
    world.anew()
    made = preview(wants, world.provider, T(world, **k))
    print(*told(made), sep="\n   ")
    from tests.world import clock as mk
    class C:
        pass
    c = Clock(now=lambda: world.time, sleep=lambda s: (world.sleep(s), False)[1]) if "now" in inspect.signature(Clock).parameters else None
    ev = list(execute(made, world.provider, Src(), c, Options(parallelism=1)))
    print("  ->", [(str(o.address), o.result.value, o.detail) for o in ev[-1].report.outcomes])

def family(world, **f):
    p = world.desired("p", **f)
    c = replace(world.desired("c"), fields={"displayName": "C", "preTunedModel.address": "TunedModel/p"})
    return list(rooted([p, c]))

def test_family(world):
    print(inspect.signature(Clock))
    go(world, family(world, **{"hyperparameters.epochCount": 20}))
    print("unchanged:"); show(world, family(world, **{"hyperparameters.epochCount": 20}))
    print("line removed:"); show(world, family(world))
    print("defaults written out:"); show(world, family(world, **{"hyperparameters.epochCount": 20, "exportLastCheckpointOnly": False}))
    go(world, family(world))
    print(world.jobs())
