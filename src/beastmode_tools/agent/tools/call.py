"""One call of a tool in a process of its own: `python -m beastmode_tools.agent.tools.call QUESTION ANSWER`."""

import json
import sys
from pathlib import Path
from typing import Any

from beastmode_tools.agent.gate.decision import NeedsApproval
from beastmode_tools.agent.gate.grants import Grants
from beastmode_tools.agent.hands.approvals import approved_by_person
from beastmode_tools.agent.tools.masking import without_secrets
from beastmode_tools.agent.tools.performing import NotAllowed
from beastmode_tools.agent.tools.registry import find_tool
from beastmode_tools.agent.tools.session import Session
from beastmode_tools.errors import CouldNotRun

__all__ = ["main"]


def main(question: Path, answer: Path) -> None:
    """Reads the question, and writes the answer."""
    asked = json.loads(question.read_text(encoding="utf-8"))
    answer.write_text(json.dumps(answered(asked), default=str), encoding="utf-8")


def answered(asked: dict[str, Any]) -> dict[str, Any]:
    """`{"answer"}`, or `{"refused"}` with what a person would have to approve."""
    root = Path(asked["root"])
    grants = Grants(
        root=root,
        run=asked["run"],
        hosts=frozenset(asked["hosts"]),
        may_write=asked["may_write"],
        approved=approved_by_person(root) | asked["approved"],
    )
    session = Session(grants, is_trial=asked["is_trial"])
    try:
        return {"answer": find_tool(asked["tool"]).run(session, asked["arguments"])}
    except NotAllowed as problem:
        told = {"refused": without_secrets(str(problem), root)}
        match problem.decision:
            case NeedsApproval(id=number, diff_hash=diff_hash):
                return told | {"approval": {"id": number, "diff_hash": diff_hash}}
        return told
    except CouldNotRun as problem:
        return {"refused": without_secrets(str(problem), root)}


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
