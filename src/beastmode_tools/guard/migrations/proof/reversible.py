"""Up, down and up again, each revision at its parent, with rows in the tables: what works, and what does not return."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from beastmode_tools.errors import ProbeFailed
from beastmode_tools.guard.databases.scratch import Database, Scratch
from beastmode_tools.guard.migrations.compare.history import digest_of
from beastmode_tools.guard.migrations.compare.proved.facts import ProvedFact, merged
from beastmode_tools.guard.migrations.compare.proved.steps import facts_of, without_false_green
from beastmode_tools.guard.migrations.compare.proved.trips import Trip
from beastmode_tools.guard.migrations.proof.migrating import Command, error_of, run_migrations
from beastmode_tools.guard.migrations.proof.trips import trip_of
from beastmode_tools.guard.wording import first_few, sentence
from beastmode_tools.probe_process import together
from beastmode_tools.project import Project
from beastmode_tools.source.sides import Side

__all__ = ["Proof", "Start", "prove_revisions"]

ROWS = 5  # as in `states`: one of each variant of `probes/migrate/values.py`
AT_ONCE = 10  # revisions that one process goes through, so that the person who waits hears something
MOST_STARTS = 40
"""A start takes a second or more; a history with so many revisions that cannot be passed is not proved by trying on."""


@dataclass(frozen=True, slots=True)
class Start:
    """Where the proof begins.

    Args:
        scratch: Makes the copies that the proof works on.
        database: At the parents of the first revision, with rows; None to begin with an empty database.
        is_made: The tables were made from models, so the history cannot be run from an empty database.
    """

    scratch: Scratch
    database: Database | None = None
    is_made: bool = False


@dataclass(slots=True)
class Proof:
    """What was seen on one database or on several.

    Args:
        facts: What the rules judge.
        trips: Each revision's way up, down and up again, by dialect; its records hold operations and SQL.
        proved: Dialect -> the revisions that went all the way.
        not_proven: One sentence for each thing that could not be tried, and why.
    """

    facts: list[ProvedFact] = field(default_factory=list)
    trips: dict[str, list[Trip]] = field(default_factory=dict)
    proved: dict[str, list[str]] = field(default_factory=dict)
    not_proven: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Journey:
    """One walk through revisions on one kind of database.

    Args:
        side: Whose migrations.
        project: For the interpreter and the settings.
        start: Where it begins.
        progress: Told what takes a moment.
        trips: What was seen so far.
        not_proven: What could not be tried.
        is_empty: It goes on without the rows of the start, since a revision cannot be passed with them.
    """

    side: Side
    project: Project
    start: Start
    progress: Callable[[str], object]
    trips: list[Trip] = field(default_factory=list)
    not_proven: list[str] = field(default_factory=list)
    is_empty: bool = False

    @property
    def dialect(self) -> str:
        """Of the databases."""
        return self.start.scratch.dialect

    def walk(self, revisions: Sequence[str]) -> None:
        """Goes through the revisions; after one that leaves its database in doubt it begins with another behind it."""
        left = list(revisions)
        done: list[str] = []
        for _ in range(MOST_STARTS):
            if not left:
                return
            database = self.begin()
            try:
                passed, goes_on = self.go(database, done, left)
            except ProbeFailed as error:
                self.not_proven.append(sentence(f"Up, down and up again were not proved on {self.dialect}: {error}"))
                return
            finally:
                self.start.scratch.drop(database)
            done, left = [*done, *left[:passed]], left[passed:]
            if not goes_on:
                return
        if left:
            self.leave(left, f"{done[-1]} cannot be passed")

    def begin(self) -> Database:
        """A database to work on."""
        return self.start.scratch.new(like=None if self.is_empty else self.start.database)

    def go(self, database: Database, done: Sequence[str], left: Sequence[str]) -> tuple[int, bool]:
        """How many revisions were passed until the database was in doubt, and whether it can go on behind them."""
        way = self.way(done, left)
        passed = 0
        while passed < len(left):
            part = left[passed : passed + AT_ONCE]
            self.progress(f"up, down, up on {self.dialect}: {', '.join(part)}")
            trips: list[Command] = [{"do": "trip", "revision": one, "rows": ROWS, "group": "way"} for one in part]
            answers = run_migrations(self.side, self.project, database, [*way, *trips])
            if way and (error := error_of(answers.results[0])):
                return passed, self.leave(left[passed:], f"what comes before fails: {error}")
            for result in answers.results[len(way) :]:
                if error := error_of(result):
                    return passed, self.leave(left[passed:], f"{left[passed]} could not be tried: {error}")
                trip = trip_of(result, self.side, self.dialect)
                self.trips.append(trip)
                passed += 1
                if result.get("in_doubt"):
                    goes_on = not trip.up.failed or self.goes_without_rows(trip)
                    return passed, goes_on or self.leave(left[passed:], f"{left[passed - 1]} cannot be passed")
            way = []
        return passed, True

    def way(self, done: Sequence[str], left: Sequence[str]) -> list[Command]:
        """What brings a new database to where the next revision begins."""
        if done:
            return [{"do": "upgrade", "through": done[-1], "group": "way"}]
        if self.start.database is None:
            return [{"do": "upgrade", "before": left[0], "group": "way"}]
        return []

    def leave(self, left: Sequence[str], reason: str) -> bool:
        """Says which revisions were not tried, and why; the journey does not go on."""
        if left:
            self.not_proven.append(sentence(f"{first_few(left, 5)}: not proved on {self.dialect}, since {reason}"))
        return False

    def goes_without_rows(self, trip: Trip) -> bool:
        """Whether an upgrade that failed works without rows; if it does, the journey goes on without the old ones."""
        if self.start.is_made:
            return False
        revision = trip.up.revision
        database = self.start.scratch.new()
        try:
            way: list[Command] = [{"do": "upgrade", "before": revision, "group": "way"}]
            last: Command = {"do": "upgrade", "through": revision, "group": "way"}
            results = run_migrations(self.side, self.project, database, [*way, last]).results
        except ProbeFailed:
            return False
        finally:
            self.start.scratch.drop(database)
        if error_of(results[0]):
            return False
        trip.only_with_rows = not error_of(results[1])
        self.is_empty = trip.only_with_rows
        return trip.only_with_rows


def prove_revisions(  # noqa: PLR0913 - what is proved, where, and how it is told
    side: Side,
    project: Project,
    starts: Sequence[Start],
    revisions: Sequence[str],
    *,
    is_one_change: bool = True,
    progress: Callable[[str], object] = lambda _text: None,
) -> Proof:
    """What the revisions do, on every database that there is.

    Args:
        side: Whose migrations; usually the work side.
        project: For the interpreter and the settings.
        starts: Where to begin, one for each kind of database.
        revisions: Their ids, each after those that it needs, in the order of the history.
        is_one_change: They ship together, so that what one of them creates has no rows for the next one to lock.
        progress: Told what takes a moment.
    """
    proof = Proof()
    journeys = [Journey(side, project, start, progress) for start in starts]
    together(*(partial(journey.walk, revisions) for journey in journeys))
    for journey in journeys:
        proof.trips[journey.dialect] = journey.trips
        proof.not_proven.extend(journey.not_proven)
    everything = [trip for trips in proof.trips.values() for trip in trips]
    facts = []
    for trip in everything:
        others = [other for other in everything if is_one_change or other.up.revision == trip.up.revision]
        facts += facts_of(trip, others, project.settings.big_tables)
    sources = {trip.up.revision: source_of(side, trip.up.path) for trip in everything}
    proof.facts = [replace(fact, source=sources.get(fact.revision, "")) for fact in without_false_green(merged(facts))]
    proof.proved = {
        dialect: [trip.up.revision for trip in trips if trip.is_whole] for dialect, trips in proof.trips.items()
    }
    proof.not_proven.extend(idle(proof.trips))
    return proof


def source_of(side: Side, path: str) -> str:
    """A digest of what a revision's file means, whatever it follows; "" for one outside of the project."""
    file = side.folder / path
    return digest_of(file.read_text(encoding="utf-8", errors="replace"), body_only=True) if file.is_file() else ""


def idle(trips: Mapping[str, Sequence[Trip]]) -> Iterator[str]:
    """Sentences about revisions that did nothing on a database, although there is something in them."""
    for dialect, walked in trips.items():
        for trip in walked:
            if trip.is_idle and trip.up.body == "some":
                yield f"{trip.up.revision} does nothing on {dialect}, so it is not proved there."
