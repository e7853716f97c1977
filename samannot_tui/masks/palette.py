"""Colours of labels: the PASCAL VOC colour map, indexed by label ID; index 0 (black) is the background."""

Rgb = tuple[int, int, int]


def voc_color(index: int) -> Rgb:
    """The colour of a label ID, 0 to 255: (red, green, blue), 0 to 255 each.

    Source: `VOClabelcolormap` of the PASCAL VOC development kit. From the lowest bits up, every three bits
    of the index are one bit each of red, green and blue, which are filled from their highest bit down.

    Raises:
        ValueError: the index has no colour.
    """
    if not 0 <= index <= 255:
        raise ValueError(f"the VOC colour map has the indices 0 to 255, not {index}")
    red = green = blue = 0
    for bit in range(7, -1, -1):
        red |= (index & 1) << bit
        green |= (index >> 1 & 1) << bit
        blue |= (index >> 2 & 1) << bit
        index >>= 3
    return red, green, blue


VOC_PALETTE: tuple[Rgb, ...] = tuple(voc_color(index) for index in range(256))
