"""Makes bfloat16.pt, a TorchScript module that gives 1.1 times its input as bfloat16, with torch 2.7.1:

python make_narrow_modules.py ../resources/torchscript
"""

import pathlib
import sys

import torch

folder = pathlib.Path(sys.argv[1])
torch.jit.trace(lambda x: (x * 1.1).to(torch.bfloat16), torch.ones(3, 2)).save(str(folder / "bfloat16.pt"))
