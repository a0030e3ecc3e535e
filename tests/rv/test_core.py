from dataclasses import replace
import pytest
from reconciler.plan.policy import POLICIES
from reconciler.preview import preview
from reconciler.resource.identity import PARENT
from reconciler.resource.lineage import rooted
from reconciler.resource.desired import Desired
from reconciler.resource.observed import State, Mark
from reconciler.run import Options
from tests.build import *
from tests.test_families import KNOWN, TERMS, PARENT_1, PARENT_2, CHILD, CHILD_2, world, apply, writes
from tests.world import World, run

def show(p):
    return told(p), p.empty

def test_parent_epochs_written_out():
    p = observed(PARENT_1); c = observed(CHILD)
    print("echo", p.fields)
    P, C = rooted([desired("p", epochs=5), desired("c", parent="TunedModel/p")])
    print(show(preview([P, C], world(p, c), TERMS)))

def test_parent_line_removed():
    P, C = rooted([desired("p", epochs=20), desired("c", parent="TunedModel/p")])
    P2, C2 = rooted([desired("p"), desired("c", parent="TunedModel/p")])
    print(show(preview([P2, C2], world(observed(P), observed(C)), TERMS)))

def test_parent_ignored():
    P, C = PARENT_1, CHILD
    P2, C2 = rooted([desired("p", data="two", ignore_changes=("dataset",)), desired("c", parent="TunedModel/p")])
    print(show(preview([P2, C2], world(observed(P), observed(C)), TERMS)))

def test_parent_imported_then_assumed():
    P, C = rooted([desired("p", data=None), desired("c", parent="TunedModel/p")])
    P2, C2 = rooted([desired("p"), desired("c", parent="TunedModel/p")])
    p = replace(observed(P2), ownership=replace(observed(P2).ownership, asserted=True))
    print(show(preview([P2, C2], world(p, observed(C)), TERMS)))

def test_target_parent_only():
    here = world(observed(PARENT_1), observed(CHILD, State.TRAINING))
    t = replace(TERMS, selected=frozenset([PARENT_1.address]))
    made = preview([PARENT_2, CHILD_2], here, t)
    print(show(made))
    report, _ = run(here, made, Options(parallelism=1))
    print(writes(here))
    # unselected child unchanged in inputs? parent replaced on request
    here = world(observed(PARENT_1), observed(CHILD, State.TRAINING))
    t = replace(TERMS, selected=frozenset([PARENT_1.address]), wishes=wishes(replace="p"))
    made = preview([PARENT_1, CHILD], here, t)
    print("replace parent, target parent:", show(made))
    report, _ = run(here, made, Options(parallelism=1))
    print(here.writes, [(k, v.state) for k, v in here.models.items()])

def test_policy_create_only():
    here = world(observed(PARENT_1))
    made = POLICIES["create-only"](preview([PARENT_2, CHILD_2], here, TERMS))
    print(show(made), made.empty)
    report, _ = run(here, made, Options(parallelism=1))
    print([(o.address.name, o.result, o.detail) for o in report.outcomes], writes(here), report.exit_code)

def test_policy_twin():
    twin = replace(observed(PARENT_1, State.TRAINING), name="jobs/2", twin=True)
    for p in ("upsert-only", "create-only"):
        here = world(observed(PARENT_1), twin)
        made = POLICIES[p](preview([PARENT_1], here, TERMS))
        print(p, [(r.target, r.action, r.reasons, r.refused) for r in made.changes])
        report, _ = run(here, made, Options(parallelism=1))
        print(here.writes)

def test_protected_undeployed_and_changed():
    p1 = replace(observed(desired("p", protect=True)), state=State.UNKNOWN, trouble="its Endpoint is gone")
    here = world(p1)
    want = desired("p", data="two", protect=True)
    made = preview([want], here, TERMS)
    print(show(made), [(r.supersedes and r.supersedes[0].name) for r in made.changes])
    run(here, made)
    print(here.writes)

def test_protected_ready_changed():
    here = world(observed(desired("p", protect=True)))
    print(show(preview([desired("p", data="two", protect=True)], here, TERMS)))
