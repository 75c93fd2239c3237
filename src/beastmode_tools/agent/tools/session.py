"""Carries out the effects of tools that are called one by one: by an assistant over MCP, or on the command line."""

import json
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from beastmode_tools.agent.gate.commands import page
from beastmode_tools.agent.gate.decide import decide
from beastmode_tools.agent.gate.decision import Allowed
from beastmode_tools.agent.gate.effect import ApplyRecipe, Effect, OpenUrl, QueryDatabase, ReadFile, WriteFile
from beastmode_tools.agent.gate.facts import Facts, look
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.gate.performer import Performed
from beastmode_tools.agent.tools.beast import run_beast
from beastmode_tools.agent.tools.database import read_rows
from beastmode_tools.agent.tools.web import read_page
from beastmode_tools.errors import CouldNotRun

__all__ = ["Session"]


@dataclass(slots=True)
class Session:
    """Decides each effect by the gate, and carries out what it allows.

    Args:
        grants: What may be done, and in which project.
    """

    grants: Grants

    def perform(self, effect: Effect) -> Performed:
        """What became of the effect; a refusal is an answer, not an exception."""
        decision = decide(effect, self.grants, look(effect, self.grants.root))
        if not isinstance(decision, Allowed):
            return Performed(decision, succeeded=False)
        try:
            return Performed(decision, carried_out(effect, self.grants))
        except (CouldNotRun, OSError) as problem:
            return Performed(decision, str(problem), succeeded=False)


def carried_out(effect: Effect, grants: Grants) -> str:
    """The result of an effect that is allowed."""
    match effect:
        case ReadFile(path=path):
            return (grants.root / path).read_text(encoding="utf-8", errors="replace")
        case WriteFile(path=path, content=content):
            (grants.root / path).parent.mkdir(parents=True, exist_ok=True)
            (grants.root / path).write_bytes(content)
            return "written"
        case ApplyRecipe(words=words):
            return json.dumps(run_beast(grants.root, (*words, "--json")))
        case QueryDatabase(sql=sql):
            return json.dumps(read_rows(grants.root, sql))
        case OpenUrl(url=url):
            return json.dumps(asdict(read_page(url, lambda each: not_allowed(each, grants))))
    raise CouldNotRun(f"`{effect}` is not done by a tool.")


def not_allowed(url: str, grants: Grants) -> str:
    """Why a URL may not be opened, a redirect included; "" if it may."""
    refused = page(OpenUrl(url), grants, Facts())
    return f"{refused.why} {refused.instead}" if refused else "" if urlsplit(url).hostname else f"{url} has no host."
