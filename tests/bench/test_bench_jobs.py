"""The benchmarks of jobs: what they count is there to be counted."""

from pathlib import Path

import pytest
import waiting_jobs

import jobs
from beastmode.jobs import counts

pytestmark = pytest.mark.postgres


@pytest.mark.slow
def test_every_job_is_counted_and_each_that_is_enqueued_alone_has_a_wait():
    """On our side; the peers are commands of the same form."""
    ours = next(each for each in jobs.CONTENDERS if each.database == "sqlite")

    figures = jobs.measure(ours, Path("unused"), number=20, single=3)

    assert (len(figures.starts), figures.enqueued > 0, figures.run > 0) == (3, True, True)


def test_every_state_has_as_many_rows_as_wait(tmp_path):
    """Otherwise a million would be measured that are not there."""
    with waiting_jobs.application(f"sqlite:///{tmp_path / 'jobs.db'}"):
        waiting_jobs.fill(30)

        assert counts().states == dict.fromkeys(waiting_jobs.PARTS, 30)
        assert set(waiting_jobs.measure(2)) == {
            "enqueue",
            "claim",
            "promote",
            "unpark",
            "unblock",
            "reclaim",
            "counts",
        }
