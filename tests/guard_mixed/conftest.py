import pytest
from mixed_shop import shop

from beastmode_tools.guard.databases.scratch import scratches
from beastmode_tools.guard.mixed.proof.schemas import make_schemas
from probe_servers import shared_servers
from servers import postgres_server

__all__ = ["shared_servers"]


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def scratch(request, tmp_path_factory):
    url = None
    if request.param == "postgresql":
        url = postgres_server()
    found, _ = scratches(url, tmp_path_factory.mktemp("scratch"))
    with next(each for each in found if each.dialect == request.param) as made:
        yield made


@pytest.fixture(scope="module")
def sqlite(tmp_path_factory):
    found, _ = scratches(None, tmp_path_factory.mktemp("scratch"))
    with found[0] as made:
        yield made


@pytest.fixture(scope="module")
def heads(tmp_path_factory):
    """Databases at the shop's head and after one more revision, made once for all tests that need the same ones."""
    made = {}

    def heads(scratch, added, *, few=False):
        key = (scratch, added, few)
        if key not in made:
            project = shop(tmp_path_factory.mktemp("heads"), new=dict([added]) if added else {})
            made[key] = make_schemas(project.old, project.new, project.project, scratch, few=few)
        return made[key]

    return heads
