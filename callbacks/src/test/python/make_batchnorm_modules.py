"""Makes the TorchScript modules of the tests, with torch 2.7.1 and numpy:

    python make_batchnorm_modules.py ../resources/torchscript

Three modules of one architecture. b differs from a in its parameters and in BatchNorm's running
statistics, c differs from a in the running statistics alone. The expected outputs are PyTorch's own.
"""

import io
import pathlib
import sys
import zipfile

import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(1, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)
        self.out = nn.Linear(4 * 5 * 5, 3)

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x)))
        return self.out(x.flatten(1))


def randomize_statistics(net, seed):
    generator = torch.Generator().manual_seed(seed)
    net.norm.running_mean.copy_(torch.randn(4, generator=generator))
    net.norm.running_var.copy_(torch.rand(4, generator=generator) * 3 + 0.1)


def save_without_debug_files(net, path):
    """torch.jit.save adds debug files that hold the paths of the machine; loading needs none."""
    buffer = io.BytesIO()
    torch.jit.save(torch.jit.script(net), buffer)
    reader = torch._C.PyTorchFileReader(io.BytesIO(buffer.getvalue()))
    writer = torch._C.PyTorchFileWriter(str(path))
    for name in reader.get_all_records():
        if not name.endswith(".debug_pkl") and name not in ("version", ".data/serialization_id"):
            record = reader.get_record(name)
            writer.write_record(name, record, len(record))
    writer.write_end_of_file()


@torch.no_grad()
def main(folder):
    folder = pathlib.Path(folder)
    x = torch.randn(16, 1, 5, 5, generator=torch.Generator().manual_seed(7))
    (folder / "input.bin").write_bytes(x.numpy().tobytes())
    for name, weights, statistics in [("a", 1, 1), ("b", 2, 2), ("c", 1, 3)]:
        torch.manual_seed(weights)
        net = Net().eval()
        randomize_statistics(net, statistics)
        path = folder / f"batchnorm-{name}.pt"
        save_without_debug_files(net, path)
        assert torch.equal(torch.jit.load(str(path))(x), net(x))
        (folder / f"expected-{name}.bin").write_bytes(net(x).numpy().tobytes())
        with zipfile.ZipFile(path) as module:
            assert not any(entry.endswith("debug_pkl") for entry in module.namelist())


if __name__ == "__main__":
    main(sys.argv[1])
