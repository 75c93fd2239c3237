"""A file is read in one go, and a function on one screen."""

import ast

FILE_LINES = 500
FUNCTION_LINES = 60
EXAMPLE_LINES = 200
PRODUCT = ("src/", "examples/", "bench/", "docs/")


def test_no_file_is_longer_than_five_hundred_lines(root, ours):
    long = {path.as_posix(): lines for path in ours if (lines := line_count(root / path)) > FILE_LINES}

    assert not long, f"split these files: {long}"


def test_no_file_of_the_example_is_longer_than_two_hundred_lines(root, ours):
    examples = [path for path in ours if path.parts[0] == "examples"]

    long = {path.as_posix(): lines for path in examples if (lines := line_count(root / path)) > EXAMPLE_LINES}

    assert not long, f"split these files: {long}"


def test_no_function_is_longer_than_sixty_lines(root, ours):
    product = [path for path in ours if path.as_posix().startswith(PRODUCT)]

    long = [f"{path}: {name} has {lines}" for path in product for name, lines in long_functions(root / path)]

    assert not long, "\n".join(long)


def line_count(path):
    return len(path.read_text(encoding="utf-8").splitlines())


def long_functions(path):
    """Functions with more lines than allowed; a docstring is not counted, since it is not what one must follow."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            start = node.body[0].end_lineno if ast.get_docstring(node) else node.lineno
            lines = node.end_lineno - start
            if lines > FUNCTION_LINES:
                yield node.name, lines
