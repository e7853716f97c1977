import errno
import fcntl
import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from http.client import HTTPMessage
from pathlib import Path

import pytest

from samannot_tui.engine.models import download, inventory, ledger
from samannot_tui.engine.models.catalog import CATALOG
from samannot_tui.engine.models.fetch import Fetched, fetch
from samannot_tui.errors import InputError, JobError
from tests.engine.models.archives import archive
from tests.engine.models.server import Served, serving

TINY = CATALOG["tiny"]
CONTENT = archive()


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(Served(CONTENT)) as served:
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


@pytest.fixture(autouse=True)
def without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files here are archives without weights in them, so only their checksums are to be looked at."""
    monkeypatch.setattr(inventory, "missing_package", lambda: "torch")


def get(served: Served, folder: Path) -> Fetched:
    return fetch(TINY, folder, lambda done, total: None, served.url)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


def cut_off(served: Served, folder: Path, after: int = 2_000_000) -> None:
    """Have a fetch fail after so many bytes."""
    served.sends = after
    with pytest.raises(JobError, match="once more to go on from there"):
        get(served, folder)
    served.sends = None
    assert (folder / f"{TINY.file}.part").stat().st_size == after


def test_a_file_is_fetched_recorded_and_not_fetched_twice(served: Served, folder: Path) -> None:
    told: list[tuple[int, int]] = []
    fetched = fetch(TINY, folder, lambda done, total: told.append((done, total)), served.url)
    assert fetched.downloaded and fetched.notice is None
    assert (folder / TINY.file).read_bytes() == CONTENT
    assert fetched.sha256 == hashlib.sha256(CONTENT).hexdigest() and fetched.size == len(CONTENT)
    assert names(folder) == ["ledger.json", TINY.file]
    record = ledger.known(folder, folder / TINY.file)
    assert record is not None and record.sha256 == fetched.sha256
    assert told == sorted(told) and told[0] == (0, len(CONTENT)) and told[-1] == (len(CONTENT), len(CONTENT))
    assert served.requests[0]["User-Agent"].startswith("samannot-tui/")
    assert not get(served, folder).downloaded
    assert len(served.requests) == 1


def test_it_goes_on_where_it_stopped(served: Served, folder: Path) -> None:
    cut_off(served, folder)
    told: list[int] = []
    fetch(TINY, folder, lambda done, total: told.append(done), served.url)
    assert served.requests[-1]["Range"] == "bytes=2000000-" and served.requests[-1]["If-Range"] == '"one"'
    assert told[0] == 2_000_000
    assert (folder / TINY.file).read_bytes() == CONTENT
    assert names(folder) == ["ledger.json", TINY.file]


def test_ctrl_c_keeps_what_arrived(served: Served, folder: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done > 1_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch(TINY, folder, interrupt, served.url)
    assert (folder / f"{TINY.file}.part").stat().st_size > 1_000_000
    get(served, folder)
    assert "Range" in served.requests[-1] and (folder / TINY.file).read_bytes() == CONTENT


def test_all_there_but_not_renamed_yet_needs_no_server(served: Served, folder: Path) -> None:
    cut_off(served, folder)
    part = folder / f"{TINY.file}.part"
    part.write_bytes(CONTENT)
    assert get(served, folder).downloaded
    assert len(served.requests) == 1 and (folder / TINY.file).read_bytes() == CONTENT


def test_a_server_without_ranges_starts_again(served: Served, folder: Path) -> None:
    cut_off(served, folder)
    served.ranges = False
    get(served, folder)
    assert (folder / TINY.file).read_bytes() == CONTENT


def test_a_file_that_changed_on_the_server_starts_again(served: Served, folder: Path) -> None:
    cut_off(served, folder)
    served.content, served.etag = archive(3_000_500, seed=2), '"two"'
    get(served, folder)
    assert (folder / TINY.file).read_bytes() == served.content


@pytest.mark.parametrize(("size", "etag"), [(3_000_000, '"two"'), (3_000_500, '"one"')], ids=["etag", "size"])
def test_a_server_that_ignores_the_condition_is_not_believed(
    served: Served, folder: Path, size: int, etag: str
) -> None:
    """It answers 206 with the end of another file."""
    cut_off(served, folder)
    served.content, served.etag, served.conditions = archive(size, seed=2), etag, False
    get(served, folder)
    assert (folder / TINY.file).read_bytes() == served.content


def test_a_range_that_the_server_will_not_have_starts_again(
    served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_off(served, folder)
    real = download.urlopen

    def urlopen(request: download.Request, timeout: float) -> object:
        if request.has_header("Range"):
            raise download.HTTPError(request.full_url, 416, "Range Not Satisfiable", HTTPMessage(), None)
        return real(request, timeout=timeout)

    monkeypatch.setattr(download, "urlopen", urlopen)
    get(served, folder)
    assert (folder / TINY.file).read_bytes() == CONTENT


@pytest.mark.parametrize("etag", ["", 'W/"one"'])
def test_without_a_strong_etag_nothing_is_gone_on_from(served: Served, folder: Path, etag: str) -> None:
    served.etag = etag
    cut_off(served, folder)
    get(served, folder)
    assert "Range" not in served.requests[-1] and (folder / TINY.file).read_bytes() == CONTENT


def test_bytes_of_unknown_origin_are_not_gone_on_from(served: Served, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / f"{TINY.file}.part").write_bytes(b"PK\x03\x04" + bytes(1000))
    get(served, folder)
    assert "Range" not in served.requests[-1] and (folder / TINY.file).read_bytes() == CONTENT


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_refusal_names_the_url_and_the_way_by_hand(served: Served, folder: Path, status: int) -> None:
    served.status = status
    url = f"{served.url}/{TINY.file}"
    with pytest.raises(JobError) as raised:
        get(served, folder)
    said = str(raised.value)
    assert f"{url} cannot be fetched: the server says {status}" in said
    assert f"By hand: get {url} and put it at {folder / TINY.file}." in said
    assert names(folder) == []


def test_a_web_page_in_its_place_is_told_and_costs_nothing_that_arrived(served: Served, folder: Path) -> None:
    cut_off(served, folder)
    served.content, served.type, served.ranges = b"<html>Log in</html>", "text/html", False
    with pytest.raises(JobError, match=r"answers with a web page.*By hand"):
        get(served, folder)
    assert (folder / f"{TINY.file}.part").stat().st_size == 2_000_000


def test_what_is_no_checkpoint_is_thrown_away(served: Served, folder: Path) -> None:
    served.content = b"<html>Not found</html>"
    with pytest.raises(JobError, match=r"sent is no checkpoint\. By hand"):
        get(served, folder)
    assert names(folder) == []


def test_no_length_no_file(served: Served, folder: Path) -> None:
    served.tells_length = False
    with pytest.raises(JobError, match="does not say how long"):
        get(served, folder)


def test_no_network_is_a_sentence(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Served(CONTENT)) as gone:
        pass
    with pytest.raises(JobError, match=r"cannot be reached: Connection refused\. By hand"):
        get(gone, folder)
    monkeypatch.setattr(socket, "getaddrinfo", _no_name)
    with pytest.raises(JobError, match=r"cannot be reached: Name or service not known\. By hand"):
        get(gone, folder)


def test_a_server_that_falls_silent_is_given_up(served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download, "_TIMEOUT_SECONDS", 0.2)
    served.sends, served.pause = 1_000_000, threading.Event()
    with pytest.raises(JobError, match=r"was lost \(no answer for 0 s\)"):
        get(served, folder)
    served.pause.set()


def test_a_redirect_to_another_kind_of_connection_is_refused(
    served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = download.urlopen

    def urlopen(request: download.Request, timeout: float) -> object:
        response = real(request, timeout=timeout)
        response.url = response.url.replace("http://", "ftp://")
        return response

    monkeypatch.setattr(download, "urlopen", urlopen)
    with pytest.raises(JobError, match="not the same safe connection"):
        get(served, folder)


def test_no_room_is_told_before_it_is_filled(served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(download.shutil, "disk_usage", lambda place: _Free(1_000_000))
    with pytest.raises(JobError, match=r"has 1 MB free, but .* needs 3 MB more"):
        get(served, folder)
    assert names(folder) == [f"{TINY.file}.part.json"]


def _no_name(*args: object, **options: object) -> None:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


class _Free:
    def __init__(self, free: int) -> None:
        self.free = free


def test_a_full_disk_is_a_sentence(served: Served, folder: Path) -> None:
    def fill(done: int, total: int) -> None:
        if done:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(JobError, match=r"cannot be written \(No space left on device\); set SAMANNOT_MODELS"):
        fetch(TINY, folder, fill, served.url)


def test_a_folder_that_cannot_be_made_is_a_sentence(served: Served, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(JobError, match=r"cannot be written \(Not a directory\).*--checkpoint"):
        get(served, tmp_path / "file" / "models")


def test_a_second_fetch_of_the_same_file_is_refused(served: Served, folder: Path) -> None:
    folder.mkdir(parents=True)
    with (folder / f".{TINY.file}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(JobError, match=r"is being fetched by another process already; wait for that\.$"):
            get(served, folder)
    assert served.requests == []
    get(served, folder)


def test_a_file_that_was_put_there_by_hand_is_kept(served: Served, folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / TINY.file).write_bytes(archive(100, seed=3))
    fetched = get(served, folder)
    assert not fetched.downloaded and fetched.notice is not None and "Only its checksum" in fetched.notice
    assert ledger.known(folder, folder / TINY.file) is None and served.requests == []


def test_a_file_whose_weights_do_not_fit_is_replaced(
    served: Served, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("sam2")
    monkeypatch.setattr(inventory, "missing_package", lambda: None)
    folder.mkdir(parents=True)
    (folder / TINY.file).write_bytes(archive(100, seed=3))
    assert get(served, folder).downloaded
    assert (folder / TINY.file).read_bytes() == CONTENT


@pytest.mark.parametrize(
    "content", [b"<html>", archive(3_000_000, seed=9), CONTENT[:-100]], ids=["page", "changed", "cut off"]
)
def test_a_damaged_or_changed_file_is_replaced(served: Served, folder: Path, content: bytes) -> None:
    get(served, folder)
    (folder / TINY.file).write_bytes(content)
    assert get(served, folder).downloaded
    assert (folder / TINY.file).read_bytes() == CONTENT


def test_what_is_in_the_way_is_left_alone(served: Served, folder: Path) -> None:
    (folder / TINY.file).mkdir(parents=True)
    with pytest.raises(InputError, match="is in the way"):
        get(served, folder)
