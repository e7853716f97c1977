"""The two ways in which a command may end badly; both are shown as one sentence, never a traceback."""


class InputError(Exception):
    """The arguments or the input are wrong: says what, where and what to do. Exit code 2."""


class JobError(Exception):
    """The input was right but the job could not be done (a worker died, a disk is full). Exit code 1."""
