"""Actions that magnify the picture and move about in it."""

from abc import abstractmethod

from samannot_tui.errors import InputError
from samannot_tui.render.viewport import Viewport
from samannot_tui.text import printable
from samannot_tui.tui.actions.base import ActionScreen
from samannot_tui.tui.drawing import PictureRequest, request_for
from samannot_tui.tui.widgets.canvas import Canvas

KEY_FACTOR = 1.5
WHEEL_FACTOR = 1.25
PAN_SHARE = 1 / 4
"""A press moves the part shown by this fraction of its size."""

Point = tuple[float, float]


class ViewingActions(ActionScreen):
    """What is magnified is kept as zoom and middle: a canvas of another size shows the same place."""

    _grabbed: Point | None = None

    @abstractmethod
    async def draw_screenshot(self, request: PictureRequest) -> bytes:
        """A picture at the video's resolution as a PNG file, made elsewhere than on the event loop.

        Raises:
            InputError: the media can no longer be read, or a mask is damaged.
        """

    @property
    @abstractmethod
    def media_name(self) -> str:
        """What the video's session and files are called."""

    @property
    def viewport(self) -> Viewport:
        """The part of the frame that is to be shown; the picture on the screen may still be another."""
        extent, kept = self.place.extent, self.place.kept
        target = self.query_one(Canvas).target
        frame_size = (extent.width, extent.height)
        return Viewport(frame_size, target.pixel_size if target else frame_size, kept.zoom, kept.center)

    def look(self, viewport: Viewport) -> None:
        """Show another part of the frame."""
        if (viewport.zoom, viewport.center) != (self.place.kept.zoom, self.place.kept.center):
            self.place.keep(zoom=viewport.zoom, center=viewport.center)
            self.show_picture()

    def action_zoom(self, steps: int) -> None:
        """About the crosshair where it is in view, else about the middle."""
        self._look_and_tell(self.viewport.zoomed(KEY_FACTOR**steps, self._point_of_interest()))

    def action_whole_picture(self) -> None:
        self._look_and_tell(self.viewport.zoomed(0))

    def action_pixel_for_pixel(self) -> None:
        self._look_and_tell(self.viewport.pixel_for_pixel(self._point_of_interest()))

    def action_pan(self, dx: int, dy: int) -> None:
        viewport = self.viewport
        width, height = viewport.source[2:]
        self.look(viewport.panned(dx * max(1, width * PAN_SHARE), dy * max(1, height * PAN_SHARE)))
        if viewport.zoom == 1:
            self.say("The whole picture is shown; z magnifies it.")

    def action_screenshot(self) -> None:
        """Save what is shown now, whatever is shown by the time that it is drawn."""
        self.require_writable()
        target = self.query_one(Canvas).target
        if target is None:
            raise InputError("There is no room for the picture; make the terminal larger.")
        self.carry_out(self._save_screenshot(request_for(self.place, target)))

    async def _save_screenshot(self, request: PictureRequest) -> None:
        png = await self.draw_screenshot(request)
        path = await self.client.add_screenshot(png, self.media_name, request.frame)
        sentence = f"Saved {printable(path.relative_to(self.client.folder))} in the session's folder."
        self.say(sentence)
        if self.place.mode is not None:
            self.notify(sentence, markup=False)  # the message line is about the crosshair then

    def zoom_at(self, point: Point, notches: int, shown: Viewport) -> None:
        """The wheel turned over a source position of the picture on the screen."""
        viewport = self.viewport
        zoom = viewport.zoom * WHEEL_FACTOR**notches
        self._look_and_tell(viewport.holding(point, shown.to_output(*point), zoom))

    def grab(self, point: Point) -> None:
        """The mouse took hold of the picture; `drag_picture` moves that point along, `let_go` ends it."""
        self._grabbed = point

    def drag_picture(self, point: Point, shown: Viewport) -> bool:
        """The mouse went to a source position of the picture on the screen; False where nothing is held."""
        if self._grabbed is None:
            return False
        viewport = self.viewport
        self.look(viewport.holding(self._grabbed, shown.to_output(*point), viewport.zoom))
        return True

    def let_go(self) -> bool:
        """Was anything held?"""
        held, self._grabbed = self._grabbed, None
        return held is not None

    def follow_crosshair(self) -> None:
        """Bring the crosshair back into view where the keyboard has moved it out."""
        if self.place.mode is not None:
            self.look(self.viewport.showing(self.place.mode.x, self.place.mode.y))

    def in_view(self, point: Point | None) -> Point:
        """`point`, or the pixel in the middle where it is not shown."""
        viewport = self.viewport
        if point is not None and viewport.contains(*point):
            return point
        x, y, width, height = viewport.source
        return x + width // 2, y + height // 2

    def _point_of_interest(self) -> Point | None:
        mode = self.place.mode
        return (mode.x, mode.y) if mode is not None and self.viewport.contains(mode.x, mode.y) else None

    def _look_and_tell(self, viewport: Viewport) -> None:
        self.look(viewport)
        self.say(f"Zoom {viewport.zoom:.3g}x; w shows the whole picture." if viewport.zoom > 1 else "Whole picture.")
