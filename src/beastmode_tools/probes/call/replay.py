"""Runs one side's code on a scratch database: starts it, uses every mapped class, requests every route."""

from __future__ import annotations

import sys
import time
import traceback
from dataclasses import replace
from typing import Any

from ..confine import confinement, migrating
from ..messages.replay import Answered, Replay
from ..start import loading, models
from . import plans
from .database import restorable
from .identity import identity_of
from .requests import Limits, Requests
from .rows import Rows, gather
from .statements import listen
from .watched import Watched

__all__ = ["answer"]

UNSTEADY = "(another body at each request)"


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What became of it.

    Args:
        request: As for `loading.load_application`, and: "only_boot"; "sweep": whether mapped classes are used;
            "methods", "replays", "bodies": as `plans.planned` takes them; "each": seconds for one request;
            "budget": seconds for all of them; "gather": whether many rows shall point to one; "watch": the changed
            functions, as `Watched` takes them.
    """
    has_database = knows_sqlalchemy()
    heard = listen() if has_database else None
    application = started_application(request)
    found = Replay(boot_migrates=tuple(migrating.boot_migrates()))
    if not request.get("only_boot") and heard is not None:
        found = tried(found, application, heard, request)
    return dict(vars(replace(found, attempts=tuple(confinement.current().attempts))))


def tried(found: Replay, application: Any, heard: Any, request: dict[str, Any]) -> Replay:
    """What became of everything that is tried with an application that started."""
    try:
        return used(found, application, heard, request)
    except Exception as error:
        traceback.print_exc()
        return replace(found, gave_up="{}: {}".format(type(error).__name__, str(error).split("\n", 1)[0]))


def started_application(request: dict[str, Any]) -> Any:
    """The application; code that ends the process is told with the error that made it do so."""
    try:
        return loading.required_application(request)
    except SystemExit as error:
        reason = error.__context__
        if reason is None:
            raise
        words = "{}: {}".format(type(reason).__name__, str(reason).split("\n", 1)[0])
        message = "the project's code ends the process after {}".format(words)
        raise RuntimeError(message) from error


def knows_sqlalchemy() -> bool:
    """Whether the project's environment has SQLAlchemy."""
    try:
        import sqlalchemy  # noqa: F401 - only whether it is there
    except ImportError:
        return False
    return True


def used(found: Replay, application: Any, heard: Any, request: dict[str, Any]) -> Replay:
    """The sweep over the mapped classes and the requests."""
    from sqlalchemy import create_engine

    from .sweep import sweep, tables_of

    url = request["database_url"]
    engine = create_engine(url)
    with application.app_context():
        known = models.mappers()
        identity = identity_of(application, engine, known)
        tables = tables_of(known)
        if request.get("gather"):
            gather(engine, tables)
        rows = Rows(engine, tables)
        plan, left_out = plans.planned(application, rows, request)
        swept = sweep(engine) if request.get("sweep", True) else []
    heard.close_pools()
    database = restorable(url, engine)
    limits = Limits(float(request.get("each", 5)), Watched(request.get("watch") or []))
    requests = Requests(application, heard, database, identity, limits)
    answered, seen, late = sent(requests, plan, float(request.get("budget", 30)))
    return replace(
        found,
        used=tuple(swept),
        answered=tuple(answered),
        watched=tuple(seen),
        parts={each["key"]: len(each["parts"]) for each in request.get("watch") or ()},
        left_out=(*left_out, *late),
        ways=tuple(identity.ways),
        broken=requests.broken,
    )


def sent(requests: Any, plan: list[Any], budget: float) -> tuple[list[Answered], list[Answered], list[str]]:
    """What became of the requests, of those that ran changed code, and those for which no time was left."""
    ends = time.perf_counter() + budget
    done: list[Answered] = []
    seen: list[Answered] = []
    for number, planned in enumerate(plan):
        if time.perf_counter() > ends:
            rest = plan[number:]
            sys.stderr.write("{} requests were left out\n".format(len(rest)))
            return done, seen, ["{} {}: no time was left".format(each.method, each.path) for each in rest]
        done.append(requests.send(planned))
        if done[-1].ran:
            seen += looked_at(requests, planned, done[-1])
    return done, seen, []


def looked_at(requests: Any, planned: Any, answered: Answered) -> list[Answered]:
    """A request that ran changed code, without a body that is another one each time; and for what does not exist."""
    found = [answered]
    if planned.method == "GET" and requests.send(planned).body != answered.body:
        found = [replace(answered, body=UNSTEADY)]
    if planned.absent is not None:
        absent = plans.Planned(planned.route, planned.method, planned.absent, planned.body)
        found.append(requests.send(absent))
    return found
