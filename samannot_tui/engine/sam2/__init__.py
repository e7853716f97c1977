import os

# PyTorch reads this once, when it is first imported: its MPS backend lacks some of SAM 2's operations.
os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
