import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from samannot_tui.engine import registry
from samannot_tui.engine.models.folder import checkpoint_setting
from samannot_tui.engine.registry import engine_names, make_engine, resolve, resolve_recorded
from samannot_tui.engine.spec import EngineSpec
from samannot_tui.errors import InputError
from samannot_tui.session.events import EngineInfo
from samannot_tui.session.paths import encode_path
from tests.engine.models.archives import archive


@pytest.fixture(autouse=True)
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty models folder, on a machine with torch and sam2 and without a GPU."""
    folder = tmp_path / "models"
    folder.mkdir()
    monkeypatch.setenv("SAMANNOT_MODELS", str(folder))
    monkeypatch.setattr(registry, "missing_package", lambda: None)
    monkeypatch.setattr(registry, "has_nvidia_gpu", lambda: False)
    return folder


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(archive(10))


def test_auto_is_flow_without_a_checkpoint_and_says_what_to_do(models: Path) -> None:
    found = resolve(EngineSpec("auto"))
    assert found.spec.engine == "flow" and found.spec.checkpoint is None
    assert found.reason == "flow: no checkpoint file"
    assert found.sentence.startswith("The flow engine makes the masks. SAM 2 needs a checkpoint file")
    assert "`samannot-tui models fetch tiny`" in found.sentence and str(models) in found.sentence


@pytest.mark.parametrize("package", ["torch", "sam2"])
def test_auto_is_flow_without_torch_or_sam2(models: Path, monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    put(models, "sam2.1_hiera_tiny.pt")
    monkeypatch.setattr(registry, "missing_package", lambda: package)
    found = resolve(EngineSpec("auto"))
    assert found.spec.engine == "flow" and found.reason == f"flow: no {package}"
    assert '`pip install "samannot-tui[sam2]"`' in found.sentence
    with pytest.raises(InputError, match=rf"^SAM 2 needs the package {package}, which is not installed: `pip"):
        resolve(EngineSpec("sam2"))


def test_auto_is_sam2_where_there_is_a_checkpoint(models: Path) -> None:
    put(models, "sam2.1_hiera_tiny.pt")
    found = resolve(EngineSpec("auto", image_size=512))
    assert found.spec == EngineSpec("sam2", encode_path(models / "sam2.1_hiera_tiny.pt"), 512)
    assert found.reason == "sam2 tiny" and "sam2.1_hiera_tiny.pt" in found.sentence
    assert resolve(found.spec) == found
    assert resolve(EngineSpec("flow")).spec.engine == "flow"


def test_of_several_the_machine_decides_unless_one_is_named(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(models, "sam2.1_hiera_large.pt", "sam2.1_hiera_small.pt", "a.pt")
    assert resolve(EngineSpec("auto")).reason == "sam2 small"
    monkeypatch.setattr(registry, "has_nvidia_gpu", lambda: True)
    assert resolve(EngineSpec("auto")).reason == "sam2 large"
    assert resolve(EngineSpec("auto", "small")).reason == "sam2 small"
    assert resolve(EngineSpec("auto", checkpoint_setting(str(models / "a.pt")))).reason == "sam2 a.pt"


def test_a_file_of_ones_own_is_taken_where_there_is_no_official_one(models: Path) -> None:
    put(models, "tuned\x1b.pt")
    assert resolve(EngineSpec("auto")).reason == "sam2 tuned\\x1b.pt"


def test_a_checkpoint_that_is_not_there_is_never_replaced_by_another(models: Path) -> None:
    put(models, "sam2.1_hiera_tiny.pt")
    found = resolve(EngineSpec("auto", "large"))
    assert found.spec.engine == "flow" and "`samannot-tui models fetch large`" in found.sentence
    with pytest.raises(InputError, match="large has not been fetched yet"):
        resolve(EngineSpec("sam2", "large"))


def test_sam2_by_name_without_any_checkpoint_says_what_to_do() -> None:
    with pytest.raises(InputError, match=r"^SAM 2 needs a checkpoint file .*`samannot-tui models fetch tiny`"):
        resolve(EngineSpec("sam2"))


def test_the_flow_engine_can_be_made_and_says_what_it_is() -> None:
    info = make_engine(resolve(EngineSpec("auto")).spec).info
    assert info.name == "flow" and info.name in engine_names() and info.version


def test_the_sam2_engine_can_be_made_and_says_what_it_is(models: Path) -> None:
    if importlib.util.find_spec("torch") is None or importlib.util.find_spec("sam2") is None:
        pytest.skip("needs torch and sam2")
    from tests.engine.sam2.upstream import save_random_checkpoint

    save_random_checkpoint(models / "sam2.1_hiera_tiny.pt")
    info = make_engine(resolve(EngineSpec("auto", image_size=128)).spec).info
    assert info.name == "sam2" and info.name in engine_names() and info.weights_sha256


def test_an_unknown_engine_is_a_sentence_that_names_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"no engine magic\\x1b; engines are auto, sam2, flow"):
        resolve(EngineSpec("magic\x1b"))


def test_the_program_side_imports_no_picture_library(models: Path) -> None:
    """The runner lives in the process that draws the screen; OpenCV and torch are for the worker."""
    put(models, "sam2.1_hiera_tiny.pt")
    heavy = "import sys, samannot_tui.engine.runner, samannot_tui.engine.registry, samannot_tui.engine.video;"
    heavy += "from samannot_tui.engine.spec import EngineSpec;"
    heavy += "samannot_tui.engine.registry.resolve(EngineSpec('auto'));"
    check = heavy + "print([name for name in ('cv2', 'torch', 'skimage', 'av', 'PIL') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


class TestRecorded:
    """What stands in a journal, made again."""

    INFO = EngineInfo(
        name="sam2",
        version="1",
        settings={"variant": "small", "image_size": 512, "precision": "fp32", "threads": 3, "device": "cpu"},
    )

    def test_its_settings_are_those_of_then(self, models: Path) -> None:
        put(models, "sam2.1_hiera_tiny.pt", "sam2.1_hiera_small.pt")
        small = encode_path(models / "sam2.1_hiera_small.pt")
        assert resolve_recorded(self.INFO, ()) == EngineSpec("sam2", small, 512, "fp32", threads=3)
        assert resolve_recorded(EngineInfo(name="flow", version="0"), ("tiny",)) == EngineSpec("flow")

    def test_the_first_checkpoint_that_is_there_counts_before_the_official_one(self, models: Path) -> None:
        put(models, "sam2.1_hiera_small.pt", "own.pt")
        gone, own = (encode_path(models / name) for name in ("gone.pt", "own.pt"))
        assert resolve_recorded(self.INFO, (gone, own)).checkpoint == own
        assert resolve_recorded(self.INFO, (gone,)).checkpoint == encode_path(models / "sam2.1_hiera_small.pt")

    @pytest.mark.parametrize(
        ("info", "sentence"),
        [
            (INFO, "`samannot-tui models fetch small`"),
            (EngineInfo(name="sam9", version="1"), "There is no engine sam9"),
            (EngineInfo(name="sam2", version="1", settings={"threads": 10**9}), "names an engine that cannot be made"),
            (
                EngineInfo(name="sam2", version="1", settings={"image_size": "big"}),
                "names an engine that cannot be made",
            ),
        ],
    )
    def test_what_cannot_be_made_here_is_refused(self, info: EngineInfo, sentence: str) -> None:
        with pytest.raises(InputError) as refusal:
            resolve_recorded(info, ())
        assert sentence in str(refusal.value)
