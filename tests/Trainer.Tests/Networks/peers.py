"""The networks as torchvision, or for those it lacks plain torch.nn, has them.

Reads FOLDER/cases.json: a list of {name, channels, outputs, shape, hidden}. For each it loads FOLDER/name.safetensors with
strict=True and writes to FOLDER/name.peer the float32 values of: logits in evaluation in single precision, and now in double precision logits in evaluation, logits in training, auxiliary logits
(where there are some), gradient of the input, gradients of the parameters in the order of their names in the file "name.order".
Last it writes FOLDER/shapes.json: for every torchvision network, full size, one channel, the names and shapes of its state dict.
"""
import json
import math
import struct
import sys
import traceback

import numpy as np
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

MOST = 4096


def no_draws():
    """Weights come from files: drawing them first would be most of the work."""
    for layer in (nn.Linear, nn.modules.conv._ConvNd, nn.modules.batchnorm._NormBase):
        layer.reset_parameters = lambda self: None
    for name in ("kaiming_normal_", "normal_", "uniform_", "trunc_normal_", "constant_", "zeros_", "ones_"):
        setattr(nn.init, name, lambda tensor, *args, **kwargs: tensor)


def first_conv(model, channels):
    """Replaces the first convolution by one for another number of channels."""
    for path, layer in model.named_modules():
        if isinstance(layer, nn.modules.conv._ConvNd):
            made = type(layer)(channels, layer.out_channels, layer.kernel_size, layer.stride, layer.padding, bias=layer.bias is not None)
            parent, _, leaf = path.rpartition(".")
            setattr(model.get_submodule(parent), leaf, made)
            return model


class SimpleCnn(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        for i, (a, b) in enumerate([(channels, 8), (8, 16), (16, 32)], 1):
            setattr(self, f"conv{i}", nn.Conv2d(a, b, 3, padding=1, bias=False))
            setattr(self, f"bn{i}", nn.BatchNorm2d(b))
        self.fc = nn.Linear(32, outputs)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 2)
        x = F.max_pool2d(F.relu(self.bn2(self.conv2(x))), 2)
        return self.fc(F.relu(self.bn3(self.conv3(x))).mean((2, 3)))


class Pair(nn.Module):
    def __init__(self, conv, norm, inputs, inner, outputs):
        super().__init__()
        self.conv1, self.bn1 = conv(inputs, inner, 3, padding=1, bias=False), norm(inner)
        self.conv2, self.bn2 = conv(inner, outputs, 3, padding=1, bias=False), norm(outputs)

    def forward(self, x):
        return F.relu(self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


def like(x, other):
    """Zeros at the far ends until x is as large as the other."""
    return F.pad(x, [n for a, b in zip(reversed(x.shape[2:]), reversed(other.shape[2:])) for n in (0, b - a)])


class UNet(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        conv, norm, up = nn.Conv2d, nn.BatchNorm2d, nn.ConvTranspose2d
        for level, (a, b) in enumerate([(channels, 32), (32, 64), (64, 128), (128, 256), (256, 512)], 1):
            setattr(self, f"encoder{level}", Pair(conv, norm, a, b, b))
        for level, (a, b) in enumerate([(64, 32), (128, 64), (256, 128), (512, 256)], 1):
            setattr(self, f"up{level}", up(a, b, 2, stride=2))
            setattr(self, f"decoder{level}", Pair(conv, norm, a, b, b))
        self.head = conv(32, outputs, 1)

    def forward(self, x):
        a = self.encoder1(x)
        b = self.encoder2(F.max_pool2d(a, 2))
        c = self.encoder3(F.max_pool2d(b, 2))
        d = self.encoder4(F.max_pool2d(c, 2))
        x = self.encoder5(F.max_pool2d(d, 2))
        x = self.decoder4(torch.cat([d, like(self.up4(x), d)], 1))
        x = self.decoder3(torch.cat([c, like(self.up3(x), c)], 1))
        x = self.decoder2(torch.cat([b, like(self.up2(x), b)], 1))
        x = self.decoder1(torch.cat([a, like(self.up1(x), a)], 1))
        return self.head(x)


class UNet3d(nn.Module):
    def __init__(self, channels, outputs):
        super().__init__()
        conv, norm, up = nn.Conv3d, nn.BatchNorm3d, nn.ConvTranspose3d
        for level, (a, b, c) in enumerate([(channels, 16, 32), (32, 32, 64), (64, 64, 128), (128, 128, 256)], 1):
            setattr(self, f"encoder{level}", Pair(conv, norm, a, b, c))
        for level, (a, b) in enumerate([(64, 32), (128, 64), (256, 128)], 1):
            setattr(self, f"up{level}", up(a, a, 2, stride=2))
            setattr(self, f"decoder{level}", Pair(conv, norm, a + b, b, b))
        self.head = conv(32, outputs, 1)

    def forward(self, x):
        a = self.encoder1(x)
        b = self.encoder2(F.max_pool3d(a, 2))
        c = self.encoder3(F.max_pool3d(b, 2))
        x = self.encoder4(F.max_pool3d(c, 2))
        x = self.decoder3(torch.cat([c, like(self.up3(x), c)], 1))
        x = self.decoder2(torch.cat([b, like(self.up2(x), b)], 1))
        x = self.decoder1(torch.cat([a, like(self.up1(x), a)], 1))
        return self.head(x)


class Fcn8(nn.Module):
    def __init__(self, channels, outputs, hidden):
        super().__init__()
        self.features = vgg("vgg16", channels, outputs, hidden).features
        self.fc6 = nn.Conv2d(512, hidden, 7, padding=3)
        self.fc7 = nn.Conv2d(hidden, hidden, 1)
        self.score_fr = nn.Conv2d(hidden, outputs, 1)
        self.score_pool4 = nn.Conv2d(512, outputs, 1)
        self.score_pool3 = nn.Conv2d(256, outputs, 1)
        self.upscore2 = nn.ConvTranspose2d(outputs, outputs, 4, stride=2, padding=1, bias=False)
        self.upscore_pool4 = nn.ConvTranspose2d(outputs, outputs, 4, stride=2, padding=1, bias=False)
        self.upscore8 = nn.ConvTranspose2d(outputs, outputs, 16, stride=8, padding=4, bias=False)

    def forward(self, image):
        pool3 = self.features[:17](image)
        pool4 = self.features[17:24](pool3)
        x = self.features[24:](pool4)
        x = F.dropout(F.relu(self.fc6(x)), 0.5, self.training)
        x = F.dropout(F.relu(self.fc7(x)), 0.5, self.training)
        x = like(self.upscore2(self.score_fr(x)), pool4) + self.score_pool4(pool4)
        x = like(self.upscore_pool4(x), pool3) + self.score_pool3(pool3)
        return like(self.upscore8(x), image)


def vgg(name, channels, outputs, hidden):
    layers = torchvision.models.vgg.make_layers(torchvision.models.vgg.cfgs["ABDE"[(11, 13, 16, 19).index(int(name[3:5]))]], name.endswith("_bn"))
    model = torchvision.models.VGG(layers, outputs, init_weights=False)
    model.classifier[0] = nn.Linear(512 * 49, hidden)
    model.classifier[3] = nn.Linear(hidden, hidden)
    model.classifier[6] = nn.Linear(hidden, outputs)
    return first_conv(model, channels)


def peer(name, channels, outputs, hidden):
    if name in ("unet", "unet3d", "simplecnn"):
        return {"unet": UNet, "unet3d": UNet3d, "simplecnn": SimpleCnn}[name](channels, outputs)
    if name == "fcn8_vgg16":
        return Fcn8(channels, outputs, hidden)
    if name.startswith("vgg"):
        return vgg(name, channels, outputs, hidden)
    if name == "resnet3d_18":
        return first_conv(torchvision.models.video.r3d_18(num_classes=outputs), channels)
    more = {"init_weights": False, "transform_input": False} if name == "inception_v3" else {}
    return first_conv(getattr(torchvision.models, name)(num_classes=outputs, **more), channels)


def tensors(file):
    data = np.fromfile(file, np.uint8)
    (length,) = struct.unpack("<Q", data[:8].tobytes())
    types = {"F32": torch.float32, "BF16": torch.bfloat16, "I64": torch.int64}
    whole = torch.from_numpy(data)[8 + length:]
    return {
        name: torch.frombuffer(whole.numpy(), dtype=types[t["dtype"]], offset=t["data_offsets"][0],
                               count=max(1, int(np.prod(t["shape"])))).reshape(t["shape"])
        for name, t in json.loads(data[8:8 + length].tobytes()).items()
    }


def pattern(shape):
    return torch.arange(int(np.prod(shape))).mul(37).remainder(101).div(50.0).sub(1).reshape(tuple(shape)).double()


def some(values):
    """At most about MOST of the values, evenly spread, by a step that no side of a kernel divides."""
    values = values.detach().flatten()
    step = -(-values.numel() // MOST)
    while math.gcd(step, 210) > 1:
        step += 1
    return values[::step].float().numpy()


def answer(folder, case):
    torch.manual_seed(1)
    model = peer(case["name"], case["channels"], case["outputs"], case["hidden"])
    model.load_state_dict(tensors(f"{folder}/{case['name']}.safetensors"), strict=True)
    model.eval()
    with torch.no_grad():
        single = model(pattern(case["shape"]).float())
    model.double()
    x = pattern(case["shape"]).requires_grad_()
    model.eval()
    with torch.no_grad():
        found = [single, model(x)]
    model.train()
    torch.manual_seed(5)
    logits = model(x)
    if isinstance(logits, tuple):
        found += [*logits]
        loss = (logits[0] * pattern(logits[0].shape)).sum() + 0.4 * (logits[1] * pattern(logits[1].shape)).sum()
    else:
        found += [logits]
        loss = (logits * pattern(logits.shape)).sum()
    loss.backward()
    parameters = dict(model.named_parameters())
    order = open(f"{folder}/{case['name']}.order").read().split()
    assert set(order) == set(parameters), sorted(set(order) ^ set(parameters))
    found += [x.grad] + [parameters[name].grad for name in order]
    np.concatenate([some(value) for value in found]).astype("<f4").tofile(f"{folder}/{case['name']}.peer")


def main(folder):
    no_draws()
    torch.set_num_threads(2)
    cases = json.load(open(f"{folder}/cases.json"))
    for case in cases:
        try:
            answer(folder, case)
        except Exception:  # One network's fault is that network's, and goes into its test.
            with open(f"{folder}/{case['name']}.fault", "w") as fault:
                fault.write(traceback.format_exc())
    full = [c["name"] for c in cases if c["name"] not in ("unet", "unet3d", "simplecnn", "fcn8_vgg16")]
    shapes = {name: {k: list(v.shape) for k, v in peer(name, 1, 2, 4096).state_dict().items()} for name in full}
    json.dump(shapes, open(f"{folder}/shapes.json", "w"))
    print(torch.__version__)


main(sys.argv[1])
