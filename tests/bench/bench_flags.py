"""What looking for flags costs, against decoding the same frames once; on the sample session, three instances.

Run: python -m tests.bench.bench_flags

Processor time of one thread. The masks and the pixels are measured once for each mask ever made; a session that is
reopened reads what was measured.
"""

import time
from collections.abc import Callable

import cv2

from samannot_tui.jobs.opening import open_session
from samannot_tui.jobs.sample import sample_folder
from samannot_tui.media.open import open_media
from samannot_tui.review.flags.annotation import Annotation
from samannot_tui.review.flags.find import doubts
from samannot_tui.review.flags.measures import Measures
from samannot_tui.review.flags.measuring import measure_masks, measure_pixels


def spent(work: Callable[[], object], frames: int) -> float:
    """Milliseconds a frame."""
    began = time.process_time()
    work()
    return 1e3 * (time.process_time() - began) / frames


def main() -> None:
    cv2.setNumThreads(1)
    opened = open_session(sample_folder() / "sessions" / "finished.samannot")
    session = opened.session
    annotation, measures = Annotation.of(session.live, session.state.labels), Measures()
    frames = annotation.frame_count
    with_masks = sum(annotation.is_present(records).sum() for records in annotation.records.values())

    def read_all() -> None:
        again = open_media(session.media_file())
        for frame in range(frames):
            again.read(frame)
        again.close()

    def read(record: int):  # type: ignore[no-untyped-def]
        return session.masks.read(record).rle

    decoded = spent(read_all, frames)
    masks = spent(lambda: list(measure_masks(annotation, measures, read)), frames)
    pixels = spent(lambda: list(measure_pixels(annotation, measures, read, opened.source, {})), frames)
    found = spent(lambda: [doubts(label, annotation, measures) for label in annotation.records], frames)
    opened.close()
    print(f"{frames} frames of {session.manifest.width}x{session.manifest.height}, {with_masks} masks")
    for what, took in (
        ("decoding (baseline)", decoded),
        ("masks by themselves and each other", masks),
        ("masks against pixels, decoding included", pixels),
        ("doubts", found),
    ):
        print(f"{what:42} {took:7.2f} ms a frame   {took / decoded:5.2f} x baseline")


if __name__ == "__main__":
    main()
