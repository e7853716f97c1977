"""The SAM 2 engine beside upstream's own predictor, on the same random weights: `python -m tests.bench.bench_sam2`.

Memory, time per frame, latency of a prompt; on a CUDA machine also frames/s and GPU memory at the size that SAM 2
was trained at. Prints tables for the README. Ratios below 1 are in our favour, but where "times faster" is said.
"""

import importlib.util


def main() -> None:
    for name in ("torch", "sam2"):
        if importlib.util.find_spec(name) is None:
            print(f"skipped: {name} is not installed")
            return
    # Without these packages the modules cannot be imported.
    from tests.bench.sam2 import gpu, latency, memory, speed
    from tests.bench.sam2.stage import machine

    print(f"On {machine()}.")
    for bench in (speed, latency, memory, gpu):
        print(flush=True)
        bench.main()


if __name__ == "__main__":
    main()
