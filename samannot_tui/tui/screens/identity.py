"""The identity dialog: two labels that were mistaken for each other, or one that is two, over some frames."""

from itertools import count
from typing import ClassVar, Literal, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, RadioButton, RadioSet, Static
from textual.widgets import Label as Text
from textual.widgets.option_list import Option

from samannot_tui.engine.blocks import block_of
from samannot_tui.errors import InputError, JobError
from samannot_tui.masks.palette import voc_color
from samannot_tui.session.commands import ReassignMasks, SplitOff
from samannot_tui.session.reassigning import foresee_reassigned
from samannot_tui.session.situation import LONGEST_NAME, Situation
from samannot_tui.session.state import Label
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.confirming import after_keys_before
from samannot_tui.tui.extents import Choice, ends, starts
from samannot_tui.tui.place import Place
from samannot_tui.tui.widgets.field import Field

Kind = Literal["swap", "merge", "split"]
KINDS: dict[Kind, str] = {
    "swap": "both exchange what they have",
    "merge": "all goes to the other",
    "split": "all goes to one without any",
}
CHOOSING = {"down": 1, "up": -1}


class Range(Field):
    """A frame to type; the arrows up and down go through the choices."""

    def __init__(self, ident: str) -> None:
        super().__init__(id=ident, compact=True, restrict=r"\d*", max_length=9)
        self.choices: list[Choice] = []

    async def _on_key(self, event: events.Key) -> None:
        if event.key not in CHOOSING or not self.choices:
            await super()._on_key(event)
            return
        event.stop()
        event.prevent_default()
        frames = [choice.frame for choice in self.choices]
        at = frames.index(int(self.value)) + CHOOSING[event.key] if self.frame in frames else 0
        self.value = str(frames[at % len(frames)])
        self.cursor_position = len(self.value)

    @property
    def frame(self) -> int | None:
        return int(self.value) if self.value.isascii() and self.value.isdigit() else None

    def hint(self) -> Content:
        """The choices in words; that which the field has stands out."""
        parts = [(f"{each.frame} {each.why}", "bold" if each.frame == self.frame else "") for each in self.choices]
        return Content(" · ").join([Content.styled(*part) for part in parts])


class IdentityScreen(ModalScreen[str | None]):
    """Ends with a sentence about what was done, or with None."""

    DEFAULT_CSS = """
    IdentityScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 96; height: auto; max-height: 95%; border: round $primary;
                       padding: 0 1; background: $surface; }
        & RadioSet { border: none; padding: 0; layout: horizontal; height: 1; width: auto; overflow: hidden; }
        & RadioSet:focus { border: none; }
        & RadioSet RadioButton { width: auto; margin-right: 1; }
        & OptionList { border: none; height: auto; max-height: 8; width: 1fr; background: $surface; padding: 0; }
        & OptionList:focus { border: none; }
        & Horizontal { height: auto; }
        & Horizontal Label { width: 8; }
        & Horizontal .hint { width: 1fr; height: 1; color: $text-muted; padding-left: 1; text-wrap: nowrap;
                             text-overflow: ellipsis; }
        & Input { width: 10; background: $boost; }
        & #foreseen { height: auto; min-height: 3; margin-top: 1; }
        & #foreseen.refused { color: $warning; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close", id="identity.close", tooltip="Close the dialog; nothing changes"),
        # Before the list and the radio buttons, for which it would mean less.
        Binding("enter", "apply", "Do it", id="identity.apply", tooltip="Do what is foreseen", priority=True),
        *(
            Binding(key, f"kind('{kind}')", kind.capitalize(), id=f"identity.{kind}", tooltip=KINDS[kind])
            for key, kind in zip("smt", KINDS, strict=True)
        ),
    ]

    def __init__(self, client: Client, place: Place, label: Label) -> None:
        super().__init__()
        self._client = client
        self._place = place
        self._label = label
        self._others = [each for each in place.state.labels.values() if each.id != label.id]
        self._kind: Kind = "swap" if self._others else "split"
        self._crossings: list[int] = []
        self._is_applying = False

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = Content(f"Identity of {self._place.name_of(self._label.id)}")
            box.border_subtitle = "s m t what · Tab next field · ↑ ↓ choose · Enter does it · Esc closes"
            with Horizontal():
                yield Text("What")
                with RadioSet(id="kind"):
                    for kind in KINDS:
                        yield RadioButton(
                            kind, value=kind == self._kind, name=kind, disabled=kind != "split" and not self._others
                        )
                yield Static(classes="hint", id="what", markup=False)
            with Horizontal():
                yield Text("Other")
                yield OptionList(id="other")
            for ident in ("from", "to"):
                with Horizontal():
                    yield Text(ident.capitalize())
                    yield Range(ident)
                    yield Static(classes="hint", id=f"{ident}-hint", markup=False)
            yield Static(id="foreseen", markup=False)

    def on_mount(self) -> None:
        self._fill_others()
        self._fill_range()
        self.query_one(OptionList).focus()

    def _fill_others(self) -> None:
        """The labels that it can be about, and for a split a new one; that with a mask here is the first guess."""
        options = self.query_one(OptionList)
        options.clear_options()
        if self._kind == "split":
            options.add_option(Option(Content(f"+ a new label: {self._new_name()}")))
        options.add_options([Option(self._line(each)) for each in self._others])
        present = [
            at for at, each in enumerate(self._others) if self._place.live.is_present(self._place.frame, each.id)
        ]
        options.highlighted = 0 if self._kind == "split" else (present or [0])[0]
        self.query_one("#what", Static).update(KINDS[self._kind])

    def _fill_range(self) -> None:
        self._range("from").value = str(self._place.frame)
        self._range("to").value = str(ends(self._place, self._place.frame, [])[0].frame)

    def _line(self, label: Label) -> Content:
        swatch = "rgb({},{},{})".format(*voc_color(label.id))
        here = "" if self._place.live.is_present(self._place.frame, label.id) else "  (not on this frame)"
        return Content.assemble(("█", swatch), f" {label.id} {self._place.name_of(label.id)}", (here, "dim"))

    def _new_name(self) -> str:
        taken = {each.name for each in self._place.state.labels.values()}
        names = (f"{self._label.name[: LONGEST_NAME - len(number)]}{number}" for n in count(2) if (number := f" {n}"))
        return next(name for name in names if name not in taken)

    def _range(self, ident: str) -> Range:
        return self.query_one(f"#{ident}", Range)

    @property
    def _other(self) -> Label | None:
        """The label that is chosen; None for a new one."""
        row = self.query_one(OptionList).highlighted or 0
        row -= self._kind == "split"
        return self._others[row] if row >= 0 else None

    def _command(self) -> ReassignMasks | SplitOff:
        """Raises:
        InputError: a field does not hold a frame.
        """
        first, last = self._range("from").frame, self._range("to").frame
        if first is None or last is None:
            raise InputError("Type the first and the last frame, or choose them with the arrows up and down.")
        if self._other is None:
            return SplitOff(self._label.id, self._new_name(), first, last)
        return ReassignMasks(self._kind, self._label.id, self._other.id, first, last)

    @on(RadioSet.Changed)
    def _change_kind(self, event: RadioSet.Changed) -> None:
        event.stop()
        self._kind = cast(Kind, event.pressed.name)
        self._fill_others()
        self._foresee()

    def action_kind(self, kind: Kind) -> None:
        if kind == "split" or self._others:
            next(each for each in self.query(RadioButton) if each.name == kind).value = True

    @on(Input.Changed)
    def _change_range(self, event: Input.Changed) -> None:
        event.stop()
        self._foresee()

    @on(OptionList.OptionHighlighted)
    def _change_other(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._crossings = []
        self._foresee()
        if self._other is not None:
            self.run_worker(self._find_crossings(self._other), group="crossings", exclusive=True)

    async def _find_crossings(self, other: Label) -> None:
        place = self._place
        block = block_of(place.frame, place.state.settings.block_size, place.frame_count)
        try:
            found = await self._client.find_crossings((self._label.id, other.id), block.first, block.last)
        except InputError:
            return  # a damaged mask is told where it is shown; without crossings there is a choice less
        if other is self._other:
            self._crossings = found
            self._foresee()

    def _foresee(self) -> None:
        first = self._range("from")
        first.choices = starts(self._place, self._crossings)
        if first.frame is not None and first.frame < self._place.frame_count:
            self._range("to").choices = ends(self._place, first.frame, self._crossings)
        for ident in ("from", "to"):
            self.query_one(f"#{ident}-hint", Static).update(self._range(ident).hint())
        try:
            self._tell(foresee_reassigned(self._command(), self._now()))
        except InputError as error:
            self._tell(str(error), is_refusal=True)

    def _now(self) -> Situation:
        follower = self._client.follower
        return Situation(follower.state, follower.live, follower.manifest, masks=None)

    def _tell(self, sentence: str, is_refusal: bool = False) -> None:
        told = self.query_one("#foreseen", Static)
        told.update(printable(sentence))
        told.set_class(is_refusal, "refused")

    def action_leave(self) -> None:
        # What is being applied is not taken back by looking away.
        if not self._is_applying:
            self.dismiss(None)

    def action_apply(self) -> None:
        after_keys_before(self, self._confirm)

    def _confirm(self) -> None:
        if not self._is_applying:
            self._is_applying = True
            self.run_worker(self._apply())

    async def _apply(self) -> None:
        try:
            command = self._command()
            foreseen = foresee_reassigned(command, self._now())
            await self._client.submit(command)
            self.dismiss(foreseen)
        except (InputError, JobError) as error:
            self._tell(str(error), is_refusal=True)
        self._is_applying = False
