"""Every key of a replay, by topic: those that play it, and those of the workspace that only look."""

from collections.abc import Iterator

from textual.binding import Binding

from samannot_tui.tui.bindings import LABELLING, MOVING, SESSION, TERMINAL, ZOOMING, Topic

LOOKING = (
    "view.cycle",
    "view.compare",
    "view.names",
    "view.only",
    "view.outline",
    "view.opacity.more",
    "view.opacity.less",
    "view.panes",
    "view.wider",
    "view.narrower",
    "session.info",
    "session.help",
    "session.quit",
)
PLAYER_ACTIONS = ("play_replay", "replay_speed", "step_event", "seek_event", "seek_kind", "goto_event")


def _key(key: str, action: str, ident: str, description: str, tooltip: str, shown: str = "") -> Binding:
    return Binding(
        key, action, description, show=bool(shown), priority=True, key_display=shown or None, tooltip=tooltip, id=ident
    )


def _kind(keys: str, kind: str, words: str) -> Iterator[Binding]:
    group = Binding.Group(f"Go to the previous, next {words}")
    for key, (name, way) in zip(keys.split(), (("previous", -1), ("next", 1)), strict=True):
        yield Binding(
            key,
            f"seek_kind('{kind}', {way})",
            f"{name.capitalize()} {words}",
            show=False,
            priority=True,
            tooltip=f"Go to the {name} {words}",
            id=f"replay.{kind}.{name}",
            group=group,
        )


def _of(topic: Topic, *idents: str) -> tuple[Binding, ...]:
    """Those bindings of the workspace whose id begins so."""
    return tuple(binding for binding in topic.bindings if (binding.id or "").startswith(idents))


PLAYER = Topic(
    "Replay",
    (
        _key("space", "play_replay", "replay.play", "Play", "Play or pause; long pauses are cut", "space"),
        _key("right", "step_event(1)", "replay.next", "Next event", "Go on one event", "→"),
        _key("left", "step_event(-1)", "replay.previous", "Back", "Go back one event", "←"),
        _key("shift+right", "step_event(10)", "replay.on10", "On 10 events", "Go on ten events"),
        _key("shift+left", "step_event(-10)", "replay.back10", "Back 10 events", "Go back ten events"),
        _key("full_stop", "replay_speed(1)", "replay.faster", "Faster", "Play faster, up to 64x", "."),
        _key("comma", "replay_speed(-1)", "replay.slower", "Slower", "Play slower, down to 0.25x", ","),
        _key("g", "goto_event", "replay.goto", "Go to", "Type an event's number, or a time", "g"),
        *_kind("N n", "deed", "thing that a person did"),
        *_kind("< >", "run", "run"),
        *_kind("{ }", "prompt", "prompt"),
        *_kind(': "', "edit", "mask made by a person"),
        _key("home", "seek_event('first')", "replay.first", "Beginning", "Go to before the first event"),
        _key("end", "seek_event('last')", "replay.last", "End", "Go to the last event"),
        _key("l", "step(1)", "move.next", "Next frame", "Go on one frame, until the replay goes on"),
        _key("h", "step(-1)", "move.previous", "Previous frame", "Go back one frame, until the replay goes on"),
        _key("L", "step(10)", "move.on10", "On 10 frames", "Go on ten frames"),
        _key("H", "step(-10)", "move.back10", "Back 10 frames", "Go back ten frames"),
    ),
)

REPLAY_TOPICS = (
    PLAYER,
    Topic("Labels", _of(LABELLING, "label.pick", "label.previous", "label.next")),
    Topic("Timeline", _of(MOVING, "timeline")),
    Topic("Screen", _of(SESSION, *LOOKING)),
    ZOOMING,
    TERMINAL,
)

REPLAY_NOTES = (
    "Ctrl+P finds any action by name. Each event is shown at the frame and with the label that it is about; nothing in "
    "the session changes. Pauses longer than two seconds are cut. With the mouse: click on the replay's line to go to "
    "that event, on the timeline or on a label to look there until the replay goes on; the wheel zooms."
)
