"""Fits what makes a mask doubtful on DAVIS 2016 sequences that the flow engine tracked, and tells how well that finds
bad masks.

    python -m tests.bench.fit_flags [DAVIS_DIR] [--work FOLDER]

Each sequence is tracked from a box or the mask of its first, its last or a middle frame, in both directions. A mask is
bad where its IoU with the ground truth is under .5. Judged are the tracks from a first-frame box: once with the weights
fitted on everything, and once, for every sequence, with those fitted on the other sequences alone.

The tracks are kept in FOLDER, with what was measured of them; a second fit takes seconds.
"""

import argparse
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from scipy.optimize import minimize

from samannot_tui.jobs.opening import open_session
from samannot_tui.jobs.propagate import propagate, whole_video
from samannot_tui.jobs.track import prompted_session
from samannot_tui.masks.rle import BoolMask, decode
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.doubt import contributions, doubt_of
from samannot_tui.review.flags.measures import Measures
from samannot_tui.review.flags.measuring import measure_masks, measure_pixels
from samannot_tui.review.flags.signs import Signs, signs_of
from samannot_tui.review.metrics import region_similarity
from samannot_tui.session import commands as cmd
from samannot_tui.session.location import SUFFIX

DAVIS = Path(__file__).parents[3] / "shared" / "data" / "davis"
BAD = 0.5


@dataclass(frozen=True)
class Start:
    """A prompt on the frame that lies `at` (0 to 1) of the video."""

    at: float
    kind: str

    @property
    def name(self) -> str:
        return f"{self.kind}-{round(100 * self.at)}"


JUDGED = Start(0, "box")
STARTS = (JUDGED, Start(0, "mask"), Start(0.33, "box"), Start(0.67, "box"), Start(1, "box"), Start(0.5, "mask"))


@dataclass(frozen=True, eq=False)
class Track:
    """The masks of one session, judged: `iou` float (n,) beside `signs.frames`."""

    sequence: str
    start: Start
    signs: Signs
    iou: np.ndarray  # type: ignore[type-arg]


def tracked(root: Path, sequence: str, start: Start, work: Path) -> Track:
    truths = [_truth(path) for path in sorted((root / "Annotations" / sequence).glob("*.png"))]
    folder = work / start.name
    session_folder = folder / f"{sequence}{SUFFIX}"
    if not session_folder.exists():
        _track(root / "JPEGImages" / sequence, truths, start, folder)
    opened = open_session(session_folder)
    try:
        session = opened.session
        annotation, measures = Annotation.of(session.live, (1,)), Measures()

        def read(record: int):  # type: ignore[no-untyped-def]
            return session.masks.read(record).rle

        list(measure_masks(annotation, measures, read))
        list(measure_pixels(annotation, measures, read, opened.source, {}))
        signs = signs_of(1, annotation, measures, np.zeros(0, np.intp))
        records = annotation.records[1]
        iou = [region_similarity(decode(read(int(records[frame]))), truths[frame]) for frame in signs.frames.tolist()]
        return Track(sequence, start, signs, np.array(iou))
    finally:
        opened.close()


def _track(media: Path, truths: list[BoolMask], start: Start, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    frame = round(start.at * (len(truths) - 1))
    rows, columns = np.nonzero(truths[frame])
    prompt: dict[str, object] = {"label": 1, "frame": frame}
    if start.kind == "box":
        prompt["box"] = [float(each) for each in (columns.min(), rows.min(), columns.max(), rows.max())]
    else:
        cv2.imwrite(str(folder / f"{media.name}.png"), truths[frame].astype(np.uint8) * 255)
        prompt["mask"] = f"{media.name}.png"
    prompts = folder / f"{media.name}.json"
    prompts.write_text(json.dumps({"labels": [{"id": 1, "name": "object"}], "prompts": [prompt]}))
    opened = prompted_session(media, prompts, folder)
    try:
        opened.session.submit(cmd.ChangeSetting("engine", "flow"))
        propagate(opened, whole_video(opened), lambda done, total, left: None)
    finally:
        opened.close()


def _truth(path: Path) -> BoolMask:
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise SystemExit(f"{path} cannot be read as an image")
    return image > 0


FITTED = ("score", "quality", "warped", "unsteady", "unlike", "area", "shrunk", "speed", "scattered", "holes", "border")
LEAST = {"warped": 4.0, "unlike": 3.0, "area": 4.0, "shrunk": 0.3, "speed": 1.5, "holes": 2.0, "border": 1.0}
"""Five sequences hold few of these: a weight that is fitted is no lower, so that a sign keeps its say."""
MOST = {"border": 1.0}
"""A good mask may well lie at the edge."""
RIDGE = 0.01
SURELY_BAD, SURELY_GOOD = 0.3, 0.7
"""IoU; between them the doubt that is asked for falls from 1 to 0."""


@dataclass(frozen=True, eq=False)
class Model:
    bias: float
    weights: np.ndarray  # type: ignore[type-arg]

    def doubt(self, track: Track) -> np.ndarray:  # type: ignore[type-arg]
        return 1 / (1 + np.exp(-(self.bias + _values(track) @ self.weights)))  # type: ignore[no-any-return]


def _values(track: Track) -> np.ndarray:  # type: ignore[type-arg]
    return np.stack([np.nan_to_num(track.signs.values[name]) for name in FITTED], axis=1)


def fitted(tracks: list[Track]) -> Model:
    """A ridge-regularised logistic regression with weights between LEAST and MOST; each sequence counts the same."""
    made = [track.signs.flaggable for track in tracks]
    values = np.concatenate([_values(track)[by] for track, by in zip(tracks, made, strict=True)])
    iou = np.concatenate([track.iou[by] for track, by in zip(tracks, made, strict=True)])
    sequence = np.concatenate([[track.sequence] * int(by.sum()) for track, by in zip(tracks, made, strict=True)])
    target = ((SURELY_GOOD - iou) / (SURELY_GOOD - SURELY_BAD)).clip(0, 1)
    names, index, counts = np.unique(sequence, return_inverse=True, return_counts=True)
    share = 1 / counts[index] / len(names)
    spread = values.std(axis=0) + 1e-3

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:  # type: ignore[type-arg]
        logit = parameters[0] + values / spread @ parameters[1:]
        error = share * (1 / (1 + np.exp(-logit)) - target)
        slope = np.r_[error.sum(), (values / spread).T @ error + 2 * RIDGE * parameters[1:]]
        lost = share @ (np.logaddexp(0, logit) - target * logit) + RIDGE * (parameters[1:] ** 2).sum()
        return float(lost), slope

    limits = ((LEAST.get(name, 0.0), MOST.get(name, np.inf)) for name in FITTED)
    bounds = [(None, None), *((low * each, high * each) for (low, high), each in zip(limits, spread, strict=True))]
    start = np.r_[0.0, [low for low, _ in bounds[1:]]]
    found = minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x
    return Model(float(found[0]), found[1:] / spread)


def judge(doubt: np.ndarray, iou: np.ndarray, least: float) -> str:  # type: ignore[type-arg]
    bad, flagged = iou < BAD, doubt >= least
    recall, precision = flagged[bad].mean(), bad[flagged].mean() if flagged.any() else 1.0
    return f"flagged {flagged.mean():5.1%}  recall {recall:4.0%}  precision {precision:4.0%}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("davis", nargs="?", type=Path, default=DAVIS)
    parser.add_argument("--work", type=Path)
    chosen = parser.parse_args()
    if not chosen.davis.is_dir():
        print(f"skipped: {chosen.davis} is not there; give the folder that holds DAVIS' JPEGImages and Annotations")
        return
    names = sorted(path.name for path in (chosen.davis / "JPEGImages").iterdir())
    with tempfile.TemporaryDirectory() as temporary:
        work = chosen.work or Path(temporary)
        tracks = [tracked(chosen.davis, name, start, work) for start in STARTS for name in names]
    report(tracks, names)


def report(tracks: list[Track], names: list[str]) -> None:
    judged = {track.sequence: track for track in tracks if track.start == JUDGED}
    made = {name: track.signs.flaggable for name, track in judged.items()}
    iou = np.concatenate([judged[name].iou[made[name]] for name in names])
    print(f"{len(iou)} frames from a first-frame box, {np.mean(iou < BAD):.0%} of them with IoU < {BAD}\n")
    everything = fitted(tracks)
    held_out = {name: fitted([track for track in tracks if track.sequence != name]) for name in names}
    ways = {
        "the defaults": [_shipped(judged[name])[made[name]] for name in names],
        "fitted now on everything": [everything.doubt(judged[name])[made[name]] for name in names],
        "each sequence by the others": [held_out[name].doubt(judged[name])[made[name]] for name in names],
    }
    for way, by_sequence in ways.items():
        print(f"{way}, flagged from doubt")
        for least in (0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
            print(f"  {least:.1f}  {judge(np.concatenate(by_sequence), iou, least)}")
        flagged = ", ".join(f"{name} {np.mean(each >= 0.5):.0%}" for name, each in zip(names, by_sequence, strict=True))
        print(f"  at 0.5 by sequence: {flagged}\n")
    print(f"fitted now: bias {everything.bias:.2f}")
    good = np.concatenate([_values(track)[track.iou > SURELY_GOOD] for track in tracks])
    for name, weight, usual in zip(FITTED, everything.weights, np.median(good, axis=0), strict=True):
        print(f"  {name:10} weight {weight:6.2f}  usual where IoU > {SURELY_GOOD} {usual:.3f}")


def _shipped(track: Track) -> np.ndarray:  # type: ignore[type-arg]
    return doubt_of(contributions(track.signs))


if __name__ == "__main__":
    main()
