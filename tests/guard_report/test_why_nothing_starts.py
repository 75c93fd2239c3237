"""What kept an application from starting is told by the lines that say something, once."""

from beastmode_tools.guard.application.compare.starting import NotStarted
from beastmode_tools.guard.rule import judge
from beastmode_tools.guard.rules import RULES

LOG = """\
Traceback (most recent call last):
  File "/var/scratch/beast-check-zz9kjsg3/base/shop/app.py", line 3, in <module>
    limiter = Limiter(
              ^^^^^^^^
KeyError: 'RATE'
"""


def test_the_last_lines_of_the_log_show_no_marks_no_private_folder_and_nothing_twice():
    message = "boot on the base side: KeyError: 'RATE' (shop/app.py:3)"

    (found,) = judge(RULES, [NotStarted("base", message, "error", LOG)])

    assert found.evidence.detail == (
        f'{message} | Traceback (most recent call last): | File "shop/app.py", line 3, in <module> | limiter = Limiter('
    )
