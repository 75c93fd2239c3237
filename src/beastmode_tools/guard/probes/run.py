"""Runs one probe: `python run.py REQUEST.json RESULT.json`. Imports nothing of beastmode: the interpreter is the project's."""

from __future__ import annotations

import importlib.util
import json
import os
import sys
import traceback


def main(question: str, result: str) -> None:
    """Asks `TASK.py` beside this file, and writes what it answers."""
    with open(question, encoding="utf-8") as file:
        request = json.load(file)
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    sys.path[:0] = [request["folder"], os.path.join(request["folder"], "src"), request["root"]]
    try:
        task = load(here, request["task"])
        answer = task.answer(request)
    except BaseException as error:  # an exit of the project's code is an answer too
        traceback.print_exc()
        answer = {"failed": "{}: {}".format(type(error).__name__, error), "reason": "error"}
    with open(result, "w", encoding="utf-8") as file:
        json.dump(answer, file, default=repr)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # threads that the project's code started must not keep the answer waiting


def load(here: str, name: str):
    """The module of a probe, under a name that no project has."""
    spec = importlib.util.spec_from_file_location("beast_probe_" + name, os.path.join(here, name + ".py"))
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
