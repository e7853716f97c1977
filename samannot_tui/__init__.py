"""samannot-tui: per-instance video segmentation masks, annotated in a terminal."""

__version__ = "0.1.0"
