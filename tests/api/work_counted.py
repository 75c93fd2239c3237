"""Counts the work of a call: executed lines of Python, and the steps that regular expressions take.

Not seconds: a machine under load has others each time. C code shows no lines, and of what client bytes reach the one
kind that can grow faster than its input is `re`; so every pattern in reach is replaced by one that also walks the text
as `re` does, by backtracking, and counts.
"""

import re
import re._constants as op  # the parse tree has no public name
import re._parser as parser
import sys
from contextlib import contextmanager

PACKAGES = ("beastmode", "werkzeug", "flask", "marshmallow", "email", "http", "urllib", "uuid", "ipaddress", "decimal")
EVERYWHERE = {"findall", "finditer", "split", "sub", "subn"}


IGNORECASE, DOTALL = int(re.IGNORECASE), int(re.DOTALL)
MOST = 3_000_000
"""A hundred times the work of the longest input of any test."""


class TooMuchError(Exception):
    """A call was given up."""


class Counter:
    """How much was done so far, in lines and steps."""

    def __init__(self):
        self.work = 0
        self.is_walking = False

    def add(self, work):
        """Count, and give up where the end is out of sight, as for a pattern that takes exponential time."""
        self.work += work
        if self.work > MOST:
            raise TooMuchError(f"More than {MOST} lines and steps.")

    def trace(self, frame, event, _argument):
        if self.is_walking or frame.f_code.co_filename == __file__:
            return None
        if event == "line":
            self.add(1)
        return self.trace


def work_of(call):
    """The lines and steps that a call takes."""
    counter = Counter()
    with patterns_counted(counter):
        before = sys.gettrace()
        sys.settrace(counter.trace)
        try:
            call()
        finally:
            sys.settrace(before)
    return counter.work


@contextmanager
def patterns_counted(counter):
    """Every pattern of the packages counts; put back as it was afterwards."""
    replaced = []

    def replace(owner, name, value):
        setattr(owner, name, Counted(value, counter))
        replaced.append((owner, name, value))

    for module in [each for name, each in sys.modules.items() if name.split(".")[0] in PACKAGES]:
        for holder in [module, *(each for each in vars(module).values() if isinstance(each, type))]:
            for name, value in list(vars(holder).items()):
                if isinstance(value, re.Pattern):
                    replace(holder, name, value)
    make = re._compile
    re._compile = lambda pattern, flags: Counted(make(real_of(pattern), flags), counter)
    try:
        yield
    finally:
        re._compile = make
        for owner, name, value in replaced:
            setattr(owner, name, value)


def real_of(pattern):
    return pattern.real if isinstance(pattern, Counted) else pattern


class Counted:
    """A pattern that counts the steps of whatever it is asked."""

    def __init__(self, pattern, counter):
        self.real = real_of(pattern)
        self.counter = counter

    def __getattr__(self, name):
        found = getattr(self.real, name)
        return self.counted(name, found) if callable(found) else found

    def counted(self, name, method):
        def asked(*arguments, **options):
            texts = [each for each in arguments if isinstance(each, str | bytes)]
            if texts:
                start = arguments[1] if len(arguments) > 1 and isinstance(arguments[1], int) else 0
                self.counter.is_walking = True
                walk = Walk(self.real, texts[-1] if name in {"sub", "subn"} else texts[0], self.counter)
                walk.take(start, name)
                self.counter.is_walking = False
            return method(*arguments, **options)

        return asked


class Walk:
    """One text walked by one pattern, as a backtracking matcher walks it."""

    def __init__(self, pattern, text, counter):
        self.tree = list(parser.parse(pattern.pattern, int(pattern.flags)))
        self.flags = int(pattern.flags)
        self.text = text.decode("latin-1") if isinstance(text, bytes) else text
        self.counter = counter

    def take(self, start, name):
        """Take the steps from a place, as the method of that name does."""
        whole, position = name == "fullmatch", start
        while position <= len(self.text):
            self.counter.add(1)
            end = next((end for end in self.walk(self.tree, 0, position) if not whole or end == len(self.text)), None)
            if name in {"match", "fullmatch"} or (name == "search" and end is not None):
                break
            position = position + 1 if end is None else max(position + 1, end)

    def walk(self, tree, index, position):
        """Every place where the rest of a sequence can end, the likeliest first."""
        if index == len(tree):
            yield position
            return
        self.counter.add(1)
        for end in self.node(tree[index], position):
            yield from self.walk(tree, index + 1, end)

    def node(self, node, position):
        code, value = node
        if code in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            yield from self.repeat(*value, position)
        elif code is op.SUBPATTERN:
            yield from self.walk(list(value[3]), 0, position)
        elif code is op.BRANCH:
            for way in value[1]:
                yield from self.walk(list(way), 0, position)
        elif code in {op.ASSERT, op.ASSERT_NOT}:
            found = any(True for _ in self.walk(list(value[1]), 0, position)) if value[0] > 0 else True
            if found is (code is op.ASSERT):
                yield position
        elif code is op.AT:
            if self.is_at(value, position):
                yield position
        elif position < len(self.text) and self.is_one(code, value, self.text[position]):
            yield position + 1

    def repeat(self, least, most, inner, position, times=0):
        """As often as it goes, then fewer."""
        if len(inner) == 1 and inner[0][0] in {op.IN, op.ANY, op.LITERAL, op.NOT_LITERAL}:
            yield from self.repeat_letter(least, most, inner[0], position)
            return
        self.counter.add(1)
        for end in self.walk(list(inner), 0, position) if times < most else ():
            if end > position:
                yield from self.repeat(least, most, inner, end, times + 1)
        if times >= least:
            yield position

    def repeat_letter(self, least, most, node, position):
        """Without recursion, since a text may be one long repetition."""
        end = position
        while end - position < most and end < len(self.text) and self.is_one(*node, self.text[end]):
            self.counter.add(1)
            end += 1
        while end >= position + least:
            self.counter.add(1)
            yield end
            end -= 1

    def is_at(self, code, position):
        if code in {op.AT_BEGINNING, op.AT_BEGINNING_STRING}:
            return position == 0
        if code in {op.AT_END, op.AT_END_STRING}:
            return position == len(self.text)
        return True

    def is_one(self, code, value, letter):
        """Whether a letter is what a node for one letter takes, asked of `re` itself by the node's own tree."""
        if code is op.LITERAL:
            return letter == chr(value) or bool(self.flags & IGNORECASE and letter.lower() == chr(value).lower())
        if code is op.NOT_LITERAL:
            return letter != chr(value)
        if code is op.ANY:
            return letter != "\n" or bool(self.flags & DOTALL)
        return code is op.IN and self.is_in(value, letter)

    def is_in(self, parts, letter):
        negated = parts[0][0] is op.NEGATE
        number = ord(letter.lower() if self.flags & IGNORECASE else letter)
        for code, value in parts:
            if (
                (code is op.LITERAL and number == value)
                or (code is op.RANGE and value[0] <= number <= value[1])
                or (code is op.CATEGORY and CATEGORIES[value](letter))
            ):
                return not negated
        return negated


CATEGORIES = {
    op.CATEGORY_DIGIT: str.isdigit,
    op.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdigit(),
    op.CATEGORY_SPACE: str.isspace,
    op.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
    op.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
    op.CATEGORY_NOT_WORD: lambda letter: not (letter.isalnum() or letter == "_"),
}
