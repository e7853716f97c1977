"""Files that look like what torch.save writes, made without torch."""

import io
import random
import zipfile


def archive(size: int = 3_000_000, seed: int = 1) -> bytes:
    """A zip archive with a pickle's name in it and about `size` bytes of noise."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(zipfile.ZipInfo("archive/data.pkl"), b"never read here")
        file.writestr(zipfile.ZipInfo("archive/data/0"), random.Random(seed).randbytes(size))
    return buffer.getvalue()
