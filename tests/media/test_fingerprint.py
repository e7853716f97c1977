"""What tells one file from another."""

from pathlib import Path

from samannot_tui.media.fingerprint import file_fingerprint

MIB = 1 << 20


def sparse(path: Path, size: int, marks: dict[int, bytes] | None = None) -> str:
    """The fingerprint of a file of zeros with `marks` at some offsets."""
    with path.open("wb") as file:
        file.truncate(size)
        for at, mark in (marks or {}).items():
            file.seek(at)
            file.write(mark)
    return file_fingerprint(path)


def test_size_beginning_middle_and_end_count(tmp_path: Path) -> None:
    path = tmp_path / "large"
    found = [
        sparse(path, 40 * MIB),
        sparse(path, 41 * MIB),
        sparse(path, 40 * MIB, {0: b"x"}),
        sparse(path, 40 * MIB, {40 * MIB - 1: b"x"}),
        sparse(path, 40 * MIB, {number * MIB: b"x" * MIB for number in (19, 20, 21)}),
    ]
    assert len(set(found)) == len(found)
    assert sparse(path, 40 * MIB) == found[0]


def test_every_byte_of_a_small_file_counts(tmp_path: Path) -> None:
    path = tmp_path / "small"
    plain = sparse(path, 50_000)
    assert all(sparse(path, 50_000, {at: b"x"}) != plain for at in range(0, 50_000, 4_999))
