"""What a person may name, and the sentence for everything else."""

import os
import socket
import wave
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from samannot_tui.errors import InputError
from samannot_tui.media.folder import FolderSource
from samannot_tui.media.open import open_media
from samannot_tui.media.video import VideoSource
from tests.media.conftest import MakeVideo
from tests.media.videos import number_of


def refusal(path: str | Path) -> str:
    with pytest.raises(InputError) as caught:
        open_media(path)
    sentence = str(caught.value)
    assert "\n" not in sentence and "Errno" not in sentence
    return sentence


def test_a_video_and_a_folder(make_video: MakeVideo, tmp_path: Path) -> None:
    assert isinstance(open_media(make_video("vp9.webm")), VideoSource)
    Image.new("RGB", (8, 6)).save(tmp_path / "1.png")
    assert isinstance(open_media(str(tmp_path)), FolderSource)


def test_a_link_to_a_video(make_video: MakeVideo, tmp_path: Path) -> None:
    link = tmp_path / "link.mp4"
    link.symlink_to(make_video("b-frames.mp4"))
    assert number_of(open_media(link).read(3)) == 3


def test_the_suffix_does_not_matter(make_video: MakeVideo, tmp_path: Path) -> None:
    link = tmp_path / "no-suffix"
    link.symlink_to(make_video("b-frames.mp4"))
    assert number_of(open_media(link).read(3)) == 3


@pytest.mark.parametrize("name", [b"caf\xe9.mp4", b"odd:name,100%03d\x1b[31m.mp4", "日本.mp4".encode()])
def test_any_name_that_a_file_can_have(make_video: MakeVideo, tmp_path: Path, name: bytes) -> None:
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(make_video("b-frames.mp4").read_bytes())
    assert number_of(open_media(path).read(7)) == 7


def test_a_relative_path_is_no_protocol(make_video: MakeVideo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file:a.mp4").write_bytes(make_video("b-frames.mp4").read_bytes())
    monkeypatch.chdir(tmp_path)
    source = open_media("file:a.mp4")
    monkeypatch.chdir("/")
    assert number_of(source.read(40)) == 40
    assert number_of(source.read(2)) == 2


@pytest.mark.parametrize(
    "url", ["https://example.org/a.mp4", "rtsp://camera/1", "concat:/a|/b", "file:///a.mp4", "http:/a.mp4"]
)
def test_urls(url: str) -> None:
    assert "is a URL" in refusal(url) or "cannot be opened: No such file" in refusal(url)


def test_nothing_there(tmp_path: Path) -> None:
    assert refusal(tmp_path / "a.mp4").endswith("a.mp4 cannot be opened: No such file or directory")
    assert "cannot be opened" in refusal("a\0b")


def test_control_characters_of_a_name_do_not_reach_the_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in refusal(tmp_path / "\x1b[2J.mp4")


@pytest.mark.parametrize("kind", ["fifo", "socket", "device"])
def test_what_is_no_file(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "video.mp4"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
    else:
        path = Path("/dev/null")
    assert "is a device, pipe or socket" in refusal(path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.touch(mode=0)
    assert "cannot be opened: Permission denied" in refusal(path)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.touch()
    assert "is empty" in refusal(path)


def test_a_single_image(tmp_path: Path) -> None:
    path = tmp_path / "frame.JPG"
    Image.new("RGB", (8, 6)).save(path)
    assert "is a single image; give the folder" in refusal(path)


@pytest.mark.parametrize("name", ["notes.txt", "video.mp4", "video.mkv", "a.nfo"])
def test_a_text_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("Nothing but words. " * 400)
    assert "is not a video" in refusal(path)


def test_noise(tmp_path: Path) -> None:
    path = tmp_path / "video.mp4"
    path.write_bytes(np.random.default_rng(0).bytes(100_000))
    assert "is not a video" in refusal(path)


@pytest.mark.parametrize("name", ["list.m3u8", "video.mp4", "video.ts"])
def test_a_playlist_cannot_reach_another_file(make_video: MakeVideo, tmp_path: Path, name: str) -> None:
    target = tmp_path / "other.ts"
    target.write_bytes(make_video("open-gop.ts").read_bytes())
    path = tmp_path / name
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:2.4,\n{target}\n#EXT-X-ENDLIST\n")
    assert "is not a video" in refusal(path)


@pytest.mark.parametrize("name", ["list.ffconcat", "video.mp4"])
def test_a_concat_script_cannot_reach_another_file(make_video: MakeVideo, tmp_path: Path, name: str) -> None:
    (tmp_path / "other.mp4").write_bytes(make_video("b-frames.mp4").read_bytes())
    path = tmp_path / name
    path.write_text("ffconcat version 1.0\nfile other.mp4\n")
    assert "is not a video" in refusal(path)


def test_a_dash_manifest_and_a_session_description_are_refused(tmp_path: Path) -> None:
    manifest = tmp_path / "video.mpd"
    manifest.write_text('<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"></MPD>')
    assert "is not a video" in refusal(manifest)
    description = tmp_path / "video.sdp"
    description.write_text("v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n")
    assert "is not a video" in refusal(description)


def test_sound_alone(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes(bytes(16000))
    assert "has no video in it" in refusal(path)


def test_a_video_without_frames(tmp_path: Path) -> None:
    path = tmp_path / "video.y4m"
    path.write_bytes(b"YUV4MPEG2 W96 H64 F25:1 Ip C420jpeg\n")
    assert "holds no frame that can be decoded" in refusal(path)


def test_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    assert "has no images in it" in refusal(tmp_path)


def test_the_fingerprint_follows_the_content_not_the_place(make_video: MakeVideo, tmp_path: Path) -> None:
    original = make_video("b-frames.mp4")
    copy = tmp_path / "copy.mov"
    copy.write_bytes(original.read_bytes())
    fingerprint = open_media(original).info.fingerprint
    assert len(fingerprint) == 32
    assert open_media(copy).info.fingerprint == fingerprint
    assert open_media(make_video("open-gop.mp4")).info.fingerprint != fingerprint
    longer = tmp_path / "longer.mp4"
    longer.write_bytes(original.read_bytes() + b"\0\0\0\x08free")
    assert open_media(longer).info.fingerprint != fingerprint
