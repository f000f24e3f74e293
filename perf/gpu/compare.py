"""Training steps per second on a GPU, ours against eager PyTorch, in turns, with how busy each keeps the GPU; started by ./run."""
import argparse
import json
import os
import statistics
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.realpath(__file__))
CASES = {"resnet18": (128, 512), "densenet121": (128, 256), "unet": (256, 64)}


class Side:
    """A process that trains as many steps as it is told and says how long that took."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.parameters, self.version = self.process.stdout.readline().split()

    def rate(self, steps):
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()
        return steps / float(self.process.stdout.readline().split()[0])

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Busy:
    """The GPU's utilisation as nvidia-smi samples it, ten times a second, while this is open."""

    def __enter__(self):
        command = ["nvidia-smi", "--id=0", "--query-gpu=utilization.gpu", "--format=csv,noheader,nounits", "--loop-ms=100"]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        self.samples = []
        self.reader = threading.Thread(target=lambda: self.samples.extend(float(line) for line in self.process.stdout))
        self.reader.start()
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.reader.join()

    def percent(self):
        # The first samples still average over what was before.
        kept = self.samples[2:] or self.samples
        return round(statistics.mean(kept)) if kept else None


def compare(name, side, batch, options):
    arguments = [name, str(side), str(batch), str(os.cpu_count()), "cuda"]
    ours = Side([os.path.join(HERE, "bench", "Scanlock.Trainer.Bench"), *arguments])
    peer = Side([options.python, os.path.join(HERE, "trainer.py"), *arguments])
    try:
        if ours.parameters != peer.parameters:
            sys.exit(f"{name} has {ours.parameters} parameters here and {peer.parameters} there; the rates mean nothing")
        pairs, busy = [], {ours: [], peer: []}
        steps = {one: max(5, int(max(one.rate(10) for _ in range(2)) * options.seconds)) for one in (ours, peer)}
        for turn in range(options.runs):
            rates = {}
            for one in (ours, peer) if turn % 2 == 0 else (peer, ours):
                with Busy() as sampled:
                    rates[one] = one.rate(steps[one])
                busy[one].append(sampled.percent())
            pairs.append((rates[ours], rates[peer]))
        return pairs, statistics.median(busy[ours]), statistics.median(busy[peer]), peer.version
    finally:
        ours.close()
        peer.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--json", action="store_true", help="a JSON object for each result")
    arguments.add_argument("--runs", type=int, default=5, help="turns of each side")
    arguments.add_argument("--seconds", type=float, default=5, help="seconds of each turn")
    arguments.add_argument("--python", default="python3", help="the Python that has PyTorch")
    options = arguments.parse_args()
    for name, (side, batch) in CASES.items():
        pairs, ours_busy, peer_busy, version = compare(name, side, batch, options)
        result = {
            "name": f"trainer-gpu/{name}",
            "ours": round(statistics.median(p[0] for p in pairs), 2),
            "peer": round(statistics.median(p[1] for p in pairs), 2),
            "unit": "steps/s",
            "ratio": round(statistics.median(p[0] / p[1] for p in pairs), 3),
            "gpu_busy": ours_busy,
            "peer_gpu_busy": peer_busy,
            "peer_source": f"PyTorch {version}, eager, bf16 channels-last, {side}x{side}, batch {batch}",
        }
        print(json.dumps(result) if options.json else " ".join(str(value) for value in result.values()), flush=True)


if __name__ == "__main__":
    main()
