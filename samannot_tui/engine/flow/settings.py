"""Numbers that decide what the engine computes and that a journal names; no heavy imports here."""

VERSION = "1"
WORK_LONG_SIDE = 428  # pixels
FLOW_LONG_SIDE = 320  # pixels
BASIS_SEED = 1
