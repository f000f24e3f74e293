"""The line trainer/prepare of perf/trainer: lung preparation on one core, the trainer's own --prepare over slices of 512 x 512, against the same steps in SciPy, or, without it, against what was asked for."""
import io
import json
import math
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time

import numpy

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
SIDE = 512
IMAGE = 128
WANTED = 20
FEW, MANY = 80, 480


def chest(seed):
    """A slice of ellipses and noise: lungs with vessels, a body, air around it."""
    random = numpy.random.default_rng(seed)
    y, x = (numpy.mgrid[0:SIDE, 0:SIDE] + 0.5) / SIDE

    def inside(cx, cy, rx, ry):
        return ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1

    units = numpy.where(inside(0.5, 0.5, 0.46, 0.4), 40, -1000)
    units[inside(0.3, 0.5, 0.15, 0.28) | inside(0.7, 0.5, 0.15, 0.28)] = -850
    for cx, cy in random.uniform((0.2, 0.3), (0.8, 0.7), (60, 2)):
        units[inside(cx, cy, 0.006, 0.006)] = 30
    return (units + random.normal(0, 40, units.shape)).astype("<i2")


def write_shard(folder, slices, count):
    """So many samples, the slices in turn."""
    with tarfile.open(os.path.join(folder, "shard-00000.tar"), "w", format=tarfile.USTAR_FORMAT) as tar:
        def add(name, content):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))

        for i in range(count):
            array = io.BytesIO()
            numpy.save(array, slices[i % len(slices)])
            record = {"v": 1, "patient": f"p{i // 10}", "series": f"s{i // 10}", "slice_index": i, "position": None, "orientation": None, "spacing": None, "image_type": ["ORIGINAL", "PRIMARY", "AXIAL"]}
            add(f"k{i:05}.npy", array.getvalue())
            add(f"k{i:05}.json", json.dumps(record).encode())


def ours(trainer, slices, count):
    """Processor seconds, and the most memory that was resident, MiB."""
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as folder:
        data = os.path.join(folder, "data")
        os.mkdir(data)
        write_shard(data, slices, count)
        spec = {"v": 1, "label": "any", "network": "resnet18", "image_size": IMAGE, "preparation": {"kind": "lung", "min_slices": 1}}
        job = {
            "v": 1, "spec": spec, "seed": 1, "threads": 1, "precision": "f32",
            "bounds": {"epochs": 1000, "parameters": 10**9, "trials": 1, "progress_values": 0, "initial_weights": []},
            "minima": {"batch": 1, "steps": 1, "patients": 1},
        }
        with open(os.path.join(folder, "job.json"), "w", encoding="utf-8") as file:
            json.dump(job, file)
        # One core's worth: tiered compilation and garbage collection on threads of their own count as well.
        command = ["dotnet", trainer, "--job", os.path.join(folder, "job.json"), "--data", data, "--prepare", os.path.join(folder, "store")]
        process = subprocess.Popen(command, stderr=subprocess.PIPE)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0 or f"kept {count} of {count}".encode() not in said:
            sys.exit(f"perf/preparation: {said.decode()}")
        return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def scipy_slices_per_second(slices):
    """The same steps: threshold, components, closing with a disc, holes, box, window, resampling with a triangle. None without SciPy."""
    try:
        import scipy
        from scipy import ndimage
    except ImportError:
        return None, None
    radius = round(0.02 * SIDE)
    ys, xs = numpy.ogrid[-radius:radius + 1, -radius:radius + 1]
    ball = ys * ys + xs * xs <= radius * radius

    def prepare(units):
        threshold, previous = -450, None
        while threshold != previous:
            previous = threshold
            threshold = max(-600, min(-300, round((units[units < threshold].mean() + units[units >= threshold].mean()) / 2)))
        labels, _ = ndimage.label(units < threshold)
        areas = numpy.bincount(labels.ravel())
        areas[0] = 0
        areas[numpy.unique(numpy.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))] = 0
        mask = numpy.zeros(units.shape, bool)
        for part in numpy.argsort(areas)[-2:]:
            closed = ndimage.binary_closing(numpy.pad(labels == part, radius), ball)[radius:-radius, radius:-radius]
            mask |= ndimage.binary_fill_holes(closed)
        rows, columns = numpy.flatnonzero(mask.any(1)), numpy.flatnonzero(mask.any(0))
        box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        grey = numpy.clip((units[box] + 1250) / numpy.float32(1500), 0, 1)
        sigma = [n / IMAGE / math.sqrt(6) for n in grey.shape]
        return [ndimage.zoom(ndimage.gaussian_filter(part, sigma), [IMAGE / n for n in grey.shape], order=1) for part in (grey, mask[box].astype("f4"))]

    prepare(slices[0])
    begun = time.process_time()
    for units in slices:
        prepare(units)
    return len(slices) / (time.process_time() - begun), scipy.__version__


def measure():
    """One result, as the bench prints it. What start-up takes falls out: many slices less few."""
    project = os.path.join(ROOT, "src", "Trainer")
    subprocess.run(["dotnet", "build", project, "-c", "Release", "--nologo", "-v", "quiet"], check=True, stdout=sys.stderr)
    trainer = os.path.join(project, "bin", "Release", "net10.0", "Scanlock.Trainer.dll")
    slices = [chest(seed) for seed in range(8)]
    few, many = ours(trainer, slices, FEW), ours(trainer, slices, MANY)
    rate = (MANY - FEW) / (many[0] - few[0])
    peer, version = scipy_slices_per_second(slices)
    source = f"SciPy {version}, the same steps" if peer else "what was asked for; SciPy (python3-scipy) would be a peer"
    return {
        "name": "trainer/prepare",
        "ours": round(rate),
        "peer": round(peer or WANTED, 1),
        "unit": "slices/s",
        "ratio": round(rate / (peer or WANTED), 2),
        "peer_source": f"{source}; {SIDE}x{SIDE}, processor time of one core; {many[1]:.0f} MiB resident for {MANY} slices, {few[1]:.0f} for {FEW}",
    }


if __name__ == "__main__":
    print(json.dumps(measure()))
