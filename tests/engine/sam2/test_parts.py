"""The parts around the network: input, features, device, shortage of memory, and the engine that joins them."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sam2.utils.misc import _load_img_as_tensor, load_video_frames_from_jpg_images

from samannot_tui.engine.contract import PromptSet, TrackedLabel
from samannot_tui.engine.sam2 import placement as placement_module
from samannot_tui.engine.sam2.build import build_model
from samannot_tui.engine.sam2.engine import Sam2Engine, cache_bytes
from samannot_tui.engine.sam2.features import FeatureCache, ImageFeatures
from samannot_tui.engine.sam2.frames import Images, image_tensor
from samannot_tui.engine.sam2.network import Network
from samannot_tui.engine.sam2.placement import Placement, place
from samannot_tui.engine.sam2.shortage import with_room
from samannot_tui.errors import InputError, JobError
from tests.engine.sam2.rig import CLIP, PLENTY, facts, sweep, tracker
from tests.engine.sam2.upstream import random_weights, save_random_checkpoint

CLICK = PromptSet(1, 0, points=((36.0, 42.0, True),))
CPU = Placement(torch.device("cpu"), "a processor", "fp32")


@pytest.mark.parametrize("size", [64, 96, 512, 1024])
def test_the_networks_input_is_upstreams_bit_for_bit(tmp_path: Path, size: int) -> None:
    frame = np.random.default_rng(5).integers(0, 256, (90, 160, 3), np.uint8)
    for name in ("frame.png", "0.jpg"):
        Image.fromarray(frame).save(tmp_path / name)
        pixels = np.asarray(Image.open(tmp_path / name))
        loaded, height, width = _load_img_as_tensor(tmp_path / name, size)
        mean, std = (torch.tensor(three)[:, None, None] for three in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225)))
        expected = loaded.to(torch.float32).sub_(mean).div_(std)
        found = image_tensor(pixels, size)
        assert (height, width) == (90, 160)
        assert found.dtype == torch.float32
        assert torch.equal(found[0], expected)
    whole, _, _ = load_video_frames_from_jpg_images(str(tmp_path), size, False, compute_device=torch.device("cpu"))
    assert torch.equal(image_tensor(np.asarray(Image.open(tmp_path / "0.jpg")), size), whole)


def _features(frame: int) -> ImageFeatures:
    return ImageFeatures((torch.full((1, 1, 5, 5), float(frame)),), torch.zeros(1))


def test_images_are_made_ahead_once_each_and_are_the_frames_own(monkeypatch: pytest.MonkeyPatch) -> None:
    source = CLIP.source()
    read, made = source.read, []
    monkeypatch.setattr(source, "read", lambda frame: made.append(frame) or read(frame))  # type: ignore[func-returns-value]
    images = Images(source, 128)
    for frame in range(5):
        images.expect(frame + 1)
        assert torch.equal(images.take(frame), image_tensor(read(frame), 128))
    images.take(5)
    assert sorted(made) == list(range(6))
    images.expect(40)
    images.expect(41)
    images.expect(42)
    assert torch.equal(images.take(40), image_tensor(read(40), 128))
    images.close()


def test_the_least_recently_used_features_go_first_and_never_take_more_than_allowed() -> None:
    encoded: list[int] = []
    cache = FeatureCache(lambda frame: encoded.append(frame) or _features(frame), 350)  # type: ignore[func-returns-value]
    for frame in (0, 1, 2, 0, 3):
        assert cache.at(frame).levels[0][0, 0, 0, 0] == frame
        assert cache.nbytes <= 350
    assert encoded == [0, 1, 2, 3]
    cache.at(0)
    cache.at(1)
    assert encoded == [0, 1, 2, 3, 1]
    assert cache.nbytes == 300


def test_the_newest_features_stay_however_little_is_allowed() -> None:
    encoded: list[int] = []
    cache = FeatureCache(lambda frame: encoded.append(frame) or _features(frame), 0)  # type: ignore[func-returns-value]
    for frame in (4, 4, 5, 5):
        cache.at(frame)
    assert encoded == [4, 5]
    assert cache.nbytes == 100


def test_shrinking_forgets_and_allows_a_quarter() -> None:
    cache = FeatureCache(_features, 900)
    for frame in range(5):
        cache.at(frame)
    cache.shrink()
    assert cache.nbytes == 0
    for frame in range(5):
        cache.at(frame)
    assert cache.nbytes == 200


def test_an_eighth_of_free_memory_but_never_more_than_8_gib_is_for_features(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Placement, "free_bytes", lambda self: 16 * 2**30)
    assert cache_bytes(CPU) == 2 * 2**30
    monkeypatch.setattr(Placement, "free_bytes", lambda self: 512 * 2**30)
    assert cache_bytes(CPU) == 8 * 2**30


def test_out_of_memory_once_is_overcome_with_the_same_results(monkeypatch: pytest.MonkeyPatch) -> None:
    calm, tried = tracker(), tracker()
    pass_ = sweep("forward", 0, 4, TrackedLabel(1, 0, (CLICK,)))
    expected = list(calm.propagate(pass_))
    failures = _fail_at(monkeypatch, {2})
    found = list(tried.propagate(pass_))
    assert failures == [2]
    assert facts(found, 1) == facts(expected, 1)
    assert tried._features._budget == PLENTY // 4


def test_out_of_memory_twice_says_what_to_lower_and_keeps_what_was_done(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = tracker()
    _fail_at(monkeypatch, {1, 2})
    found = []
    with pytest.raises(JobError, match=r"ran out of memory while working on frame 2; lower the image size"):
        for one in ours.propagate(sweep("forward", 0, 4, TrackedLabel(1, 0, (CLICK,)))):
            found.append(one.frame)
    assert found == [0, 1]
    monkeypatch.undo()
    rest = ours.propagate(sweep("forward", 2, 4, TrackedLabel(1, 2, (), carried=True)))
    assert [one.frame for one in rest] == [2, 3, 4]


def _fail_at(monkeypatch: pytest.MonkeyPatch, calls: set[int]) -> list[int]:
    """Make those calls of a step of tracking run out of memory; gives the numbers of the calls that did."""
    tracked, count = Network.tracked, iter(range(100))
    failures: list[int] = []

    def failing(self: Network, *args: Any) -> Any:
        call = next(count)
        if call in calls:
            failures.append(call)
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB.")
        return tracked(self, *args)

    monkeypatch.setattr(Network, "tracked", failing)
    return failures


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA"), RuntimeError("MPS backend out of memory (MPS ...)")])
def test_either_kind_of_shortage_makes_room_once(error: RuntimeError) -> None:
    calls: list[str] = []

    def step() -> int:
        calls.append("step")
        raise error

    with pytest.raises(JobError, match="a processor ran out of memory while testing"):
        with_room(step, CPU, lambda: calls.append("room"), "testing")
    assert calls == ["step", "room", "step"]


def test_other_errors_pass_at_once() -> None:
    def step() -> int:
        raise RuntimeError("a bug")

    with pytest.raises(RuntimeError, match="a bug"):
        with_room(step, CPU, lambda: pytest.fail("made room"), "testing")


def test_steps_run_in_inference_mode_under_the_placements_autocast() -> None:
    def step() -> tuple[bool, bool]:
        return torch.is_inference_mode_enabled(), torch.is_autocast_enabled("cpu")

    coarse = Placement(torch.device("cpu"), "a processor", "bf16")
    assert with_room(step, CPU, lambda: None, "testing") == (True, False)
    assert with_room(step, coarse, lambda: None, "testing") == (True, True)
    assert not torch.is_inference_mode_enabled()


@pytest.mark.skipif(torch.cuda.is_available() or torch.backends.mps.is_available(), reason="this machine has a GPU")
@pytest.mark.parametrize(
    ("flags", "expected"), [("avx2 avx512f", "fp32"), ("avx512f avx512_bf16", "bf16"), (None, "fp32")]
)
def test_a_processor_computes_in_bf16_where_it_has_instructions_for_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, flags: str | None, expected: str
) -> None:
    if flags is not None:
        (tmp_path / "cpuinfo").write_text(f"processor : 0\nflags\t\t: fpu {flags} sse\n")
    monkeypatch.setattr(placement_module, "_CPU_FLAGS", tmp_path / "cpuinfo")
    found = place("auto")
    assert (found.device.type, found.precision) == ("cpu", expected)
    assert (place("fp32").precision, place("bf16").precision) == ("fp32", "bf16")


def test_bf16_on_mps_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    with pytest.raises(InputError, match="bf16 on Apple's GPU"):
        place("bf16")
    assert (place("auto").device.type, place("auto").precision) == ("mps", "fp32")


@pytest.mark.parametrize("variant", ["tiny", "small", "base_plus", "large"])
def test_every_model_is_built(variant: Any) -> None:
    model = build_model(variant, 64, random_weights(variant))
    assert not model.training
    assert model.image_size == 64


def test_the_engine_loads_a_checkpoint_says_what_it_is_and_tracks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMANNOT_MODELS", str(tmp_path / "models"))
    save_random_checkpoint(tmp_path / "any name.pt")
    engine = Sam2Engine(tmp_path / "any name.pt", 128, "fp32", 64)
    assert (engine.info.name, engine.info.version) == ("sam2", "1.1.0")
    assert engine.info.weights_sha256 is not None
    assert len(engine.info.weights_sha256) == 64
    settings = engine.info.settings
    assert (settings["variant"], settings["image_size"], settings["precision"]) == ("tiny", 128, "fp32")
    assert (settings["device"], settings["max_cond_frames"]) == (place("auto").device.type, 8)
    ours = engine.open(CLIP.source())
    pass_ = sweep("forward", 0, 2, TrackedLabel(1, 0, (CLICK,)))
    assert facts(list(ours.propagate(pass_)), 1) == facts(list(tracker().propagate(pass_)), 1)
    ours.close()


def test_a_network_that_does_not_fit_into_memory_says_what_to_lower(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setenv("SAMANNOT_MODELS", str(tmp_path / "models"))
    save_random_checkpoint(tmp_path / "tiny.pt")
    monkeypatch.setattr(Network, "__init__", full)
    with pytest.raises(JobError, match="ran out of memory while loading SAM 2 tiny; lower the image size"):
        Sam2Engine(tmp_path / "tiny.pt", 128, "fp32", None)


@pytest.mark.parametrize("size", [0, 32, 100, 1056])
def test_an_image_size_that_cannot_be_is_refused_before_the_file_is_read(tmp_path: Path, size: int) -> None:
    with pytest.raises(
        InputError, match=f"image size {size} does not fit SAM 2; give a multiple of 32 from 64 to 1024"
    ):
        Sam2Engine(tmp_path / "missing.pt", size, "auto", None)
