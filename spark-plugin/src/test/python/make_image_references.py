"""Makes images of many formats and modes, with the numbers of Pillow 13.0.0 and torchvision 0.22.1 (torch 2.7.1):

    python make_image_references.py ../resources/images

decoded.json has the pixels that Image.open(file).convert("RGB") gives for each file, transformed.json what torchvision's
transforms make of them, masks.json the classes of some of them after resize:11,center_crop:12x9, and classes.json the outputs of net.pt for the images of picture(), which tests generate anew.
"""

import base64
import io
import json
import pathlib
import struct
import sys
import zlib

import numpy
import torch
from PIL import Image, ImageCms
from torch import nn
from torchvision import transforms
from torchvision.transforms import InterpolationMode

PICTURES = 200
TRANSFORM = "resize:28,center_crop:24,to_tensor,normalize:imagenet"
IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
ADAM7 = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2))
BANDS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def picture(i):
    """The i-th image of classes.json, uint8 (height, width, 3)."""
    height, width = 20 + i % 13, 20 + i * 7 % 17
    y, x, c = numpy.meshgrid(range(height), range(width), range(3), indexing="ij")
    return ((x * (3 + i % 5) + y * (7 + i % 3) * (c + 1) + (x * y // 3) * (i % 4) + 31 * i + 85 * c) % 256).astype("uint8")


def chunk(name, content):
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))


def packed(samples, depth):
    """Rows without a filter: (height, width, bands) as bytes."""
    rows = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth == 16:
            content = row.astype(">u2").tobytes()
        elif depth == 8:
            content = row.astype("u1").tobytes()
        else:
            bits = "".join(format(int(v), f"0{depth}b") for v in row)
            bits += "0" * (-len(bits) % 8)
            content = bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8))
        rows += b"\0" + content
    return rows


def png(samples, depth, kind, extra=(), interlaced=False):
    height, width = samples.shape[:2]
    samples = samples.reshape(height, width, BANDS[kind])
    if interlaced:
        passes = [samples[y::dy, x::dx] for x, y, dx, dy in ADAM7]
        content = b"".join(packed(each, depth) for each in passes if each.size)
    else:
        content = packed(samples, depth)
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, int(interlaced))
    chunks = [chunk(b"IHDR", header), *(chunk(*each) for each in extra)]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks) + chunk(b"IDAT", zlib.compress(content)) + chunk(b"IEND", b"")


def swapped_profile():
    """A colour profile whose red and green are exchanged, so that it shows where it is applied."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36] = bytes(12)  # when it was made
    table = bytes(profile)
    red, green = table.index(b"rXYZ"), table.index(b"gXYZ")
    profile[red : red + 4], profile[green : green + 4] = b"gXYZ", b"rXYZ"
    return bytes(profile)


def saved(image, kind, **options):
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def gif(picture, screen, place, transparent=None):
    """A GIF file whose screen (width, height) is larger than its picture."""
    content = bytearray(saved(picture, "GIF"))
    at = 13 + (3 << (content[10] & 7) + 1)
    control = b"" if transparent is None else b"\x21\xf9\x04\x01\0\0" + bytes([transparent, 0])
    content[6:10] = struct.pack("<HH", *screen)
    at = content.index(b"," + bytes(4) + struct.pack("<HH", *picture.size), at)
    content[at + 1 : at + 5] = struct.pack("<HH", *place)
    return bytes(content[:at] + control + content[at:])


def without_marker(jpeg, marker):
    start = jpeg.index(b"\xff" + bytes([marker]))
    return jpeg[:start] + jpeg[start + 2 + struct.unpack(">H", jpeg[start + 2 : start + 4])[0] :]


def files():
    random = numpy.random.default_rng(7)
    height, width = 13, 19

    def noise(bands, depth):
        return random.integers(0, 1 << depth, (height, width, bands))

    palette = random.integers(0, 256, 16 * 3, dtype="uint8").tobytes()
    profile = swapped_profile()
    gamma = (b"gAMA", struct.pack(">I", 100000))
    icc = (b"iCCP", b"swapped\0\0" + zlib.compress(profile))
    made = {}
    for depth in (1, 2, 4, 8, 16):
        made[f"gray{depth}.png"] = png(noise(1, depth), depth, 0)
    for depth in (8, 16):
        made[f"gray-alpha{depth}.png"] = png(noise(2, depth), depth, 4)
        made[f"rgb{depth}.png"] = png(noise(3, depth), depth, 2)
        made[f"rgba{depth}.png"] = png(noise(4, depth), depth, 6)
    for depth in (1, 2, 4):
        made[f"palette{depth}.png"] = png(noise(1, depth), depth, 3, [(b"PLTE", palette[: 3 << depth])])
    full = random.integers(0, 256, 256 * 3, dtype="uint8").tobytes()
    made["palette8.png"] = png(noise(1, 8), 8, 3, [(b"PLTE", full), (b"tRNS", bytes(range(100)))])
    made["gray-transparent.png"] = png(noise(1, 8), 8, 0, [(b"tRNS", struct.pack(">H", 77))])
    made["gray16-transparent.png"] = png(noise(1, 16), 16, 0, [(b"tRNS", struct.pack(">H", 77))])
    made["rgb16-transparent.png"] = png(noise(3, 16), 16, 2, [(b"tRNS", struct.pack(">HHH", 1, 2, 3))])
    made["rgb-transparent.png"] = png(noise(3, 8), 8, 2, [(b"tRNS", struct.pack(">HHH", 1, 2, 3))])
    made["gray-gamma.png"] = png(noise(1, 8), 8, 0, [gamma])
    made["rgb-gamma.png"] = png(noise(3, 8), 8, 2, [gamma])
    made["rgb-profile.png"] = png(noise(3, 8), 8, 2, [icc])
    made["rgb-interlaced.png"] = png(noise(3, 8), 8, 2, interlaced=True)
    made["gray4-interlaced.png"] = png(noise(1, 4), 4, 0, interlaced=True)
    made["rgba16-interlaced.png"] = png(noise(4, 16), 16, 6, interlaced=True)

    y, x = numpy.mgrid[0:37, 0:53]
    smooth = numpy.stack([x * 4 + y, 255 - x * 3, y * 5 + (x // 9 % 2) * 60], -1).clip(0, 255).astype("uint8")
    photo = Image.fromarray((smooth + random.integers(0, 25, smooth.shape)).clip(0, 255).astype("uint8"))
    for name, sampling in (("444", 0), ("422", 1), ("420", 2)):
        made[f"ycc{name}.jpg"] = saved(photo, "JPEG", quality=90, subsampling=sampling)
    made["progressive.jpg"] = saved(photo, "JPEG", quality=80, progressive=True)
    made["gray.jpg"] = saved(photo.convert("L"), "JPEG", quality=90)
    made["rgb.jpg"] = saved(photo, "JPEG", quality=90, keep_rgb=True)
    made["cmyk.jpg"] = saved(photo.convert("CMYK"), "JPEG", quality=90)
    made["profile.jpg"] = saved(photo, "JPEG", quality=90, icc_profile=profile)
    exif = Image.Exif()
    exif[0x0112] = 6
    made["rotated.jpg"] = saved(photo, "JPEG", quality=90, exif=exif)
    made["rgb.bmp"] = saved(photo, "BMP")
    made["gray.bmp"] = saved(photo.convert("L"), "BMP")
    made["palette.bmp"] = saved(photo.convert("P", palette=Image.Palette.ADAPTIVE), "BMP")
    made["palette.gif"] = saved(photo.convert("P", palette=Image.Palette.ADAPTIVE), "GIF")
    indices = photo.resize((6, 5)).convert("P", palette=Image.Palette.ADAPTIVE)
    made["part.gif"] = gif(indices, (11, 9), (2, 3))
    made["part-transparent.gif"] = gif(indices, (11, 9), (5, 1), transparent=4)
    made["part-beyond.gif"] = gif(indices, (7, 6), (4, 2))
    made["cmyk-plain.jpg"] = without_marker(made["cmyk.jpg"], 0xEE)
    for orientation in range(1, 9):
        made[f"turned{orientation}.tiff"] = saved(photo.resize((5, 3)), "TIFF", tiffinfo={274: orientation})
    small = photo.resize((5, 3))
    # Pillow doesn't turn uncompressed gray images of files that it maps into memory.
    made["turned-gray.tiff"] = saved(small.convert("L"), "TIFF", compression="tiff_lzw", tiffinfo={274: 6})
    metadata = [(b"iCCP", b"damaged\0\0none"), (b"tIME", b"\0\0"), (b"PLTE", palette)]
    made["metadata.png"] = png(numpy.arange(15).reshape(3, 5, 1), 8, 3, metadata)
    made["photo.png"] = saved(photo, "PNG")
    made["small.png"] = saved(photo.crop((4, 4, 27, 21)), "PNG")
    made["tall.png"] = saved(photo.crop((0, 0, 7, 29)), "PNG")
    return made


def array(values):
    values = numpy.ascontiguousarray(values)
    return {
        "shape": list(values.shape),
        "type": str(values.dtype),
        "data": base64.b64encode(values.tobytes()).decode(),
    }


def size(text):
    return tuple(int(one) for one in text.split("x")) if "x" in text else int(text)


def step(text):
    """The transform of torchvision for one in a text, without keys and lists."""
    name, *values = text.split(":")
    if name == "resize":
        filter_of = values[1] if len(values) > 1 else "bilinear"
        return transforms.Resize(size(values[0]), InterpolationMode(filter_of))
    if name == "center_crop":
        return transforms.CenterCrop(size(values[0]))
    if name == "grayscale":
        return transforms.Grayscale(int(values[0]) if values else 1)
    if name == "normalize":
        mean, std = {"imagenet": IMAGENET, "half": ([0.5], [0.5])}[values[0]]
        return transforms.Normalize(mean, std)
    return {"to_tensor": transforms.ToTensor, "pil_to_tensor": transforms.PILToTensor}[name]()


def masks(folder):
    names = ["palette1.png", "palette2.png", "palette4.png", "palette8.png", "gray1.png", "gray2.png", "gray4.png"]
    names += ["gray8.png", "gray4-interlaced.png", "palette.gif", "palette.bmp"]
    names += ["part.gif", "part-transparent.gif"]
    resize, crop = transforms.Resize(11, InterpolationMode.NEAREST), transforms.CenterCrop((12, 9))
    return [
        {"file": name, **array(numpy.array(crop(resize(Image.open(folder / name)))).astype("uint8"))} for name in names
    ]


def composed(text):
    return transforms.Compose([step(each) for each in text.split(",")])


def transformed(folder):
    cases = []
    filters = [mode.value for mode in InterpolationMode if mode.value != "nearest-exact"]
    sizes = ["9", "25", "6x20", "33x5", "17x30", "17"]
    cases += [("small.png", f"resize:{s}:{f},pil_to_tensor") for f in filters for s in sizes]
    cases += [(name, f"resize:5:{f},pil_to_tensor") for f in filters for name in ("tall.png", "photo.png")]
    crops = ["center_crop:12", "center_crop:11x14", "center_crop:18x10", "center_crop:22x28", "center_crop:6x23"]
    cases += [("small.png", f"{c},pil_to_tensor") for c in crops]
    cases += [("small.png", f"grayscale{c},pil_to_tensor") for c in ("", ":3")]
    cases += [
        ("photo.png", "to_tensor"),
        ("photo.png", "resize:20,center_crop:16,to_tensor,normalize:imagenet"),
        ("tall.png", "resize:20:bicubic,center_crop:16x18,to_tensor,normalize:half"),
        ("small.png", "resize:20,grayscale,to_tensor,normalize:half"),
        ("rgba16.png", "resize:10:lanczos,to_tensor"),
    ]
    return [
        {"file": name, "transforms": text, **array(composed(text)(Image.open(folder / name).convert("RGB")).numpy())}
        for name, text in cases
    ]


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(3, 8, 5, stride=2), nn.ReLU(), nn.AdaptiveAvgPool2d(3), nn.Flatten(), nn.Linear(72, 5)
        )

    def forward(self, x):
        return self.layers(x) * 10


def main(folder):
    torch.manual_seed(3)
    torch.set_num_threads(1)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files().items():
        (folder / name).write_bytes(content)
    decoded = {
        path.name: array(Image.open(path).convert("RGB"))
        for path in sorted(folder.iterdir())
        if path.suffix in (".png", ".jpg", ".bmp", ".gif", ".tiff")
    }
    prepared = torch.stack([composed(TRANSFORM)(Image.fromarray(picture(i))) for i in range(PICTURES)])
    with torch.no_grad():
        module = Net().eval()
        module.layers[-1].bias -= module(prepared).mean(0) / 10  # so that no class has nearly all
        net = torch.jit.script(module)
        net.save(str(folder / "net.pt"))
        outputs = net(prepared)
    (folder / "decoded.json").write_text(json.dumps(decoded, indent=0) + "\n")
    (folder / "transformed.json").write_text(json.dumps(transformed(folder), indent=0) + "\n")
    (folder / "masks.json").write_text(json.dumps(masks(folder), indent=0) + "\n")
    classes = {"transforms": TRANSFORM, "outputs": array(outputs.numpy()), "classes": outputs.argmax(1).tolist()}
    (folder / "classes.json").write_text(json.dumps(classes) + "\n")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
