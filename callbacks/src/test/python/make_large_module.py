"""Writes the module that the benchmark `predictor` enlarges: a small network beside a table of zeros.

Its archive is compressed, so that 100 MB take 100 KB here; the benchmark stores it uncompressed, as
PyTorch does, with other numbers in the table. With torch 2.7.1:

python make_large_module.py ../../../../jobs/src/test/resources/bench
"""

import pathlib
import sys
import zipfile

import torch


class Large(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(
            torch.nn.Linear(64, 32), torch.nn.ReLU(), torch.nn.Linear(32, 10)
        )
        self.table = torch.nn.Parameter(torch.zeros(24_414, 1_024))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.layers(x) + self.table[x[:, 0].abs().long(), :10]


torch.manual_seed(1)
folder = pathlib.Path(sys.argv[1])
plain = folder / "plain.pt"
torch.jit.save(torch.jit.script(Large().eval()), str(plain))
with zipfile.ZipFile(plain) as stored, zipfile.ZipFile(
    folder / "large.pt", "w", zipfile.ZIP_DEFLATED, compresslevel=9
) as compressed:
    for entry in stored.infolist():
        compressed.writestr(entry.filename, stored.read(entry))
plain.unlink()
