"""The mask log's index in the cache: it opens a long session sooner, and never says what the log does not."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest

from samannot_tui.appendlog import Scan, seal, unseal
from samannot_tui.masks import index_file, log
from samannot_tui.masks.index import MaskIndex
from samannot_tui.session.store import Session
from tests.session.support import make_session, new_mask


@pytest.fixture(autouse=True)
def _always_worth_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "WORTH_KEEPING", 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    session = make_session(tmp_path)
    session.append_masks([new_mask(frame, 1 + frame % 3, run=frame % 2 or None) for frame in range(20)])
    session.close()
    return session.folder


@pytest.fixture
def lines_read(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Numbers of the mask log's lines that are read."""
    numbers: list[int] = []
    lines = Scan.lines

    def counted(scan: Scan) -> Iterator[object]:
        for line in lines(scan):
            if scan.path.name == "masks.jsonl":
                numbers.append(line.number)
            yield line

    monkeypatch.setattr(Scan, "lines", counted)
    yield numbers


def columns(folder: Path) -> dict[str, list[object]]:
    session = Session.open(folder, read_only="for a look")
    found = {name: column.tolist() for name, column in session.masks.index.columns().items()}
    assert [session.masks.read(record).id for record in range(1, session.masks.index.count + 1)] == list(
        range(1, session.masks.index.count + 1)
    )
    session.close()
    return found


def without_file(folder: Path) -> dict[str, list[object]]:
    bare = folder.with_name("bare.samannot")
    shutil.copytree(folder, bare)
    (bare / "cache" / "masks.index").unlink()
    return columns(bare)


def test_lines_that_it_knows_are_not_read_again(folder: Path, lines_read: list[int]) -> None:
    expected = without_file(folder)
    lines_read.clear()
    assert columns(folder) == expected
    assert lines_read == []


def test_what_was_appended_since_is_read(folder: Path, lines_read: list[int]) -> None:
    kept = (folder / "cache" / "masks.index").read_bytes()
    session = Session.open(folder)
    session.append_masks([new_mask(21, 2), new_mask(22, 2)])
    session.close()
    (folder / "cache" / "masks.index").write_bytes(kept)
    lines_read.clear()
    found = columns(folder)
    assert lines_read == [21, 22]
    assert found == without_file(folder)


def test_a_file_taken_further_is_as_one_made_anew(folder: Path) -> None:
    session = Session.open(folder)
    session.append_masks([new_mask(21, 2), new_mask(22, 2)])
    session.close()
    further = (folder / "cache" / "masks.index").read_bytes()
    (folder / "cache" / "masks.index").unlink()
    Session.open(folder).close()
    assert (folder / "cache" / "masks.index").read_bytes() == further


def test_who_only_reads_writes_none(folder: Path) -> None:
    (folder / "cache" / "masks.index").unlink()
    Session.open(folder, read_only="for a look").close()
    assert not list((folder / "cache").iterdir())


def test_few_more_masks_are_not_worth_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "WORTH_KEEPING", 3)
    kept = (folder / "cache" / "masks.index").read_bytes()
    session = Session.open(folder)
    session.append_masks([new_mask(21, 2), new_mask(22, 2)])
    session.close()
    assert (folder / "cache" / "masks.index").read_bytes() == kept


def test_another_log_of_the_same_length_is_read(folder: Path, lines_read: list[int]) -> None:
    masks = folder / "masks.jsonl"
    first, *rest = masks.read_bytes().splitlines(keepends=True)
    body = unseal(first)
    assert body is not None
    masks.write_bytes(b"".join([seal(body.replace(b'"label":1', b'"label":9')), *rest]))
    lines_read.clear()
    assert columns(folder)["label"][0] == 9
    assert lines_read == list(range(1, 21))


def test_damage_in_what_it_covers_is_found(folder: Path) -> None:
    masks = folder / "masks.jsonl"
    data = bytearray(masks.read_bytes())
    data[len(data) // 2] ^= 1
    masks.write_bytes(data)
    session = Session.open(folder)
    assert session.read_only is not None and "masks.jsonl is damaged" in session.read_only
    session.close()


def test_a_log_cut_short_is_read(folder: Path) -> None:
    masks = folder / "masks.jsonl"
    masks.write_bytes(b"".join(masks.read_bytes().splitlines(keepends=True)[:7]))
    assert len(columns(folder)["frame"]) == 7


def test_a_torn_tail_behind_it_is_dropped_and_told_of(folder: Path) -> None:
    masks = folder / "masks.jsonl"
    whole = masks.read_bytes()
    masks.write_bytes(whole + b'{"frame":3,')
    session = Session.open(folder)
    assert session.notices == ("masks.jsonl: dropped 11 bytes at its end that a crash left unfinished.",)
    session.close()
    assert masks.read_bytes() == whole


def lying(folder: Path, change: Callable[[MaskIndex], None]) -> None:
    """Put a file there that fits the log and its own digest, but not the truth."""
    path = folder / "cache" / "masks.index"
    with (folder / "masks.jsonl").open("rb") as masks:
        kept = index_file.load(path, masks.fileno(), 30)
        assert kept is not None
        change(kept.index)
        path.write_bytes(index_file.pack(kept))


LIES: dict[str, Callable[[MaskIndex], None]] = {
    "a frame behind the video's end": lambda index: np.put(index.frame, 3, 30),
    "a frame before its beginning": lambda index: np.put(index.frame, 3, -1),
    "a label beyond the most": lambda index: np.put(index.label, 3, 256),
    "a source that is none": lambda index: np.put(index.source, 3, 7),
    "a run before the first": lambda index: np.put(index.run, 3, -4),
    "a line behind the log's end": lambda index: np.put(index._columns["offset"], 20, 1 << 40),
    "lines in disorder": lambda index: np.put(index._columns["offset"], 3, 0),
    "a line without an end": lambda index: np.put(index._columns["length"], 3, -1),
}


@pytest.mark.parametrize("what", LIES)
def test_what_cannot_be_is_not_believed(folder: Path, what: str, lines_read: list[int]) -> None:
    expected = without_file(folder)
    lying(folder, LIES[what])
    lines_read.clear()
    assert columns(folder) == expected
    assert len(lines_read) == 20


@pytest.mark.parametrize("cut", [0, 1, 100, 400, -1])
def test_a_file_cut_short_or_with_more_is_not_believed(folder: Path, cut: int, lines_read: list[int]) -> None:
    expected, path = without_file(folder), folder / "cache" / "masks.index"
    data = path.read_bytes()
    path.write_bytes(data[:cut] if cut >= 0 else data + b"\0" * 33)
    lines_read.clear()
    assert columns(folder) == expected
    assert len(lines_read) == 20


@pytest.mark.parametrize("records", [0, 21, 1 << 40])
def test_more_or_fewer_records_than_it_holds_are_not_believed(
    folder: Path, records: int, lines_read: list[int]
) -> None:
    expected, path = without_file(folder), folder / "cache" / "masks.index"
    head, data = path.read_bytes().split(b"\n", 1)
    fields = msgspec.json.decode(unseal(head + b"\n") or b"")
    path.write_bytes(seal(msgspec.json.encode(fields | {"records": records})) + data)
    lines_read.clear()
    assert columns(folder) == expected
    assert len(lines_read) == 20


def test_nothing_is_read_or_written_through_a_link(folder: Path, tmp_path: Path, lines_read: list[int]) -> None:
    (folder / "cache").rename(tmp_path / "elsewhere")
    (folder / "cache").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "elsewhere" / "masks.index").unlink()
    Session.open(folder).close()
    assert not list((tmp_path / "elsewhere").iterdir())
