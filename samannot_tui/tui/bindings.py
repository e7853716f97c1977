"""Every key of the workspace, by topic. Footer, help screen and command palette are all made from this."""

from dataclasses import dataclass

from textual.binding import Binding

from samannot_tui.tui.reviewing import REASONS


@dataclass(frozen=True)
class Topic:
    """Bindings that belong together under one heading of the help screen."""

    title: str
    bindings: tuple[Binding, ...]


RUN_GROUP = Binding.Group("Run")
PAN_GROUP = Binding.Group("Move the part of the picture that is shown")
REASON_GROUP = Binding.Group("After n: why it is not satisfactory")
SHEET_GROUP = Binding.Group("Move the cursor over the crops")
FLAG_GROUP = Binding.Group("Go to the active label's previous, next doubtful mask, and say why it is")
PICK_GROUP = Binding.Group("Make that label the active one")


def _key(
    key: str,
    action: str,
    ident: str,
    description: str,
    tooltip: str,
    shown: str = "",
    group: Binding.Group | None = None,
) -> Binding:
    """A binding; `shown` is its key as the footer shows it, empty to keep it out of the footer.

    Bindings of one group share a place in the footer or, kept out of that, a line of the help screen. All have
    priority, which carries them out in the order of the key presses, however fast these come.
    """
    return Binding(
        key,
        action,
        description,
        show=bool(shown),
        priority=True,
        key_display=shown or None,
        tooltip=tooltip,
        id=ident,
        group=group,
    )


def _crosshair(modifier: str, size: str, amount: str) -> tuple[Binding, ...]:
    moves = (("left", -1, 0), ("right", 1, 0), ("up", 0, -1), ("down", 0, 1))
    group = Binding.Group(f"Move the crosshair by {amount}")
    return tuple(
        _key(
            f"{modifier}{direction}",
            f"crosshair({dx}, {dy}, '{size}')",
            f"crosshair.{direction}.{size}",
            f"Crosshair {direction}",
            f"Move the crosshair {direction} by {amount}",
            group=group,
        )
        for direction, dx, dy in moves
    )


def _pan(direction: str, dx: int, dy: int) -> Binding:
    # Two ways: alt is free while the crosshair has ctrl, and some terminals keep one of them for themselves.
    keys = f"ctrl+{direction},alt+{direction}"
    tooltip = f"Move the part shown {direction}"
    return _key(keys, f"pan({dx}, {dy})", f"view.pan.{direction}", f"Look {direction}", tooltip, group=PAN_GROUP)


def _marked(keys: str, mark: str, words: str) -> tuple[Binding, ...]:
    group = Binding.Group(f"Go to the previous, next {words}")
    ways = (("previous", -1), ("next", 1))
    return tuple(
        _key(
            key,
            f"seek_marked('{mark}', {way})",
            f"move.{mark}.{name}",
            f"{name.capitalize()} {words}",
            f"Go to the {name} {words}",
            group=group,
        )
        for key, (name, way) in zip(keys.split(), ways, strict=True)
    )


PROMPTING = Topic(
    "Prompts (arrows: while placing)",
    (
        _key("p", "prompt_mode('point')", "prompt.point", "Point", "Place points with crosshair or mouse", "p"),
        _key("b", "prompt_mode('box')", "prompt.box", "Box", "Place boxes by two corners or a mouse drag", "b"),
        _key("s", "flip_sign", "prompt.sign", "Sign", "Switch between positive and negative, painting and erasing"),
        _key(
            "enter,space",
            "place",
            "prompt.place",
            "Place",
            "Place the point or the corner; put the brush down, lift it",
        ),
        _key("escape", "leave_mode", "prompt.leave", "Leave", "Leave what is half made, then the mode", "Esc"),
        _key("t", "type_prompt", "prompt.type", "Type", "Type a prompt: 120,340 · -120,340 · 10,20 90,80"),
        _key(
            "delete,backspace",
            "remove_prompt",
            "prompt.remove",
            "Remove prompt",
            "Remove the selected prompt, else the active label's nearest to the crosshair, or a polygon's last corner",
        ),
        _key("P", "list_prompts", "prompt.list", "Prompts", "List this frame's prompts: select one, or remove it"),
        _key("escape", "deselect", "prompt.deselect", "Let go", "Let go of the selected prompt"),
        _key("m", "mask_frame", "prompt.mask", "Mask", "Compute the mask of this frame from its prompts", "m"),
        *_crosshair("", "coarse", "a coarse step"),
        *_crosshair("ctrl+", "medium", "5 pixels"),
        *_crosshair("shift+", "fine", "1 pixel"),
    ),
)

PAINTING = Topic(
    "Masks by hand",
    (
        _key("d", "paint_mode('brush')", "paint.brush", "Brush", "Paint on the mask: Enter draws along the arrows"),
        _key("D", "paint_mode('polygon')", "paint.polygon", "Polygon", "Paint a polygon; its last corner twice closes"),
        _key(
            "left_square_bracket", "brush_size(-1)", "paint.smaller", "Smaller brush", "While painting: smaller brush"
        ),
        _key("right_square_bracket", "brush_size(1)", "paint.larger", "Larger brush", "While painting: larger brush"),
        _key("f", "fill", "paint.fill", "Fill", "While painting: fill the hole, erase the piece at the crosshair"),
        _key("X", "clear_masks", "mask.clear", "Clear masks", "Clear the active label's masks: here, 10..40, block"),
        _key(
            "A", "mark_absent", "mask.absent", "Absent", "Say that the active label is not there: here, 10..40, block"
        ),
        _key("y", "copy_prompts", "prompt.copy", "Copy prompts", "Copy this frame's prompts to another frame"),
    ),
)

RUNNING = Topic(
    "Runs",
    (
        _key(
            "greater_than_sign", "run('forward')", "run.forward", "Forward", "Track forward from here", ">", RUN_GROUP
        ),
        _key(
            "less_than_sign", "run('backward')", "run.backward", "Backward", "Track backward from here", "<", RUN_GROUP
        ),
        _key(
            "equals_sign", "run('both')", "run.both", "Both", "Track forward, then backward, from here", "=", RUN_GROUP
        ),
        _key(
            "R",
            "run_dialog",
            "run.dialog",
            "Run",
            "Run with a choice: how far, which way, which labels; see what it will do",
            "R",
            RUN_GROUP,
        ),
        _key("escape", "pause_run", "run.pause", "Pause", "Pause the run between frames", "Esc"),
        _key("escape", "resume_run", "run.resume", "Resume", "Resume the paused run", "Esc"),
        _key("x", "end_run", "run.end", "End", "End the run; its finished frames are kept", "x"),
        _key("c", "toggle_barrier", "run.barrier", "Barrier", "Set or clear a barrier on this frame", "c"),
        _key("O", "options", "run.options", "Options", "Change the block size, and what blocks hand over"),
    ),
)

LABELLING = Topic(
    "Labels and features",
    (
        *(
            _key(
                str(n),
                f"pick_label({n})",
                f"label.pick.{n}",
                f"Label {n}",
                f"Make label {n} the active one",
                group=PICK_GROUP,
            )
            for n in range(1, 10)
        ),
        _key("up,k", "next_label(-1)", "label.previous", "Label above", "Make the label above active"),
        _key("down,j", "next_label(1)", "label.next", "Label below", "Make the label below active"),
        _key("a", "add_label", "label.add", "Label", "Add a label, that is one instance", "a"),
        _key("r", "rename_label", "label.rename", "Rename", "Rename the active label; masks stay its own"),
        _key("I", "identity", "label.identity", "Identity", "Swap, merge or split labels over some frames"),
        _key("o", "hide_label", "label.hide", "Hide label", "Hide the active label from the views, or show it"),
        _key(
            "f", "set_feature", "feature.set", "Feature", "Set a feature from this frame on, or remove one everywhere"
        ),
        _key("F", "clear_feature", "feature.clear", "Clear feature", "Take back a change made on this frame"),
    ),
)

REVIEWING = Topic(
    "Review (V): these keys in it, those for masks outside it",
    (
        _key("V", "review", "review.begin", "Review", "Judge track by track; come back from mending"),
        _key(
            "y",
            "judge_good",
            "review.good",
            "Good",
            "What is not judged of the track is satisfactory; or the part",
            "y",
        ),
        _key("n", "judge_bad", "review.bad", "Bad", "It is not satisfactory; the next key says why", "n"),
        _key("m", "mark_part", "review.part", "Part", "y or n judges from this frame to where it is pressed", "m"),
        _key("enter", "mend", "review.mend", "Mend", "Annotate at this frame; V comes back to it", "Enter"),
        _key("u", "take_back", "review.back", "Take back", "Take back what was said of this frame", "u"),
        _key(
            "up,k", "next_track(-1)", "review.previous", "Track above", "Go to the track above, or the last frame drawn"
        ),
        _key("down,j", "next_track(1)", "review.next", "Track below", "Go to the track below, or the next frame drawn"),
        _key(
            "left_square_bracket",
            "next_spot(-1)",
            "review.spot.previous",
            "Spot before",
            "Go to the doubtful spot before",
        ),
        _key("right_square_bracket", "next_spot(1)", "review.spot.next", "Next spot", "Go to the next doubtful spot"),
        _key("s", "sheet", "review.sheet", "Sheet", "Show the track as a sheet of crops, or the frame again", "s"),
        _key(
            "escape", "leave_review", "review.leave", "Leave", "Forget the part that was begun, then leave the review"
        ),
        *(
            _key(key, f"reason('{key}')", f"review.reason.{key}", words, f"After n: {words}", group=REASON_GROUP)
            for key, words in REASONS.items()
        ),
        _key("o", "other_reason", "review.reason.other", "Other", "After n: type the reason", group=REASON_GROUP),
        _key("escape", "no_reason", "review.reason.none", "No verdict", "After n: no verdict after all"),
    ),
)

SHEET = Topic(
    "Contact sheet (s in a review)",
    (
        _key("enter", "open_there", "sheet.open", "Show", "Show the frame at the cursor", "Enter"),
        _key("left,h", "sheet_move(-1, 0)", "sheet.left", "Crop before", "Go to the crop before", group=SHEET_GROUP),
        _key("right,l", "sheet_move(1, 0)", "sheet.right", "Next crop", "Go to the next crop", group=SHEET_GROUP),
        _key("up,k", "sheet_move(0, -1)", "sheet.up", "Crop above", "Go to the crop above", group=SHEET_GROUP),
        _key("down,j", "sheet_move(0, 1)", "sheet.down", "Crop below", "Go to the crop below", group=SHEET_GROUP),
        _key("pageup,shift+left,H", "sheet_page(-1)", "sheet.page.previous", "Page before", "Go to the page before"),
        _key("pagedown,shift+right,L", "sheet_page(1)", "sheet.page.next", "Next page", "Go to the next page"),
        _key("z", "sheet_density(1)", "sheet.denser", "Denser", "Show twice as many frames of the track", "z"),
        _key("Z", "sheet_density(-1)", "sheet.sparser", "Sparser", "Show half as many frames of the track"),
    ),
)

MOVING = Topic(
    "Moving",
    (
        _key("left,h", "step(-1)", "move.previous", "Previous frame", "Go back one frame"),
        _key("right,l", "step(1)", "move.next", "Next frame", "Go on one frame"),
        _key("shift+left,H", "step(-10)", "move.back10", "Back 10 frames", "Go back ten frames"),
        _key("shift+right,L", "step(10)", "move.on10", "On 10 frames", "Go on ten frames"),
        _key("home", "seek('first')", "move.first", "First frame", "Go to the first frame"),
        _key("end", "seek('last')", "move.last", "Last frame", "Go to the last frame"),
        _key("left_square_bracket", "step_block(-1)", "move.block.previous", "Previous block", "Go back a block"),
        _key("right_square_bracket", "step_block(1)", "move.block.next", "Next block", "Go on a block"),
        _key("space", "play(1)", "play.forward", "Play", "Play, or stop; anything else that is done stops it too"),
        _key("B", "play(-1)", "play.backward", "Play backward", "Play backward, or stop"),
        _key("full_stop", "play_speed(1)", "play.faster", "Faster", "Play faster, up to 8x"),
        _key("comma", "play_speed(-1)", "play.slower", "Slower", "Play slower, down to 0.25x"),
        *_marked("{ }", "prompt", "prompted frame"),
        *_marked(': "', "mask", "masked frame"),
        *_marked("( )", "gap", "gap between masks"),
        *_marked("; '", "barrier", "barrier"),
        *(
            _key(
                key, f"seek_flagged({way})", f"move.flag.{name}", f"{name.capitalize()} flag", tooltip, group=FLAG_GROUP
            )
            for key, way, name, tooltip in (
                ("N", -1, "previous", "Go to the active label's previous doubtful mask, and say why it is"),
                ("n", 1, "next", "Go to the active label's next doubtful mask, and say why it is"),
            )
        ),
        _key("K", "flags", "flags.list", "Flags", "List the doubtful masks of all labels, the worst first"),
        _key("T", "zoom_timeline(1)", "timeline.zoom.in", "Zoom timeline", "Zoom the timeline in on this frame"),
        _key("Y", "zoom_timeline(-1)", "timeline.zoom.out", "Zoom timeline out", "Zoom the timeline out"),
        _key("g", "goto", "move.goto", "Go to", "Type the number of the frame to go to"),
        _key("G", "goto_block", "move.block.goto", "Go to block", "Type the number of the block to go to"),
    ),
)

SESSION = Topic(
    "Screen and session",
    (
        _key("v", "cycle_view", "view.cycle", "View", "Next view: original, prompts, overlay, masks", "v"),
        _key("backslash", "compare", "view.compare", "Compare", "Show the original and back, to compare"),
        _key("i", "toggle_names", "view.names", "Names", "Show or hide the labels' names on their masks"),
        _key("vertical_line", "toggle_only_active", "view.only", "One label", "Show the active label alone, or all"),
        _key("ampersand", "toggle_outline", "view.outline", "Outline", "Show or hide the masks' outlines"),
        _key("asterisk", "change_opacity(10)", "view.opacity.more", "More opaque", "Make the masks more opaque"),
        _key("slash", "change_opacity(-10)", "view.opacity.less", "Less opaque", "Make the masks less opaque"),
        _key("tab", "toggle_panes", "view.panes", "Panes", "Show or hide the side panes"),
        _key("plus", "resize_panes(4)", "view.wider", "Wider panes", "Make the side panes wider"),
        _key("minus", "resize_panes(-4)", "view.narrower", "Narrower panes", "Make the side panes narrower"),
        _key("u", "undo", "session.undo", "Undo", "Undo the last step", "u"),
        _key("ctrl+r", "redo", "session.redo", "Redo", "Redo the step undone last"),
        _key(
            "C",
            "proposals",
            "session.proposals",
            "Proposals",
            "Look for shot cuts, swapped labels, and what the schema forbids",
        ),
        _key("E", "engine", "session.engine", "Engine", "Change engine, checkpoint, image size or precision"),
        _key("e", "export", "session.export", "Export", "Write the masks as a dataset", "e"),
        _key("S", "screenshot", "session.screenshot", "Screenshot", "Save what is shown as a PNG file in the session"),
        _key("U", "information", "session.info", "Info", "Show engine, memory, disk space and the link's speed"),
        _key("question_mark", "help", "session.help", "Help", "Show every key", "?"),
        _key("q", "quit", "session.quit", "Quit", "Leave; nothing is lost, a run is ended cleanly"),
    ),
)

ZOOMING = Topic(
    "Zoom (mouse: wheel and drag)",
    (
        _key("z", "zoom(1)", "view.zoom.in", "Zoom", "Magnify, about the crosshair where it is in view", "z"),
        _key("Z", "zoom(-1)", "view.zoom.out", "Zoom out", "Magnify less"),
        _key("w", "whole_picture", "view.zoom.whole", "Whole picture", "Show the whole picture"),
        _key("W", "pixel_for_pixel", "view.zoom.exact", "1:1", "One pixel of the video for one of the screen"),
        _pan("left", -1, 0),
        _pan("right", 1, 0),
        _pan("up", 0, -1),
        _pan("down", 0, 1),
    ),
)

TERMINAL = Topic(
    "Terminal (in dialogs too)",
    (
        _key("ctrl+l", "app.redraw", "terminal.redraw", "Redraw", "Set up the terminal and paint everything again"),
        _key("ctrl+z", "app.suspend_process", "terminal.suspend", "Suspend", "Go back to the shell; fg returns here"),
    ),
)

TOPICS = (PROMPTING, PAINTING, RUNNING, LABELLING, MOVING, SESSION, ZOOMING, REVIEWING, SHEET, TERMINAL)
# Of two bindings on one key the first that is active wins. The footer shows them in this order, and leaves out
# the last ones where it is too narrow: never the way to all others.
BINDINGS = sorted(
    (binding for topic in TOPICS for binding in topic.bindings), key=lambda binding: binding.id != "session.help"
)
