"""Scoring whole folders: the official figures, how images and objects are matched, and bad input."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.review.evaluate import evaluate
from tests.review.label_images import Map, disks, write

DAVIS = Path(__file__).resolve().parents[3] / "shared" / "data" / "davis"


def folders(tmp_path: Path, predicted: list[Map], truth: list[Map], **options: str) -> tuple[Path, Path]:
    return write(tmp_path / "pred", predicted), write(tmp_path / "gt", truth, **options)


def test_j_and_f_as_vos_benchmark_computes_them(tmp_path: Path) -> None:
    """What vos-benchmark 0.1.0 printed for the same images (it equals the official davis2017-evaluation)."""
    report = evaluate(*folders(tmp_path, disks(3), disks(0)))
    first, second = report.videos[0].objects
    assert (first.id, second.id) == (1, 2)
    assert (first.j, first.f) == pytest.approx((0.83628262494465, 0.6622666859090658))
    assert (second.j, second.f) == pytest.approx((0.7809588295177824, 0.62056602092753366))
    assert report.j == pytest.approx((first.j + second.j) / 2)
    assert report.jf == pytest.approx((report.j + report.f) / 2)


def test_the_first_and_the_last_frame_do_not_count_for_j_and_f(tmp_path: Path) -> None:
    truth = disks(0)
    blind = [np.zeros_like(truth[0]), *truth[1:-1], np.zeros_like(truth[0])]
    report = evaluate(*folders(tmp_path, blind, truth))
    assert (report.j, report.f, report.videos[0].images, report.videos[0].scored) == (1.0, 1.0, 6, 4)
    assert report.pooled.iou == pytest.approx(4 / 6)


def test_two_images_are_scored_both_and_it_is_said(tmp_path: Path) -> None:
    report = evaluate(*folders(tmp_path, disks(0, frames=2), disks(0, frames=2)))
    assert report.videos[0].scored == 2
    assert "fewer than three" in report.notices[0]


def test_pooled_figures_by_hand(tmp_path: Path) -> None:
    """Two images; object 2 is on the first alone, so there are three pairs of image and object."""
    truth = [np.zeros((4, 10), np.uint8) for _ in range(2)]
    truth[0][0, :4], truth[0][1, :2], truth[1][0, :4] = 1, 2, 1
    predicted = [np.zeros((4, 10), np.uint8) for _ in range(2)]
    predicted[0][0, :2], predicted[0][1, :2], predicted[1][0, 2:6] = 1, 2, 1
    pooled = evaluate(*folders(tmp_path, predicted, truth)).pooled
    assert pooled.pairs == 3
    assert pooled.iou == pytest.approx((2 / 4 + 1 + 2 / 6) / 3)
    assert pooled.dice == pytest.approx((4 / 6 + 1 + 4 / 8) / 3)
    assert pooled.pixel_accuracy == pytest.approx((80 - 2 - 4) / 80)


def test_objects_are_matched_by_their_id(tmp_path: Path) -> None:
    """Swapped identities must never score well."""
    assert evaluate(*folders(tmp_path, disks(0, ids=(2, 1)), disks(0))).j < 0.1


def test_an_id_that_the_truth_does_not_have_is_named(tmp_path: Path) -> None:
    report = evaluate(*folders(tmp_path, disks(0, ids=(1, 7)), disks(0)))
    assert report.videos[0].objects[1].j == 0.0
    assert any("7" in notice for notice in report.notices)


@pytest.mark.parametrize("mode", ["P", "L", "1"])
def test_a_binary_truth_is_one_object_whatever_the_predicted_id(tmp_path: Path, mode: str) -> None:
    predicted, truth = disks(0, ids=(4, 4)), disks(0, ids=(255, 255))
    report = evaluate(*folders(tmp_path, predicted, truth, mode=mode))
    assert [(score.id, score.j, score.f) for score in report.videos[0].objects] == [(1, 1.0, 1.0)]
    assert (report.pooled.pixel_accuracy, report.notices) == (1.0, ())


def test_a_binary_prediction_matches_a_truth_with_one_object(tmp_path: Path) -> None:
    report = evaluate(*folders(tmp_path, disks(0, ids=(255, 255)), disks(0, ids=(3, 3))))
    assert [(score.id, score.j) for score in report.videos[0].objects] == [(3, 1.0)]


def test_void_pixels_are_background_and_no_object(tmp_path: Path) -> None:
    report = evaluate(*folders(tmp_path, disks(0, ids=(1, 0)), disks(0, ids=(1, 255))))
    assert [(score.id, score.j) for score in report.videos[0].objects] == [(1, 1.0)]


def test_an_object_that_appears_late_counts_on_every_frame(tmp_path: Path) -> None:
    truth = [np.where(pixels == 2, 0, pixels) if frame < 3 else pixels for frame, pixels in enumerate(disks(0))]
    report = evaluate(*folders(tmp_path, disks(0), truth))
    assert [score.j for score in report.videos[0].objects] == [1.0, 0.5]


def test_trees_are_matched_by_video_and_averaged_over_objects(tmp_path: Path) -> None:
    for video, ids in (("bear", (1, 1)), ("dogs", (1, 2))):
        write(tmp_path / "gt" / "Annotations" / video, disks(0, ids=ids))
        write(tmp_path / "pred" / video, disks(0 if video == "bear" else 3, ids=ids))
    write(tmp_path / "gt" / "Annotations" / "unseen", disks(0))
    report = evaluate(tmp_path / "pred", tmp_path / "gt")
    assert [video.name for video in report.videos] == ["bear", "dogs"]
    scores = [score.j for video in report.videos for score in video.objects]
    assert len(scores) == 3
    assert report.j == pytest.approx(sum(scores) / 3)
    assert report.notices == ("Not scored, since without prediction: unseen.",)


def test_one_video_on_each_side_matches_whatever_its_name(tmp_path: Path) -> None:
    write(tmp_path / "pred" / "Annotations" / "clip", disks(0))
    assert evaluate(tmp_path / "pred", write(tmp_path / "truth", disks(0))).j == 1.0


def test_frames_that_the_truth_does_not_have_are_not_scored(tmp_path: Path) -> None:
    predicted, truth = folders(tmp_path, disks(0), disks(0))
    (truth / "00003.png").unlink()
    (truth / "._00004.png").write_bytes(b"a hidden file of another system")
    assert evaluate(predicted, truth).videos[0].images == 5


def test_a_missing_prediction_is_a_sentence(tmp_path: Path) -> None:
    predicted, truth = folders(tmp_path, disks(0), disks(0))
    (predicted / "00002.png").unlink()
    with pytest.raises(InputError, match=r"pred lacks 1 of the 6 images of .*gt .*00002\.png"):
        evaluate(predicted, truth)


def test_another_size_is_a_sentence(tmp_path: Path) -> None:
    predicted, truth = folders(tmp_path, [pixels[:, :-1] for pixels in disks(0)], disks(0))
    with pytest.raises(InputError, match=r"00000\.png is 159x120, the ground truth .* 160x120 pixels"):
        evaluate(predicted, truth)


def test_colours_are_no_ids(tmp_path: Path) -> None:
    predicted, truth = folders(tmp_path, disks(0), disks(0))
    Image.new("RGB", (160, 120)).save(predicted / "00001.png")
    with pytest.raises(InputError, match=r"00001\.png is a PNG of type RGB"):
        evaluate(predicted, truth)


@pytest.mark.parametrize("content", [b"", b"GIF89a no png", b"\x89PNG\r\n\x1a\n cut off"])
def test_what_is_no_png_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    predicted, truth = folders(tmp_path, disks(0), disks(0))
    (predicted / "00001.png").write_bytes(content)
    with pytest.raises(InputError, match=r"00001\.png"):
        evaluate(predicted, truth)


def test_a_truncated_png_is_a_sentence(tmp_path: Path) -> None:
    predicted, truth = folders(tmp_path, disks(0), disks(0))
    whole = (truth / "00001.png").read_bytes()
    (truth / "00001.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match=r"00001\.png cannot be read"):
        evaluate(predicted, truth)


def test_folders_without_masks_are_sentences(tmp_path: Path) -> None:
    truth = write(tmp_path / "gt", disks(0))
    with pytest.raises(InputError, match="not a folder"):
        evaluate(tmp_path / "nowhere", truth)
    (tmp_path / "bare").mkdir()
    with pytest.raises(InputError, match="holds no PNG masks"):
        evaluate(tmp_path / "bare", truth)


def test_a_truth_without_objects_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="shows no object"):
        evaluate(*folders(tmp_path, disks(0), disks(0, ids=(0, 0))))


def test_trees_without_a_common_video_are_a_sentence(tmp_path: Path) -> None:
    for video in ("a", "b"):
        write(tmp_path / "gt" / video, disks(0))
        write(tmp_path / "pred" / f"{video}\x1b", disks(0))
    with pytest.raises(InputError, match=r"No video of .*\(a, b\) is in .*\(a\\x1b, b\\x1b\)"):
        evaluate(tmp_path / "pred", tmp_path / "gt")


@pytest.mark.data
@pytest.mark.skipif(not DAVIS.is_dir(), reason="../shared/data/davis is not there")
def test_davis_2016_as_vos_benchmark_scores_it(tmp_path: Path) -> None:
    """The dog of each frame used as the prediction for the next; figures of vos-benchmark 0.1.0."""
    truth = DAVIS / "Annotations" / "dog"
    images = [np.asarray(Image.open(path)) for path in sorted(truth.iterdir())]
    late = write(tmp_path / "dog", [(pixels > 0).astype(np.uint8) for pixels in [images[0], *images[:-1]]])
    score = evaluate(late, truth).videos[0].objects[0]
    assert (score.j, score.f) == pytest.approx((0.7819246171678323, 0.58711422502676314))
