"""Actions of the review: a verdict on one track after the other, by keys alone."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import partial

from samannot_tui.errors import InputError
from samannot_tui.review.progress import Track, next_open, tally, to_be_judged
from samannot_tui.session.commands import AnyCommand, MarkReview, WithdrawReview
from samannot_tui.session.events import SampledFrame, SampleDrawn, Verdict
from samannot_tui.session.reviewer import reviewer
from samannot_tui.session.reviews import Standing, sampled_verdicts, verdicts
from samannot_tui.session.situation import frames_in_words
from samannot_tui.tui.actions.playing import PlayingActions
from samannot_tui.tui.playback import FORWARD
from samannot_tui.tui.reviewing import REASONS, Review, track_of

ASKING = ("reason", "other_reason", "no_reason")
"""What a key can mean while a reason is waited for."""
JUDGING = (
    *("judge_good", "judge_bad", "mark_part", "take_back", "mend", "next_track", "next_spot", "leave_review"),
    *("sheet", "play", "play_speed", "step", "seek", "goto", "pick_label", "zoom_timeline", "flags"),
    *("cycle_view", "compare", "toggle_names", "toggle_only_active", "toggle_outline", "change_opacity"),
    *("zoom", "pan", "whole_picture", "pixel_for_pixel", "toggle_panes", "resize_panes"),
    *("screenshot", "information", "help", "quit"),
)
"""All that can be done in a review: nothing that changes a mask."""
JUDGING_ALONE = JUDGING[:9]
"""Those of them that mean nothing outside it."""

Part = tuple[int, Sequence[tuple[int, int]]]
"""What a verdict is on: a label's ID, and first and last frames."""


class ReviewActions(PlayingActions):
    """`place.review` is where it is."""

    def begin_review(self, sample: SampleDrawn | None = None) -> None:
        """Judge tracks, or the frames of a sample, beginning with what is to be judged still.

        Raises:
            InputError: there are no masks.
        """
        review = Review(sample)
        if not review.tracks(self.place.state, self.place.live):
            raise InputError("There are no masks to review yet.")
        self.place.review, self.place.mode = review, None
        if sample is not None:
            self._next_of_sample(None)
            return
        label = self.place.label
        self._next_track(None if label is None else label - 1)

    def action_review(self) -> None:
        """Begin, or come back to where something was to be mended."""
        review = self.place.review
        if review is None or review.left_at is None:
            self.begin_review()
            return
        if review.left_at[0] not in self.place.state.labels:  # an undo has taken it away
            self.begin_review(review.sample)
            return
        self._require_tracks()
        self.place.mode = None
        (label, frame), review.left_at = review.left_at, None
        self._show(label, frame)
        self.say("Back in the review; what has changed is to be judged again.")

    def action_leave_review(self) -> None:
        """Forget the part that is marked, else leave."""
        review = self._review()
        if self.place.part_from is not None:
            review.marked = None
            self.say("The whole track again.")
            self.show_place()
            return
        self.place.review = None
        self.refresh_bindings()
        self.show_place()
        if review.sample is None:
            self.say("The review is left; V goes on with it.")
        else:
            self.say(f"The check is left; `review --sample {len(review.sample.frames)}` goes on with it.")

    def action_mend(self) -> None:
        """Annotate at this frame; V comes back to it."""
        label = self.require_label()
        self._review().left_at = label.id, self.place.frame
        self.refresh_bindings()
        self.show_place()
        self.say(f"Mend {self.place.name_of(label.id)} here: any key annotates; V goes back to the review.")

    async def action_judge_good(self) -> None:
        self.require_writable()
        # Waited for, here and below: a key that follows at once is about what comes next.
        await self.carried_out(self._judge("satisfactory"))

    def action_judge_bad(self) -> None:
        self.require_writable()
        self._judged_part()  # a refusal comes before the question
        self._ask_for_reason(True)

    async def action_reason(self, key: str) -> None:
        self._ask_for_reason(False)
        await self.carried_out(self._judge("unsatisfactory", REASONS[key]))

    def action_other_reason(self) -> None:
        self._ask_for_reason(False)
        answer, example = partial(self._answer_reason, self._judged_part()), "flickers; Enter alone gives no reason"
        self.ask("What is wrong", answer, example=example, takes_nothing=True)

    async def _answer_reason(self, part: Part, words: str) -> None:
        await self.carried_out(self._judge("unsatisfactory", words.strip(), part))

    def action_no_reason(self) -> None:
        self._ask_for_reason(False)
        self.say("Not judged.")

    def _ask_for_reason(self, asks: bool) -> None:
        self._review().asks = asks
        self.app.clear_notifications()  # they lie over the keys
        self.refresh_bindings()
        self.show_place()

    def action_mark_part(self) -> None:
        """A verdict is on the frames from here to where it is given."""
        if self._review().sample is not None:
            raise InputError("In a check each frame drawn is judged by itself.")
        self._review().marked = self.require_label().id, self.place.frame
        self.show_place()

    async def action_take_back(self) -> None:
        """What was said of this frame is said no more, on all frames that it was said of in one go."""
        self.require_writable()
        track, sample = self._track(), self._review().sample
        stretch = self._said_here(track) if sample is None else self._said_in_check(sample)
        name = self.place.name_of(track.label)
        done = f"The verdict on {name}, {frames_in_words(*stretch)}, is taken back."
        await self.carried_out(self.submit_and_say(WithdrawReview(track.label, *stretch, reviewer()), done))

    def _said_in_check(self, sample: SampleDrawn) -> tuple[int, int]:
        """This frame alone: what a review said of the track around it is none of the check's business.

        Raises:
            InputError: nothing was said of it in the check.
        """
        at = self._place_in(sample.frames)
        if at is None or sampled_verdicts(self.place.state, self.place.live, sample)[at] == Standing.NONE:
            raise InputError("Nothing was said of this frame in this check.")
        return self.place.frame, self.place.frame

    def action_next_track(self, rows: int) -> None:
        """To the next or previous track, or frame of the sample."""
        review = self._review()
        if review.sample is not None:
            cells, here = review.sample.frames, (self.place.label or 0, self.place.frame)
            # Who has looked around goes on with the frame drawn that lies before or behind.
            drawn = [(cell.label, cell.frame) for cell in cells]
            at = bisect_left(drawn, here) if rows < 0 else bisect_right(drawn, here) - 1
            there = cells[min(max(at + rows, 0), len(cells) - 1)]
            self._show(there.label, there.frame)
            return
        tracks = self._require_tracks()
        track = track_of(tracks, self.place.label)
        at = tracks.index(track) + rows if track else 0
        self._show_track(tracks[min(max(at, 0), len(tracks) - 1)])

    def action_next_spot(self, way: int) -> None:
        """To the next (1) or previous (-1) doubtful spot of the track, whether it is judged or not."""
        found = [spot for spot in self.place.spots if (spot - self.place.frame) * way > 0]
        if not found:
            self.say(f"There is no doubtful spot {'after' if way > 0 else 'before'} this frame.")
            return
        self.go_to(found[0] if way > 0 else found[-1])

    def playing_ends(self, way: int) -> tuple[int, int]:
        """In a review, within the track and no further than the next doubtful spot that is to be judged."""
        track = track_of(self._tracks(), self.place.label) if self.place.is_reviewing else None
        if track is None:
            return super().playing_ends(way)
        frame = self.place.frame
        stops = [spot for spot in self.place.spots if track.is_open(spot)]
        first = max((stop for stop in (track.first, *stops) if stop < frame), default=min(track.first, frame))
        last = min((stop for stop in (track.last, *stops) if stop > frame), default=max(track.last, frame))
        return first, last

    def say_that_it_ends(self, way: int) -> None:
        if self.place.is_reviewing:
            self.say("The track ends here." if way == FORWARD else "The track begins here.")
        else:
            super().say_that_it_ends(way)

    def say_where_it_stops(self, way: int) -> None:
        """At a doubtful spot, what is doubtful is shown anyway."""
        track = track_of(self._tracks(), self.place.label) if self.place.is_reviewing else None
        if track is None:
            super().say_where_it_stops(way)
        elif self.place.frame == (track.last if way == FORWARD else track.first):
            self.say(f"The track {'ends' if way == FORWARD else 'begins'} at frame {self.place.frame}.")

    async def _judge(self, verdict: Verdict, reason: str = "", on: Part | None = None) -> None:
        """`on` is what it is on, where that was asked for before; else see `_judged_part`."""
        review, (label, stretches) = self._review(), on or self._judged_part()
        sample = review.sample.seq if review.sample else None
        commands: list[AnyCommand] = [
            MarkReview(label, first, last, verdict, reason, reviewer(), sample) for first, last in stretches
        ]
        part = self.place.part_from
        await self.client.submit_all(commands)
        await self.taken_in()
        review.marked = None
        name = self.place.name_of(label)
        if len(stretches) == 1:
            said = f"{name} {reason or verdict}, {frames_in_words(*stretches[0])}."
        else:
            said = f"{name}: the rest {reason or verdict}."
        if review.sample is not None:
            self._next_of_sample(self.place.frame, said)
        elif part is None:
            self._next_track(label, said)
        else:
            self.say(said)

    def _judged_part(self) -> Part:
        """The label and the frames that a verdict is on: the part marked, else what is to be judged still; where there
        is nothing, what the verdict here was on.

        Raises:
            InputError: nothing here can be judged.
        """
        review, track, frame = self._review(), self._track(), self.place.frame
        if review.sample is not None:
            if SampledFrame(frame, track.label) not in review.sample.frames:
                raise InputError("This frame was not drawn; down goes to the next one that was.")
            return track.label, [(frame, frame)]
        part = self.place.part_from
        if part is not None:
            return track.label, [(min(part, frame), max(part, frame))]
        return track.label, track.open_stretches() or [self._said_here(track)]

    def _said_here(self, track: Track) -> tuple[int, int]:
        """The frames around this one that something was said of in one go.

        Raises:
            InputError: nothing was.
        """
        marks = verdicts(self.place.state, self.place.live, track.label).marks
        stretch = track.stretch_at(self.place.frame, marks)
        if stretch is None:
            raise InputError("Nothing was said of this frame.")
        return stretch

    def _next_track(self, after: int | None, said: str = "") -> None:
        """To what is to be judged next; where nothing is, stay."""
        tracks = self._tracks()
        track = next_open(tracks, after)
        if track is not None:
            self._show_track(track)
            self.say(said or "space plays, and stops where to look twice; y satisfactory, n not.")
            return
        if track_of(tracks, self.place.label) is None:
            self._show_track(tracks[0])
        self.say(" ".join(filter(None, [said, "All tracks are judged; Esc leaves."])))
        self.show_place()

    def _show_track(self, track: Track) -> None:
        """Where it is to be judged still, else from its beginning."""
        stretches = track.open_stretches()
        self._show(track.label, stretches[0][0] if stretches else track.first)

    def _next_of_sample(self, after: int | None, said: str = "") -> None:
        review = self._review()
        assert review.sample is not None, "asked for of a check alone"
        cells = review.sample.frames
        at = None if after is None else self._place_in(cells)
        open_ones = to_be_judged(self.place.state, self.place.live, review.sample)
        if open_ones:
            cell = cells[next((n for n in open_ones if at is None or n > at), open_ones[0])]
            self._show(cell.label, cell.frame)
            self.say(said or "Judge this frame of this instance by itself: y satisfactory, n not.")
            return
        if after is None:
            self._show(cells[0].label, cells[0].frame)
        self.say(f"Done: {tally(self.place.state, self.place.live, review.sample).words}. Esc leaves.")
        self.show_place()

    def _place_in(self, cells: Sequence[SampledFrame]) -> int | None:
        here = SampledFrame(self.place.frame, self.place.label or 0)
        return cells.index(here) if here in cells else None

    def _show(self, label: int, frame: int) -> None:
        self.place.keep(label=label, frame=min(frame, self.place.frame_count - 1))
        self.refresh_bindings()
        self.show_place()

    def _review(self) -> Review:
        assert self.place.review is not None, "its keys are there in a review alone"
        return self.place.review

    def _tracks(self) -> list[Track]:
        review = self.place.review
        return [] if review is None else review.tracks(self.place.state, self.place.live)

    def _require_tracks(self) -> list[Track]:
        """Raises:
        InputError: all masks have gone since the review began.
        """
        tracks = self._tracks()
        if not tracks:
            raise InputError("There are no masks to review any more.")
        return tracks

    def _track(self) -> Track:
        """The active label's.

        Raises:
            InputError: it has no masks.
        """
        track = track_of(self._tracks(), self.require_label().id)
        if track is None:
            raise InputError(
                f"{self.place.name_of(self.require_label().id)} has no masks; down goes to the next track."
            )
        return track
