"""The proposals dialog: shot cuts, labels that may have exchanged places, and what the schema does not allow."""

import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from samannot_tui.errors import InputError, JobError
from samannot_tui.session.commands import AnyCommand, ReassignMasks, SetBarrier, SetBarriers
from samannot_tui.session.conformity import Finding
from samannot_tui.text import printable
from samannot_tui.tui.client import Client
from samannot_tui.tui.place import Place

if TYPE_CHECKING:
    # It imports OpenCV, which must not hold up the first paint.
    from samannot_tui.jobs.proposing import Proposal
    from samannot_tui.review.cuts import Cut
    from samannot_tui.review.swaps import Swap


@dataclass
class Search:
    """What was found so far, and where in the list the person was.

    `seen` are the masks that a swap was found between, as `_masks_at` gives them.
    """

    found: "list[Proposal]" = field(default_factory=list)
    is_complete: bool = False
    row: int = 0
    seen: "dict[Swap, list[int]]" = field(default_factory=dict)


class ProposalsScreen(ModalScreen[int | None]):
    """Ends with the frame to go to, or with None. Escape stops a search that goes on, else closes."""

    DEFAULT_CSS = """
    ProposalsScreen { align: center middle;
        & > Vertical { width: 95%; max-width: 100; height: auto; max-height: 90%; border: round $primary;
                       padding: 0 1; background: $surface; }
        & OptionList { border: none; height: auto; max-height: 1fr; background: $surface; padding: 0; }
        & OptionList:focus { border: none; }
        & Static { height: auto; }
        & #keys { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", "Close", id="proposals.close", tooltip="Stop the search, or close the list"),
        Binding("b", "barrier", "Barrier", id="proposals.barrier", tooltip="Set a barrier at this cut"),
        Binding("B", "barriers", "All barriers", id="proposals.barriers", tooltip="Set barriers at all cuts"),
        Binding("s", "swap", "Swap", id="proposals.swap", tooltip="Swap these labels from there on"),
        Binding("r", "search", "Look again", id="proposals.search", tooltip="Look again"),
    ]

    @dataclass
    class Found(Message):
        """Something to ask the person about."""

        proposal: "Proposal"

    @dataclass
    class Progressed(Message):
        """What is looked through, and how far that is."""

        what: str
        percent: int

    def __init__(
        self, client: Client, place: Place, submit: Callable[[AnyCommand], Awaitable[object]], search: Search
    ) -> None:
        """`submit` returns when the place knows the events; `search` is filled in, and goes on where it is complete."""
        super().__init__()
        self._client = client
        self._place = place
        self._submit = submit
        self._search = search
        self._is_searching = False
        self._cancelled = threading.Event()
        self._told_last: tuple[str, int] = ("", -1)

    def compose(self) -> ComposeResult:
        with Vertical() as box:
            box.border_title = "Proposals"
            box.border_subtitle = "Enter goes there · r looks again · Esc closes"
            yield OptionList()
            yield Static(id="told", markup=False)
            yield Static("b barrier ┃ at this cut · B barriers at all cuts · s swaps from there on", id="keys")

    def on_mount(self) -> None:
        if self._search.is_complete:
            options = self.query_one(OptionList)
            options.add_options([Option(self._line(each)) for each in self._search.found])
            options.highlighted = self._search.row if self._search.found else None
            self._tell(self._summary())
        else:
            self.action_search()

    def on_unmount(self) -> None:
        self._cancelled.set()

    def action_search(self) -> None:
        if not self._is_searching:
            self._is_searching = True
            self._cancelled = threading.Event()
            self._search.found, self._search.is_complete, self._search.row = [], False, 0
            self._search.seen = {}
            self.query_one(OptionList).clear_options()
            self.run_worker(self._look(self._cancelled))

    async def _look(self, cancelled: threading.Event) -> None:
        self._tell("Looking; Esc stops.")
        try:
            await self._client.find_proposals(
                lambda proposal: _post(self, self.Found(proposal)),
                lambda what, done, total: self._progress(what, done, total) and not cancelled.is_set(),
            )
            # Behind what was found, which is among this screen's messages by now.
            self.call_later(self._finish, cancelled.is_set())
        except (InputError, JobError) as error:
            self._is_searching = False
            self._tell(str(error))

    def _finish(self, is_cancelled: bool) -> None:
        self._is_searching = False
        self._search.is_complete = not is_cancelled
        self._tell(f"Stopped. {self._summary()}" if is_cancelled else self._summary())

    def _progress(self, what: str, done: int, total: int) -> bool:
        """In the search's thread: tell once a percent."""
        now = what, 100 * done // max(1, total)
        if now != self._told_last:
            self._told_last = now
            _post(self, self.Progressed(*now))
        return True

    @on(Progressed)
    def _show_progress(self, message: Progressed) -> None:
        if self._is_searching:
            self._tell(f"Looking through the {message.what}: {message.percent} %; Esc stops.")

    @on(Found)
    def _add(self, message: Found) -> None:
        self._search.found.append(message.proposal)
        self._see(message.proposal)
        self.query_one(OptionList).add_option(Option(self._line(message.proposal)))
        if len(self._search.found) == 1:
            self.query_one(OptionList).highlighted = 0

    def _see(self, proposal: "Proposal") -> None:
        from samannot_tui.review.swaps import Swap

        if isinstance(proposal, Swap):
            self._search.seen[proposal] = self._masks_at(proposal)

    def _masks_at(self, swap: "Swap") -> list[int]:
        """The records of both labels where they meet: on the frame of the exchange and the one before."""
        frames = slice(max(0, swap.frame - 1), swap.frame + 1)
        return [int(record) for label in swap.labels for record in self._place.live.records(label)[frames]]

    def _line(self, proposal: "Proposal") -> Content:
        from samannot_tui.review.cuts import Cut
        from samannot_tui.review.swaps import describe_swap

        if isinstance(proposal, Cut):
            words = f"A new shot begins at frame {proposal.frame} ({proposal.score:.0%} of the picture changes)."
            is_barrier = proposal.frame in self._place.state.barriers
            return Content.assemble(("cut   ", "bold"), ("┃ " if is_barrier else "  ", "bold red"), words)
        if isinstance(proposal, Finding):
            where = f" ({proposal.where})" if proposal.frames else ""
            return Content.assemble(("schema  ", "bold"), proposal.sentence, where)
        return Content.assemble(("swap    ", "bold"), describe_swap(proposal, self._place.state))

    @on(OptionList.OptionHighlighted)
    def _remember(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self._search.row = event.option_index

    @on(OptionList.OptionSelected)
    def _go_there(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        proposal = self._search.found[event.option_index]
        if not isinstance(proposal, Finding):
            self.dismiss(proposal.frame)
        elif proposal.frames is not None:
            self.dismiss(proposal.frames[0])
        else:
            self._tell("That is about the label on every frame.")

    def action_leave(self) -> None:
        if self._is_searching:
            self._cancelled.set()
        else:
            self.dismiss(None)

    async def action_barrier(self) -> None:
        with self._refusals_told():
            cut = self._chosen_cut()
            await self._submit(SetBarrier(cut.frame))
            self._show_anew()
            self._tell(f"Barrier at frame {cut.frame}.")

    async def action_barriers(self) -> None:
        with self._refusals_told():
            frames = tuple(cut.frame for cut in self._cuts())
            if not frames:
                raise InputError("No cut was found, so there is no barrier to set.")
            new = len(set(frames) - self._place.state.barriers)
            await self._submit(SetBarriers(frames))
            self._show_anew()
            self._tell(f"{new} {'barrier' if new == 1 else 'barriers'} set; u takes them back together.")

    async def action_swap(self) -> None:
        with self._refusals_told():
            swap = self._chosen_swap()
            (first, second), last = swap.labels, self._last_from(swap.frame)
            await self._submit(ReassignMasks("swap", first, second, swap.frame, last))
            self._search.found.remove(swap)
            self._follow(swap, last)
            self._show_anew()
            names = f"{self._place.name_of(first)} and {self._place.name_of(second)}"
            self._tell(f"Swapped {names} on frames {swap.frame} to {last}; u swaps them back.")

    def _follow(self, made: "Swap", last: int) -> None:
        """What was found of one of two labels behind their exchange is about the other from now on."""
        from samannot_tui.review.swaps import Swap

        other = dict(zip(made.labels, reversed(made.labels), strict=True))
        for row, each in enumerate(self._search.found):
            if isinstance(each, Swap) and made.frame < each.frame <= last:
                first, second = sorted(other.get(label, label) for label in each.labels)
                self._search.found[row] = Swap(each.frame, (first, second), each.score)
                self._see(self._search.found[row])

    def _last_from(self, frame: int) -> int:
        """The last frame that an exchange at `frame` is taken to hold for: what a barrier vouches for stays."""
        barriers = (each - 1 for each in self._place.state.barriers if each > frame)
        return min(barriers, default=self._place.frame_count - 1)

    def _chosen(self) -> "Proposal | None":
        row = self.query_one(OptionList).highlighted
        return self._search.found[row] if row is not None else None

    def _chosen_cut(self) -> "Cut":
        from samannot_tui.review.cuts import Cut

        if not isinstance(chosen := self._chosen(), Cut):
            raise InputError("b is for cuts; choose one of them.")
        return chosen

    def _chosen_swap(self) -> "Swap":
        from samannot_tui.review.swaps import Swap

        if not isinstance(chosen := self._chosen(), Swap):
            raise InputError("s is for labels that have exchanged places; choose one of these lines.")
        if self._masks_at(chosen) != self._search.seen[chosen]:
            raise InputError("These masks have changed since they were looked through; r looks again.")
        return chosen

    def _cuts(self) -> "list[Cut]":
        from samannot_tui.review.cuts import Cut

        return [each for each in self._search.found if isinstance(each, Cut)]

    def _show_anew(self) -> None:
        options, row = self.query_one(OptionList), self._search.row
        options.clear_options()
        options.add_options([Option(self._line(each)) for each in self._search.found])
        options.highlighted = min(row, len(self._search.found) - 1) if self._search.found else None

    def _summary(self) -> str:
        if not self._search.found:
            return "Nothing to ask about was found: no shot cut, no exchange of labels, nothing against a schema."
        return f"{len(self._search.found)} found."

    @contextmanager
    def _refusals_told(self) -> Iterator[None]:
        try:
            yield
        except (InputError, JobError) as error:
            self._tell(str(error))

    def _tell(self, sentence: str) -> None:
        self.query_one("#told", Static).update(printable(sentence))


def _post(screen: ProposalsScreen, message: Message) -> None:
    screen.post_message(message)
