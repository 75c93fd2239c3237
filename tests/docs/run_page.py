"""Runs the Python blocks of a page, top to bottom, in one module; a failure names the page and its line."""

import sys
import types
from pathlib import Path

from pages import ROOT, blocks


def main(page):
    module = types.ModuleType("page")
    module.__file__ = str(Path.cwd() / "page.py")
    sys.modules["page"] = module  # SQLAlchemy looks for the names of annotations in the module of a class
    for block in blocks(page, "python"):
        code = compile("\n" * (block.line - 1) + block.code, str(ROOT / page), "exec", dont_inherit=True)
        exec(code, module.__dict__)


if __name__ == "__main__":
    main(sys.argv[1])
