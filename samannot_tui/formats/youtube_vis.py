"""`youtube_vis`: video instance segmentation as in YouTube-VIS.

annotations.json: one video, whose frames are the annotated ones; of each label one annotation, whose lists go
through those frames: `segmentations` (compressed RLE), `areas` and `bboxes`, null where the instance is absent
or was not looked at; where it was not, `sources` is null too. A category is a label: its ID is `id`,
`category_id` and `track_id`. Overlaps stay. Beyond YouTube-VIS: `frames` of the video, the frames' numbers in the
media from 0; and of an annotation the lists `sources` ("prompted", "propagated", "edited"), `made_by` ("person"
or "model"), `object_scores` (logits, above 0 for present) and `verdicts` ("satisfactory", "unsatisfactory", null
where a person has not judged this very mask).
JPEGImages/<video>/<stem>.jpg: the annotated frames.
Source: https://youtube-vos.org/dataset/vis/.
"""

from collections.abc import Iterator

from samannot_tui.formats.coco_parts import MADE_BY, categories, info, segment
from samannot_tui.formats.job import ExportJob
from samannot_tui.formats.json_stream import JsonObject, json_file
from samannot_tui.formats.pictures import save_jpeg
from samannot_tui.masks.rle import Rle

VIDEO = 1
"""The one video's ID."""
FACTS = ("areas", "bboxes", "sources", "made_by", "object_scores", "verdicts")


def write(job: ExportJob) -> int:
    """Write the annotated frames; returns how many.

    Raises:
        InputError, JobError, OSError: as `formats.export.export` and the calls it makes.
    """
    for frame in job.each(job.part.frames):
        save_jpeg(job.file("JPEGImages", job.video, f"{job.name(frame)}.jpg"), job.source.read(frame))
    with json_file(job.file("annotations.json")) as content:
        content.member("info", info(job))
        content.member("licenses", [])
        content.member("categories", categories(job))
        with content.objects("videos") as videos, videos.next() as video:
            _write_video(video, job)
        with content.objects("annotations") as tracks:
            for label in job.labels:
                with tracks.next() as track:
                    _write_track(track, job, label)
    return len(job.part.frames)


def _write_video(video: JsonObject, job: ExportJob) -> None:
    height, width = job.size
    for name, value in (("id", VIDEO), ("width", width), ("height", height), ("length", len(job.part.frames))):
        video.member(name, value)
    video.array("file_names", (f"{job.video}/{job.name(frame)}.jpg" for frame in job.part.frames))
    video.array("frames", job.part.frames)


def _write_track(track: JsonObject, job: ExportJob, label: int) -> None:
    height, width = job.size
    ids = {"id": label, "video_id": VIDEO, "category_id": label, "track_id": label, "iscrowd": 0}
    for name, value in {**ids, "width": width, "height": height, "length": len(job.part.frames)}.items():
        track.member(name, value)
    # Of the masks only their numbers are held, for the lists that follow.
    facts: dict[str, list[object]] = {name: [] for name in FACTS}
    track.array("segmentations", _segmentations(job, label, facts))
    for name, values in facts.items():
        track.array(name, values)


def _segmentations(job: ExportJob, label: int, facts: dict[str, list[object]]) -> Iterator[Rle | None]:
    """The label's masks frame by frame; what is known of each goes to the lists of `facts`."""
    for frame in job.part.frames:
        job.end_if_cancelled()
        number = job.live(frame).get(label)
        record = None if number is None else job.follower.read(number)
        found = segment(record.rle) if record else None
        shown = found if found and found.area else None
        verdict = job.verdict(frame, label) if record else None
        known = (
            shown and shown.area,
            shown and shown.bbox,
            record and record.source,
            record and MADE_BY[record.source],
            record and record.object_score,
            verdict and verdict.verdict,
        )
        for values, value in zip(facts.values(), known, strict=True):
            values.append(value)
        yield shown.rle if shown else None
