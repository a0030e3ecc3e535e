"""One plan as plan, apply and their relatives make it: terms from the options, then policy, then guards."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import reduce

from reconciler.cli.options import Asked, Safety, Selection
from reconciler.cli.selection import check_known, check_selected, select, wishes
from reconciler.cli.session import Session
from reconciler.plan.baseline import bounded, differences
from reconciler.plan.estimate import estimated
from reconciler.plan.guards import SHARE, Bounds, guard, tightest
from reconciler.plan.plan import Plan
from reconciler.plan.policy import POLICIES, strictest
from reconciler.plan.terms import Terms
from reconciler.preview import preview
from reconciler.providers.port import Reader
from reconciler.source.baseline import forerunners
from reconciler.source.collector import collector_resting
from reconciler.source.revisions import History


@dataclass(frozen=True, slots=True)
class Request:
    """What a run was asked to plan."""

    selection: Selection = field(default_factory=Selection)
    asked: Asked = field(default_factory=Asked)
    safety: Safety = field(default_factory=Safety)


def terms(session: Session, request: Request) -> Terms:
    """The terms of planning that the options ask for."""
    made = replace(
        session.terms(strictest(session.workspace.policy, request.safety.policy)),
        selected=select(request.selection, session.desired),
        wishes=wishes(request.asked),
    )
    check_selected(made, session.desired)
    most = request.asked.max_attempts
    return made if most is None else replace(made, max_attempts=most)


def as_it_is(plan: Plan) -> Plan:
    """Look at nothing else."""
    return plan


def make(session: Session, reader: Reader, made: Terms, look: Callable[[Plan], Plan] = as_it_is) -> Plan:
    """Plan, let the policy have its say, look closer, and estimate what is left."""
    with collector_resting():
        plan = preview(session.desired, reader, made)
    check_known(made.wishes, plan, session.desired)
    plan, today = POLICIES[made.context.policy](plan), datetime.now(UTC).date().isoformat()
    plan = look(replace(plan, environment=session.loaded.environment))
    return estimated(plan, session.desired, made.capabilities.rules, session.workspace.prices, today)


def check(plan: Plan, session: Session, safety: Safety) -> Plan:
    """Hold a plan against the bounds of workspace and options; raise UnsafePlan when it exceeds one."""
    return guard(plan, _bounds(session, safety), declared=session.declared)


def _bounds(session: Session, safety: Safety) -> Bounds:
    """The strictest of what workspace and options allow."""
    limits = session.workspace.limits
    return Bounds(
        creates=tightest(limits.max_creates, safety.max_creates),
        replaces=tightest(limits.max_replaces, safety.max_replaces),
        deletes=tightest(limits.max_deletes, safety.max_deletes),
        steps=tightest(limits.max_steps, safety.max_steps),
        cost=tightest(limits.max_cost, safety.max_cost),
        share=SHARE if safety.max_share is None else safety.max_share,
        empty=safety.allow_empty,
        everything=safety.allow_delete_all,
    )


def within_base(session: Session, history: History) -> tuple[Session, tuple[str, ...]]:
    """The session within the bounds of the base revision too, and in what the two workspaces differ.

    Raises ReconcilerError where there is no such revision; one without such a workspace has no bounds, which is told.
    """
    manifests, declared = history.based(), session.loaded.workspace or session.workspace
    if manifests is None:
        return session, ()
    before = forerunners(manifests, declared, session.loaded.environment)
    if not before:
        return session, (f"{history.name} has no workspace here or of this owner, so it has no limits that count",)
    told = dict.fromkeys(each for base in before for each in differences(declared, base, history.name))
    return replace(session, workspace=reduce(bounded, before, session.workspace)), tuple(told)
