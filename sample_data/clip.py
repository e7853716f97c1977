"""The sample clip as files: the video, its exact ground truth, and prompts for its first frame."""

from pathlib import Path

import av
import msgspec

from samannot_tui.formats.labelmap import save_label_map
from samannot_tui.masks.geometry import bounding_box
from sample_data.fish import FRAMES
from sample_data.scene import HEIGHT, WIDTH, Scene

FPS = 25


def make_clip(folder: Path) -> None:
    """Write clip.mp4, ground_truth/00000.png and so on, and prompts.json."""
    truth = folder / "ground_truth"
    truth.mkdir(exist_ok=True)
    scene = Scene()
    frames = (scene.draw(frame) for frame in range(FRAMES))
    with av.open(folder / "clip.mp4", "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "18", "preset": "slow"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number, (picture, labels) in enumerate(frames):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            save_label_map(truth / f"{number:05}.png", labels)
        container.mux(stream.encode())
    write_prompts(folder / "prompts.json", scene)


def write_prompts(path: Path, scene: Scene) -> None:
    """Write a prompts file with the box around each koi on the first frame."""
    _, labels = scene.draw(0)
    fish = sorted(scene.fish, key=lambda each: each.label)
    content = {
        "labels": [{"id": each.label, "name": each.name} for each in fish],
        "prompts": [{"label": each.label, "frame": 0, "box": bounding_box(labels == each.label)} for each in fish],
    }
    path.write_bytes(msgspec.json.encode(content) + b"\n")
