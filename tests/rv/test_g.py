from dataclasses import replace
from reconciler.plan.guards import *
from reconciler.plan import guards
from tests.build import desired, observed, terms, row, planned, wishes
from tests.build import told as t2
from tests.test_families import world as W, TERMS as TT, PARENT_1, CHILD
from reconciler.preview import preview
from reconciler.resource.observed import State
import inspect

def test_twins_guard():
    a, b = desired("a"), desired("b")
    twins = [replace(observed(x, State.TRAINING), name=f"jobs/{n}", twin=True) for n, x in enumerate((a, b))]
    p = planned([a, b], observed(a, State.TRAINING), observed(b, State.TRAINING), *twins)
    print(t2(p), "owned", p.owned)
    print([n for n in dir(guards) if not n.startswith("__")])
    print(inspect.signature(guards.guard) if hasattr(guards, "guard") else "")
    for o in guards._objections(p, guards.Bounds(), 2): print("OBJ", o)

def test_guard_ten():
    ds = [desired(f"m{n}") for n in range(10)]
    obs = [observed(d, State.TRAINING) for d in ds]
    twins = [replace(o, name=f"jobs/{n}", twin=True) for n, o in enumerate(obs[:4])]
    p = planned(ds, *obs, *twins)
    for o in guards._objections(p, guards.Bounds(), 10): print("OBJ", o)

def test_wait_acts():
    d, e = desired("a"), desired("a", description="unreviewed", display_name="n")
    t = replace(observed(d, State.TRAINING), fields={k: v for k, v in observed(d).fields.items() if k != "description"})
    p, q = planned(d, t), planned(e, t)
    print(t2(p), t2(q), p.acts, q.acts, p.digest == q.digest if hasattr(p, "digest") else "")
    print([(f.path, f.old, f.new, f.effect) for r in q.changes for f in r.fields])
