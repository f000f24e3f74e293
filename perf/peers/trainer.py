"""What perf/Trainer.Bench does, in eager PyTorch: the same networks, batches, loss and optimizer; see there for how it is asked."""
import contextlib
import sys
import time
import warnings

import torch
from torch import nn

warnings.filterwarnings("ignore")


class Pair(nn.Sequential):
    def __init__(self, inputs, outputs):
        super().__init__(
            nn.Conv2d(inputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True),
            nn.Conv2d(outputs, outputs, 3, padding=1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))


class UNet(nn.Module):
    """Ronneberger et al., MICCAI 2015, padded, normalised, at half its width, as src/Trainer/Networks/UNet.cs has it."""

    def __init__(self, widths=(32, 64, 128, 256, 512)):
        super().__init__()
        self.encoders = nn.ModuleList(Pair(1 if i == 0 else widths[i - 1], width) for i, width in enumerate(widths))
        self.pool = nn.MaxPool2d(2)
        steps = list(zip(widths[:0:-1], widths[-2::-1]))
        self.ups = nn.ModuleList(nn.ConvTranspose2d(below, here, 2, stride=2) for below, here in steps)
        self.decoders = nn.ModuleList(Pair(2 * here, here) for _, here in steps)
        self.head = nn.Conv2d(widths[0], 1, 1)

    def forward(self, x):
        down = []
        for i, encoder in enumerate(self.encoders):
            x = encoder(x if i == 0 else self.pool(x))
            down.append(x)
        for up, decoder, beside in zip(self.ups, self.decoders, down[-2::-1]):
            x = decoder(torch.cat([beside, up(x)], 1))
        return self.head(x)


def network(name):
    if name == "unet":
        return UNet()
    import torchvision
    made = getattr(torchvision.models, name)(weights=None, num_classes=2)
    if name.startswith("resnet"):
        made.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    else:
        made.features.conv0 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    return made


def main():
    name, side, batch, threads, device = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    gpu, segments = device != "cpu", name == "unet"
    torch.set_num_threads(threads)
    torch.backends.cudnn.benchmark = gpu
    torch.manual_seed(1)
    model = network(name).to(device)
    if gpu:
        model = model.to(memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    images = torch.randn(batch, 1, side, side)
    targets = (torch.rand(batch, 1, side, side) > 0.5).float() if segments else torch.randint(0, 2, (batch,))
    if gpu:
        images, targets = images.pin_memory(), targets.pin_memory()
    loss_of = nn.functional.binary_cross_entropy_with_logits if segments else nn.functional.cross_entropy

    print(sum(p.numel() for p in model.parameters()), torch.__version__, flush=True)
    for line in sys.stdin:
        begun, cpu = time.perf_counter(), time.process_time()
        for _ in range(int(line)):
            x, y = images, targets
            if gpu:
                x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
                x = x.to(memory_format=torch.channels_last)
            optimizer.zero_grad(set_to_none=True)
            with torch.autocast("cuda", torch.bfloat16) if gpu else contextlib.nullcontext():
                loss = loss_of(model(x), y)
            loss.backward()
            optimizer.step()
        if gpu:
            torch.cuda.synchronize()
        print(time.perf_counter() - begun, time.process_time() - cpu, flush=True)


if __name__ == "__main__":
    main()
