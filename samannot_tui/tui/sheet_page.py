"""The contact sheet of the place where the person is."""

from samannot_tui.graphics.target import Target
from samannot_tui.review.progress import Track
from samannot_tui.session.reviews import Standing
from samannot_tui.tui.place import Place
from samannot_tui.tui.reviewing import track_of
from samannot_tui.tui.sheet import SheetCell, SheetRequest, frames_of, grid_for, page_of


def shown_track(place: Place) -> Track | None:
    """The active label's track; None where it has none, or nothing is reviewed."""
    return None if place.review is None else track_of(place.review.tracks(place.state, place.live), place.label)


def sheet_frames(place: Place) -> list[int]:
    """The frames on the sheet that is shown, all pages, rising; none where there is no sheet."""
    track = shown_track(place)
    if place.sheet is None or track is None:
        return []
    return frames_of(place.sheet, track, place.spots)


def sheet_page(place: Place, target: Target) -> SheetRequest | None:
    """The page of the contact sheet that the person is on; None where none is shown."""
    sheet, active, track = place.sheet, place.active, shown_track(place)
    if sheet is None or active is None or track is None:
        return None
    columns, rows = grid_for(target)
    doubtful = set(place.flagged(active.id).tolist())
    frames = sheet_frames(place)
    records = place.live.records(active.id)
    cells = tuple(
        SheetCell(frame, int(records[frame]) or None, Standing(int(track.standing[frame])), frame in doubtful)
        for frame in (frames[number] for number in page_of(frames, place.frame, columns * rows))
    )
    return SheetRequest(active.id, active.name, columns, rows, cells, sheet.asked)
