package io.ostinato.jobs.bench;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.model.ModuleTemplate;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.OfferedArray;
import io.ostinato.weights.WeightSnapshot;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * A TorchScript module of 104 MB, {@code float32 (N, 784)} to {@code (N, 560)}: a backbone of two
 * layers, and a head of 4.8 %. Written as {@code torch.jit.save} writes it, and filled by name.
 */
final class BenchModule {
  private static final String HEAD = "head";
  private static final Map<String, long[]> SHAPES = new LinkedHashMap<>();

  static {
    SHAPES.put("first", new long[] {784, 8192});
    SHAPES.put("second", new long[] {8192, 2250});
    SHAPES.put(HEAD, new long[] {2250, 560});
  }

  private static final String CODE =
      """
      class Net(Module):
        __parameters__ = ["first", "second", "head", ]
        __buffers__ = []
        first : Tensor
        second : Tensor
        head : Tensor
        def forward(self: __torch__.Net,
          x: Tensor) -> Tensor:
          first = self.first
          second = self.second
          head = self.head
          _0 = torch.relu(torch.matmul(x, first))
          _1 = torch.relu(torch.matmul(_0, second))
          return torch.matmul(_1, head)
      """;

  private final ModuleTemplate template;
  private final Map<String, HostArray> weights = new LinkedHashMap<>();

  BenchModule() throws IOException {
    template = ModuleTemplate.of(archive());
    SHAPES.keySet().forEach(name -> weights.put(name, random(name, 1)));
  }

  ModuleTemplate template() {
    return template;
  }

  /** The weights now. */
  WeightSnapshot snapshot() {
    return template.with(OfferedArray.of(List.copyOf(weights.values()))).weights();
  }

  /** Replaces the head; returns the number of bytes that changed. */
  long trainHead(int seed) {
    weights.put(HEAD, random(HEAD, seed));
    return sizeOf(HEAD);
  }

  private static byte[] archive() throws IOException {
    Map<String, byte[]> files = new LinkedHashMap<>();
    List<String> names = new ArrayList<>(SHAPES.keySet());
    for (int i = 0; i < names.size(); i++) {
      files.put("data/" + i, new byte[sizeOf(names.get(i))]);
    }
    files.put("data.pkl", pickle(names));
    files.put("code/__torch__.py", CODE.getBytes(StandardCharsets.UTF_8));
    files.put("constants.pkl", latin("\u0080\u0002)."));
    files.put("version", latin("3\n"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Map.Entry<String, byte[]> file : files.entrySet()) {
        CRC32 crc = new CRC32();
        crc.update(file.getValue());
        ZipEntry entry = new ZipEntry("net/" + file.getKey());
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(file.getValue().length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(file.getValue());
      }
    }
    return bytes.toByteArray();
  }

  private static byte[] pickle(List<String> names) {
    StringBuilder pickle = new StringBuilder("\u0080\u0002c__torch__\nNet\n)\u0081}(");
    for (int i = 0; i < names.size(); i++) {
      long[] shape = shape(names.get(i));
      pickle.append(text(names.get(i))).append("ctorch._utils\n_rebuild_tensor_v2\n((");
      pickle.append(text("storage")).append("ctorch\nFloatStorage\n").append(text("" + i));
      pickle.append(text("cpu")).append(number(shape[0] * shape[1])).append("tQ").append(number(0));
      pickle.append(number(shape[0])).append(number(shape[1])).append("\u0086");
      pickle.append(number(shape[1])).append(number(1)).append("\u0086\u0089");
      pickle.append("ccollections\nOrderedDict\n)RtR");
    }
    return latin(pickle.append("ub.").toString());
  }

  private static String text(String text) {
    return "X" + littleEndian(text.length()) + text;
  }

  private static String number(long number) {
    return "J" + littleEndian(number);
  }

  private static String littleEndian(long number) {
    byte[] bytes =
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt((int) number).array();
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static long[] shape(String name) {
    return SHAPES.getOrDefault(name, new long[0]);
  }

  private static int sizeOf(String name) {
    return (int) HostArray.sizeBytes(DataType.FLOAT32, new Shape(shape(name)));
  }

  private static HostArray random(String name, int seed) {
    Random random = new Random(seed);
    ByteBuffer bytes = ByteBuffer.allocate(sizeOf(name)).order(ByteOrder.LITTLE_ENDIAN);
    while (bytes.hasRemaining()) {
      bytes.putFloat((random.nextFloat() - 0.5f) / 32);
    }
    return HostArray.of(name, DataType.FLOAT32, new Shape(shape(name)), bytes.array());
  }
}
