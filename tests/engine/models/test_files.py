import hashlib
import os
import zipfile
from pathlib import Path

import pytest

from samannot_tui.engine.models.files import check_kind, digest
from samannot_tui.errors import InputError
from tests.engine.models.archives import archive


def test_an_archive_with_a_pickle_is_the_right_kind_of_file(tmp_path: Path) -> None:
    path = tmp_path / "good.pt"
    path.write_bytes(archive(1000))
    check_kind(path)
    assert digest(path) == (path.stat().st_size, hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "is empty"),
        (b"\n <!DOCTYPE html><html>Not found</html>", "is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "torch did not write"),
        (b"\x80\x02}q\x00.", "torch did not write"),
        (archive(1000)[:-40], "cut off or damaged"),
        (archive(1000)[:200], "cut off or damaged"),
    ],
    ids=["empty", "page", "pointer", "pickle", "end cut", "half"],
)
def test_another_kind_of_file_is_a_sentence_that_says_which(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "sam2.1_hiera_base_plus.pt"
    path.write_bytes(content)
    with pytest.raises(InputError, match=rf"{sentence}.*models fetch base-plus"):
        check_kind(path)


def test_a_zip_archive_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx\x1b[0m"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("word/document.xml", "dear all")
    with pytest.raises(InputError, match=r"letter.docx\\x1b\[0m is some zip archive.*from where it came"):
        check_kind(path)


def test_what_is_not_a_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.pt")
    with pytest.raises(InputError, match=r"pipe\.pt is not a regular file"):
        check_kind(tmp_path / "pipe.pt")
    with pytest.raises(InputError, match="null is not a regular file"):
        check_kind(Path("/dev/null"))
    with pytest.raises(InputError, match="is a folder"):
        check_kind(tmp_path)
    with pytest.raises(InputError, match="There is no checkpoint file"):
        digest(tmp_path / "missing.pt")
