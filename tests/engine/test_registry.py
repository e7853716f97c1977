import subprocess
import sys

import pytest

from samannot_tui.engine.registry import engine_names, make_engine
from samannot_tui.errors import InputError


@pytest.mark.parametrize("name", engine_names())
def test_every_engine_can_be_made_and_says_what_it_is(name: str) -> None:
    info = make_engine(name).info
    assert info.name in engine_names() and info.version


def test_auto_is_the_flow_engine_while_there_is_no_other() -> None:
    assert make_engine("auto").info.name == "flow"


def test_an_unknown_engine_is_a_sentence_that_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no engine magic\\x1b; engines are auto, flow"):
        make_engine("magic\x1b")


def test_the_program_side_imports_no_picture_library() -> None:
    """The runner lives in the process that draws the screen; OpenCV and torch are for the worker."""
    heavy = "import sys, samannot_tui.engine.runner, samannot_tui.engine.registry, samannot_tui.engine.video;"
    check = heavy + "print([name for name in ('cv2', 'torch', 'skimage', 'av', 'PIL') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
