"""How good a picture is, against how many bytes it takes."""

from typing import Literal

Quality = Literal["rest", "scrub"]
"""As good as the source where the eye rests; as small as is still worth looking at while frames fly by."""
