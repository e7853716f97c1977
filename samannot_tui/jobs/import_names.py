"""Which label a name in a foreign annotation means."""

import unicodedata
from collections.abc import Mapping

from samannot_tui.errors import InputError
from samannot_tui.formats.reading import shown
from samannot_tui.session.situation import clean_text
from samannot_tui.session.state import State
from samannot_tui.session.validate import MAX_LABELS

MOST_NAMES = 10
"""In a sentence."""


class LabelNames:
    """Matches names with labels: by what the mapping says, else by the same name; what is left becomes a new label.

    Attributes:
        theirs: label ID -> the names that mean it, in the order in which they were asked for.
        new: name -> the ID of the label to make, rising.
    """

    def __init__(self, state: State, mapping: Mapping[str, str], where: str) -> None:
        """`where` is the file's name, for sentences."""
        self.theirs: dict[int, list[str]] = {}
        self.new: dict[str, int] = {}
        self._mapping = {_plain(theirs): ours for theirs, ours in mapping.items()}
        self._known = {label.name: label.id for label in state.labels.values()}
        self._next = state.next_label
        self._where = where
        self._found: dict[str, int] = {}

    def label(self, theirs: str) -> int:
        """The label's ID.

        Raises:
            InputError: it cannot be a label's name, is another one's but for upper and lower case, or there are too
                many labels.
        """
        if theirs not in self._found:
            self._found[theirs] = label = self._label(theirs)
            self.theirs.setdefault(label, []).append(theirs)
        return self._found[theirs]

    def check_all_used(self) -> None:
        """Raises:
        InputError: the mapping names what was never asked for.
        """
        unused = self._mapping.keys() - {_plain(theirs) for theirs in self._found}
        if unused:
            names = ", ".join([shown(name) for name in self._found][:MOST_NAMES])
            names += " and others" if len(self._found) > MOST_NAMES else ""
            raise InputError(f"{self._where} holds nothing called {shown(min(unused))}; it has {names or 'nothing'}.")

    def _label(self, theirs: str) -> int:
        mapped = self._mapping.get(_plain(theirs))
        what = "the name" if mapped is None else "the label's name for"
        try:
            name = clean_text(theirs if mapped is None else mapped, f"{self._where}: {what} {shown(theirs)}".rstrip())
        except InputError as error:
            raise InputError(f"{error} Another name is given with --map THEIRS=OURS.") from error
        if name in self._known:
            return self._known[name]
        if mapped is None:
            self._refuse_other_case(name)
        if self._next + len(self.new) > MAX_LABELS:
            raise InputError(
                f"{self._where}: there would be more than {MAX_LABELS} labels, as many as a palette PNG can hold; "
                "bring some together with --map THEIRS=OURS."
            )
        self._known[name] = self.new[name] = self._next + len(self.new)
        return self.new[name]

    def _refuse_other_case(self, name: str) -> None:
        for known in self._known.keys() - self.new.keys():
            if known.casefold() == name.casefold():
                raise InputError(
                    f"{self._where}: {shown(name)} may or may not be the label {shown(known)}; say so with "
                    f"--map '{shown(name)}={shown(known)}', or with '={shown(name)}' for a label of its own."
                )


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
