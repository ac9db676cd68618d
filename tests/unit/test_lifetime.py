"""A process can be asked to end at any moment, also in the middle of its waiting."""

import subprocess
import sys
import threading

from integration.lifetime import Ending

# Each line that runs while it waits is a moment at which a signal may come, in the thread that waits.
ASKED_AT_EVERY_LINE = """
import sys
from integration.lifetime import Ending
ending = Ending()
def at_each_line(*_):
    ending.ask()
    return at_each_line
sys.settrace(at_each_line)
was_asked = ending.wait(0.01)
sys.settrace(None)
sys.exit(0 if was_asked else 1)
"""


def test_a_signal_may_come_at_any_moment_of_the_wait() -> None:
    ended = subprocess.run([sys.executable, "-c", ASKED_AT_EVERY_LINE], timeout=60, check=False)
    assert ended.returncode == 0


def test_nobody_asked_until_somebody_does_and_then_for_good() -> None:
    ending = Ending()
    assert (ending.wait(0.0), ending.is_asked) == (False, False)
    ending.ask()
    assert (ending.wait(60), ending.wait(60), ending.is_asked) == (True, True, True)


def test_asking_from_another_thread_cuts_the_wait_short() -> None:
    ending = Ending()
    threading.Timer(0.05, ending.ask).start()
    assert ending.wait(60)
