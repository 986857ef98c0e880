"""ResNet-50 for images of bytes: as a TorchScript file, and in a loop of PyTorch's own.

    python resnet50.py export resnet50.pt
    python resnet50.py measure --images 8192
"""

import argparse
import os
import statistics
import time

import torch
import torchvision

BATCH = 256


class Images(torch.nn.Module):
    """uint8 (N, 3, 224, 224) to (N, 1000), with ImageNet's mean and standard deviation."""

    def __init__(self, seed=1):
        super().__init__()
        torch.manual_seed(seed)
        self.net = torchvision.models.resnet50(weights=None)
        self.register_buffer("mean", torch.tensor([0.485, 0.456, 0.406]).view(3, 1, 1))
        self.register_buffer("std", torch.tensor([0.229, 0.224, 0.225]).view(3, 1, 1))

    def forward(self, x):
        return self.net(x.to(torch.float32).div(255).sub(self.mean).div(self.std))


def export(file):
    """Writes the module, and beside it one of other weights, whose name begins with "other-"."""
    folder, name = os.path.split(file)
    torch.jit.script(Images(1).eval()).save(file)
    torch.jit.script(Images(2).eval()).save(os.path.join(folder, "other-" + name))


def predictions(net, batches):
    """The classes of all images, on the host; copies and forwards are queued without waiting."""
    classes = [net(batch.cuda(non_blocking=True)).argmax(1) for batch in batches]
    return torch.cat(classes).cpu()


def images_per_second(net, batches, images):
    seconds = []
    for _ in range(7):
        start = time.perf_counter()
        predictions(net, batches)
        seconds.append(time.perf_counter() - start)
    return images / statistics.median(seconds[2:])


@torch.inference_mode()
def measure(images):
    x = torch.randint(0, 256, (images, 3, 224, 224), dtype=torch.uint8)
    pinned = [batch.pin_memory() for batch in x.split(BATCH)]
    resident = [batch.cuda() for batch in pinned]
    eager = Images().eval().cuda()
    scripted = torch.jit.script(Images().eval()).cuda()
    print("torch", torch.__version__, torch.cuda.get_device_name())
    for name, net in [("eager", eager), ("TorchScript", scripted)]:
        for place, batches in [("on the GPU", resident), ("in pinned memory", pinned)]:
            speed = images_per_second(net, batches, images)
            print(f"PyTorch's own loop, {name}, batches {place}: {speed:,.0f} images/s", flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("export").add_argument("file")
    commands.add_parser("measure").add_argument("--images", type=int, default=8192)
    arguments = parser.parse_args()
    if arguments.command == "export":
        export(arguments.file)
    else:
        measure(arguments.images)
