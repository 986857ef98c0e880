package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.PythonTools;
import io.ostinato.weights.HostArray;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {

  @Test
  void arraysOfAllTypesComeBackInTheirOrder() throws IOException {
    List<HostArray> arrays = arrays();
    Safetensors read = Safetensors.readFrom(new ByteArrayInputStream(bytes(arrays)));
    assertThat(read.arrays()).isEqualTo(arrays);
    assertThat(read.metadata()).containsExactly(Map.entry("iteration", "E1_U2_S3"));
  }

  @Test
  void elementsBeginAtAMultipleOfEightBytes() throws IOException {
    for (int length = 0; length < 9; length++) {
      HostArray array =
          HostArray.of("x".repeat(1 + length), DataType.UINT8, new Shape(1), new byte[1]);
      byte[] bytes = bytes(List.of(array));
      long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
      assertThat(header % 8).isZero();
    }
  }

  @Test
  void djlOpensThem() throws IOException {
    HostArray array = HostArray.of("w", DataType.FLOAT32, new Shape(2, 1), floats(1.5f, -2f));
    try (NDManager manager = Engine.getInstance().newBaseManager()) {
      NDList list = NDList.decode(manager, new ByteArrayInputStream(bytes(List.of(array))));
      NDArray read = list.singletonOrThrow();
      assertThat(read.getName()).isEqualTo("w");
      assertThat(read.getShape()).isEqualTo(new Shape(2, 1));
      assertThat(read.toFloatArray()).containsExactly(1.5f, -2f);
    }
  }

  @Test
  void pythonOpensThemAndWritesThemForUs(@TempDir Path folder) throws IOException {
    Path ours = Files.write(folder.resolve("ours.safetensors"), bytes(arrays()));
    Path theirs = folder.resolve("theirs.safetensors");
    String read =
        PythonTools.python(
            "-c",
            """
            import sys
            from safetensors import safe_open
            from safetensors.numpy import save_file
            arrays = {}
            with safe_open(sys.argv[1], "numpy") as f:
                print(f.metadata())
                for key in f.keys():
                    arrays[key] = f.get_tensor(key)
                    print(key, arrays[key].dtype, arrays[key].shape, arrays[key].tobytes().hex())
            save_file(arrays, sys.argv[2], {"by": "Python"})
            """,
            ours.toString(),
            theirs.toString());
    assertThat(read.lines().findFirst()).contains("{'iteration': 'E1_U2_S3'}");
    assertThat(read.lines().skip(1).map(String::stripTrailing))
        .containsExactlyInAnyOrderElementsOf(
            arrays().stream().map(SafetensorsTest::asNumPyShowsIt).toList());
    try (InputStream in = Files.newInputStream(theirs)) {
      Safetensors back = Safetensors.readFrom(in);
      assertThat(back.metadata()).containsExactly(Map.entry("by", "Python"));
      assertThat(back.arrays()).containsExactlyInAnyOrderElementsOf(arrays());
    }
  }

  private static String asNumPyShowsIt(HostArray array) {
    String type = array.dataType() == DataType.BOOLEAN ? "bool" : array.dataType().toString();
    long[] shape = array.shape().getShape();
    String tuple =
        shape.length == 1
            ? "(" + shape[0] + ",)"
            : Arrays.toString(shape).replace('[', '(').replace(']', ')');
    return "%s %s %s %s"
        .formatted(array.name(), type, tuple, HexFormat.of().formatHex(array.bytes()))
        .stripTrailing();
  }

  @Test
  void whatIsNoSafetensorsFileIsRefused() throws IOException {
    byte[] good = bytes(arrays());
    for (int length : new int[] {0, 5, 8, 20, good.length / 2, good.length - 1}) {
      assertThatThrownBy(() -> read(Arrays.copyOf(good, length)))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "this safetensors file is truncated after %s bytes; was it still being written?"
                  .formatted(length));
    }
    assertThatThrownBy(() -> read(Arrays.copyOf(good, good.length + 1)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("this safetensors file has more than the");
    assertThatThrownBy(() -> read("PK\u0003\u0004 a zip, or so".getBytes(StandardCharsets.UTF_8)))
        .hasMessageContaining("this is no safetensors file: its header would have");
    assertThatThrownBy(() -> read(file("not json", 0)))
        .hasMessage(
            "the header of this safetensors file can't be read; copy or save the file again");
    assertThatThrownBy(() -> read(file("{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 4)))
        .hasMessage("array 'a' of this safetensors file has no dtype, shape or data_offsets");
    assertThatThrownBy(() -> read(file(entry("F4", "1", 0, 4), 4)))
        .hasMessageContaining("has the data type \"F4\", which is not known here");
    assertThatThrownBy(() -> read(file(entry("F32", "2", 0, 4), 4)))
        .hasMessageContaining("has the bytes 0 to 4; float32 (2) needs 8");
    assertThatThrownBy(() -> read(file(entry("F32", "1", 4, 8), 8)))
        .hasMessage("array 'a' of this safetensors file begins at byte 4, not at 0");
  }

  @Test
  void aHeaderThatClaimsMoreThanTheFileAllocatesNothing() throws IOException {
    ByteBuffer claim =
        ByteBuffer.allocate(83).order(ByteOrder.LITTLE_ENDIAN).putLong(2_000_000_000);
    assertThatThrownBy(() -> read(claim.array()))
        .isInstanceOf(StorageException.class)
        .hasMessage(
            "this is no safetensors file: its header would have 2000000000 bytes; copy or save the"
                + " file again");
    claim.putLong(0, 100_000_000);
    assertThatThrownBy(() -> read(claim.array()))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is truncated after 83 bytes");
    byte[] large = file(entry("F32", "500000000", 0, 2_000_000_000), 4);
    assertThatThrownBy(() -> Safetensors.readFrom(new ByteArrayInputStream(large), large.length))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(
            "is truncated: it has %s bytes, and its arrays end at byte %s"
                .formatted(large.length, large.length - 4 + 2_000_000_000L));
    assertThatThrownBy(() -> read(large))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is truncated after %s bytes".formatted(large.length));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[4294967296,4294967296] | [0,0] | 'a' of this safetensors file has an impossible size",
        "[9223372036854775807,2,0] | [0,0] | has an impossible size",
        "[9223372036854775808] | [0,0] | (shape) has 9223372036854775808, not a size",
        "[1.9] | [0,4] | array 'a' (shape) has 1.9, not a size",
        "[1e0] | [0,4] | array 'a' (shape) has 1e0, not a size",
        "[-1] | [0,4] | array 'a' (shape) has -1, not a size",
        "['1'] | [0,4] | array 'a' (shape): expected a number, found a string",
        "[null] | [0,4] | array 'a' (shape): expected a number, found null",
        "[[1]] | [0,4] | array 'a' (shape): expected a number, found a list",
        "{} | [0,4] | array 'a' (shape): expected a list, found an object",
        "1 | [0,4] | array 'a' (shape): expected a list, found a number",
        "[1] | [] | array 'a' of this safetensors file has no dtype, shape or data_offsets",
        "[1] | [0,4,8] | array 'a' (data_offsets) has more than 2 numbers",
        "[1] | [4,0] | array 'a' of this safetensors file has the bytes 4 to 0",
        "[0] | [9223372036854775807,9223372036854775807] | begins at byte 9223372036854775807",
        "[1],'shape':[1] | [0,4] | array 'a' has the key 'shape' twice",
        "[1],'dtype':4 | [0,4] | array 'a' has the key 'dtype' twice",
      })
  void impossibleSizesAreRefused(String shape, String offsets, String expected) {
    String header = "{'a':{'dtype':'F32','shape':%s,'data_offsets':%s}}".formatted(shape, offsets);
    assertThatThrownBy(() -> read(file(header.replace('\'', '"'), 4)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(expected);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[] | the header: expected an object, found a list",
        "{}{} | can't be read; copy or save the file again",
        "{'a':4} | array 'a': expected an object, found a number",
        "{'__metadata__':{'a':1}} | __metadata__.a: expected a string, found a number",
        "{'__metadata__':{'a':{}}} | __metadata__.a: expected a string, found an object",
        "{'__metadata__':[]} | __metadata__: expected an object, found a list",
        "{'a':{'dtype':4}} | array 'a' (dtype): expected a string, found a number",
      })
  void oddHeadersAreRefused(String header, String expected) {
    assertThatThrownBy(() -> read(file(header.replace('\'', '"'), 0)))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void hostileHeadersAreRefusedInOneShortLine() {
    String one = entry("F32", "1", 0, 4);
    String twice = one.substring(0, one.length() - 1) + "," + one.substring(1);
    assertThatThrownBy(() -> read(file(twice, 4)))
        .hasMessageContaining("the header has the key 'a' twice");
    for (String nested : List.of("[".repeat(200_000), "{\"a\":".repeat(200_000))) {
      assertThatThrownBy(() -> read(file(nested, 0))).isInstanceOf(StorageException.class);
      assertThatThrownBy(() -> read(file("{\"a\":{\"other\":" + nested, 0)))
          .isInstanceOf(StorageException.class);
    }
    assertThatThrownBy(() -> read(file(entry("F32", "1" + ",1".repeat(64), 0, 4), 4)))
        .hasMessageContaining("array 'a' (shape) has more than 64 numbers");
    assertThatThrownBy(() -> read(file(entry("F32", "9".repeat(1_000_000), 0, 4), 4)))
        .isInstanceOf(StorageException.class)
        .hasMessageMatching(".{1,200}");
    assertThatThrownBy(() -> read(file(one.replace("\"a\"", "\"" + "x".repeat(200_000) + "\""), 9)))
        .hasMessageMatching(".{1,300}");
    byte[] text = file(one, 4);
    text[10] = (byte) 0xFF;
    assertThatThrownBy(() -> read(text))
        .hasMessageContaining("is invalid: byte 10 is not UTF-8; copy or save the file again");
  }

  @Test
  void twoArraysOfOneNameAreRefused() {
    HostArray array = HostArray.of("a", DataType.UINT8, new Shape(1), new byte[1]);
    assertThatThrownBy(() -> bytes(List.of(array, array)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("two arrays are named 'a'");
  }

  static List<HostArray> arrays() {
    Random random = new Random(5);
    List<HostArray> arrays = new ArrayList<>();
    for (DataType type :
        new DataType[] {
          DataType.FLOAT64,
          DataType.UINT8,
          DataType.FLOAT32,
          DataType.FLOAT16,
          DataType.INT64,
          DataType.INT32,
          DataType.INT8
        }) {
      byte[] bytes = new byte[6 * type.getNumOfBytes()];
      random.nextBytes(bytes);
      arrays.add(HostArray.of("of " + type, type, new Shape(2, 3), bytes));
    }
    arrays.add(HostArray.of("flags", DataType.BOOLEAN, new Shape(2), new byte[] {0, 1}));
    arrays.add(HostArray.of("scalar", DataType.FLOAT32, new Shape(), floats(3.25f)));
    arrays.add(HostArray.of("empty", DataType.FLOAT32, new Shape(0, 3), new byte[0]));
    return arrays;
  }

  private static byte[] floats(float... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  private static String entry(String type, String shape, int from, int to) {
    return "{\"a\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}}"
        .formatted(type, shape, from, to);
  }

  private static byte[] file(String header, int data) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + data)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  private static Safetensors read(byte[] bytes) throws IOException {
    return Safetensors.readFrom(new ByteArrayInputStream(bytes));
  }

  static byte[] bytes(List<HostArray> arrays) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    new Safetensors(arrays, Map.of("iteration", "E1_U2_S3")).writeTo(out);
    return out.toByteArray();
  }
}
