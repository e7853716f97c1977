"""Actions that edit masks: brush, polygon and fill, by crosshair and by mouse."""

from samannot_tui.errors import InputError
from samannot_tui.masks.edits import Fill, MaskEdit
from samannot_tui.tui.actions.prompting import SAME_SPOT_PIXELS, PromptingActions
from samannot_tui.tui.painting import CellEdit, PaintKind, PaintMode, brush_for

STROKE_ACTIONS = ("crosshair", "place", "zoom", "whole_picture", "pixel_for_pixel", "pan")
"""All others lift the brush first."""


class PaintingActions(PromptingActions):
    """Edits go to the active label's mask, on the frame that is shown; each stroke is a step of its own."""

    _radius: float | None = None
    _warned_run: int | None = None

    def action_paint_mode(self, kind: PaintKind) -> None:
        self._require_paintable()
        mode = self.place.mode
        if isinstance(mode, PaintMode) and mode.kind == kind:
            self.set_mode(None)
            return
        if self._radius is None:
            self._radius = brush_for(self.place.extent.coarse_step / 2)
        if self.place.view not in ("overlay", "masks"):
            self.place.keep(view="overlay", compare=False)  # what is painted is to be seen
        x, y = self.in_view(self._crosshair)
        self.set_mode(PaintMode(kind, x, y, self._radius))

    def action_brush_size(self, steps: int) -> None:
        mode = self.place.mode
        if isinstance(mode, PaintMode):
            self.set_mode(mode.sized(steps))
            self._radius = mode.sized(steps).radius

    def action_fill(self) -> None:
        """Fill what is enclosed around the crosshair; as an eraser, take the piece under it away."""
        mode = self.place.mode
        if isinstance(mode, PaintMode):
            self._fill(mode, paint=mode.paint)

    def action_place(self) -> None:
        mode = self.place.mode
        if not isinstance(mode, PaintMode):
            super().action_place()
        elif mode.stroke is not None:
            self.lift()
        else:
            self._begin(mode, paint=mode.paint, reach=0)

    def action_remove_prompt(self) -> None:
        """While polygons are made, the last corner instead: once too often is not to cost a prompt."""
        mode = self.place.mode
        if not isinstance(mode, PaintMode) or mode.kind != "polygon":
            super().action_remove_prompt()
        elif mode.corners:
            self.set_mode(mode.without_corner())
        elif self.place.selected:
            super().action_remove_prompt()
        else:
            raise InputError("There is no corner to take back; leave the polygon with Esc to remove prompts.")

    def lift(self) -> None:
        """The brush leaves the mask, where it is down: the stroke is made."""
        mode = self.place.mode
        if isinstance(mode, PaintMode) and mode.stroke is not None:
            self.set_mode(mode.lifted)
            self._edit(mode.stroke)

    def press_brush(self, x: float, y: float, *, opposite: bool, fills: bool) -> None:
        """A mouse button went down at frame pixel (x, y): `opposite` erases, `fills` what is there."""
        mode = self.place.mode
        if not isinstance(mode, PaintMode) or not self.place.extent.holds(x, y):
            return
        self.lift()
        mode = mode.lifted.at(*self.place.extent.clamp(round(x), round(y)))
        self.set_mode(mode)
        if fills:
            self._fill(mode, paint=mode.paint != opposite)
        else:
            self._begin(mode, paint=mode.paint != opposite, reach=SAME_SPOT_PIXELS / self.place.extent.zoom)

    def drag(self, x: float, y: float) -> None:
        mode = self.place.mode
        if isinstance(mode, PaintMode):
            self.set_mode(mode.at(*self.place.extent.clamp(round(x), round(y))))
        else:
            super().drag(x, y)

    def release(self) -> None:
        if isinstance(self.place.mode, PaintMode):
            self.lift()
        else:
            super().release()

    def _begin(self, mode: PaintMode, *, paint: bool, reach: float) -> None:
        """Put the brush down, or a corner, which closes the polygon within `reach` of its first or last one."""
        self._require_paintable()
        if mode.kind == "brush":
            self.set_mode(mode.put_down(paint=paint))
        elif mode.closes(reach):
            polygon = mode.closed()
            self.set_mode(mode.settled)
            self._edit(polygon)
        else:
            self.set_mode(mode.with_corner())

    def _fill(self, mode: PaintMode, *, paint: bool) -> None:
        self._require_paintable()
        self._edit(Fill(mode.x, mode.y, paint))

    def _require_paintable(self) -> None:
        """Raises:
        InputError: there is no active label, it is hidden, or nothing can be kept.
        """
        self.require_writable()
        label = self.require_label()
        if label.hidden:
            raise InputError(f"{self.place.name_of(label.id)} is hidden, so that no edit could be seen; o shows it.")

    def _edit(self, edit: MaskEdit) -> None:
        label = self.place.label
        if label is not None:
            made = CellEdit(self.place.frame, label, edit)
            self.place.edits += (made,)
            self.show_picture()
            self.carry_out(self._keep(made))

    async def _keep(self, made: CellEdit) -> None:
        try:
            events = await self.client.edit_mask(made.frame, made.label, made.edit)
            # At once: an undo of it, asked for meanwhile, says so afterwards.
            name = self.place.name_of(made.label)
            self.say(f"Edited {name} on frame {made.frame}; u undoes it." if events else f"{name} is as it was before.")
            await self.taken_in()
        finally:
            edits = list(self.place.edits)
            edits.remove(made)
            self.place.edits = tuple(edits)
            self.show_picture()
        self._tell_of_run(made)

    def _tell_of_run(self, made: CellEdit) -> None:
        """Once a run: what becomes of an edit on a frame that it still writes to."""
        run = self.place.state.active_run
        if run is None or run.id == self._warned_run:
            return
        plans = [plan for sweep in run.plan.passes for plan in sweep.labels if plan.label == made.label]
        if any(span.first <= made.frame <= span.last for plan in plans for span in plan.writes):
            self._warned_run = run.id
            name = self.place.name_of(made.label)
            self.warn(f"The run that goes on keeps your edits of {name} but knows nothing of them; the next one does.")
