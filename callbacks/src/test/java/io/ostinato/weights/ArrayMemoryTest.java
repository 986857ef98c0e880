package io.ostinato.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ArrayMemoryTest {
  private final NDManager manager = Engine.getInstance().newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @Test
  void writingKeepsTheMemorySoThatViewsSeeIt() {
    NDArray array = manager.zeros(new Shape(3, 4));
    NDArray lastRow = array.get("2");
    NDArray flat = array.reshape(12);
    ArrayMemory.write(array, 0, floats(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    assertThat(lastRow.toFloatArray()).containsExactly(8, 9, 10, 11);
    ArrayMemory.write(array, 7 * 4, floats(70, 80, 90));
    assertThat(flat.toFloatArray()).containsExactly(0, 1, 2, 3, 4, 5, 6, 70, 80, 90, 10, 11);
    assertThat(lastRow.toFloatArray()).containsExactly(80, 90, 10, 11);
    ArrayMemory.write(flat, 0, floats(-1));
    assertThat(array.getFloat(0, 0)).as("the other way round").isEqualTo(-1);
  }

  @Test
  void anyPartOfAnyTypeIsWrittenWhereItBelongs() {
    Random random = new Random(5);
    for (DataType type :
        new DataType[] {
          DataType.FLOAT32,
          DataType.FLOAT64,
          DataType.FLOAT16,
          DataType.INT8,
          DataType.UINT8,
          DataType.INT32,
          DataType.INT64,
          DataType.BOOLEAN
        }) {
      int width = type.getNumOfBytes();
      NDArray array = manager.zeros(new Shape(5, 7), type);
      byte[] expected = new byte[35 * width];
      for (int i = 0; i < 20; i++) {
        int from = random.nextInt(36);
        byte[] content = new byte[random.nextInt(36 - from) * width];
        for (int at = 0; at < content.length; at++) {
          content[at] = (byte) random.nextInt(2);
        }
        System.arraycopy(content, 0, expected, from * width, content.length);
        ByteBuffer source =
            i % 2 == 0
                ? ByteBuffer.wrap(content)
                : ByteBuffer.allocateDirect(content.length).put(content).flip();
        ArrayMemory.write(array, (long) from * width, source);
        assertThat(source.hasRemaining()).as("read to its end").isFalse();
        assertThat(HostArray.copyOf("", array).bytes()).as("%s", type).isEqualTo(expected);
      }
    }
  }

  @Test
  void writingLeavesNothingWithTheManager() {
    NDArray array = manager.zeros(new Shape(8));
    int before = manager.getManagedArrays().size();
    for (int i = 0; i < 8; i++) {
      ArrayMemory.write(array, i * 4L, floats(i));
    }
    assertThat(manager.getManagedArrays()).hasSize(before);
  }

  @Test
  void scalarsAndEmptyArraysAreWrittenToo() {
    NDArray scalar = manager.create(1f);
    ArrayMemory.write(scalar, 0, floats(2.5f));
    assertThat(scalar.getFloat()).isEqualTo(2.5f);
    NDArray empty = manager.zeros(new Shape(0, 3));
    ArrayMemory.write(empty, 0, floats());
    assertThat(empty.getShape()).isEqualTo(new Shape(0, 3));
    assertThat(ArrayMemory.of(empty).capacity()).isZero();
    assertThat(ArrayMemory.buffers(empty, manager)).isEmpty();
  }

  @Test
  void anArrayThatIsNotLaidOutInOrderIsWrittenInOrder() {
    NDArray transposed = manager.zeros(new Shape(2, 3)).transpose();
    int before = manager.getManagedArrays().size();
    HostArray.of("a", DataType.FLOAT32, transposed.getShape(), numbers(1, 2, 3, 4, 5, 6))
        .writeTo(transposed);
    assertThat(transposed.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
    ArrayMemory.write(transposed, 8, ByteBuffer.wrap(numbers(9, 8)));
    assertThat(transposed.toFloatArray()).containsExactly(1, 2, 9, 8, 5, 6);
    transposed.muli(2);
    assertThat(transposed.toFloatArray()).containsExactly(2, 4, 18, 16, 10, 12);
    assertThat(manager.getManagedArrays()).as("nothing stays with the owner").hasSize(before);
  }

  private static byte[] numbers(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return bytes.array();
  }

  @Test
  void anArrayThatIsNotLaidOutInOrderIsReadInOrder() {
    NDArray transposed = manager.arange(6f).reshape(2, 3).transpose();
    List<ByteBuffer> buffers = ArrayMemory.buffers(transposed, manager);
    HostArray read = HostArray.of("t", DataType.FLOAT32, new Shape(3, 2), buffers);
    assertThat(read.copyTo(manager).toFloatArray()).containsExactly(0, 3, 1, 4, 2, 5);
  }

  @Test
  void anArrayIsTheSameHoweverItsSegmentsAreCut() {
    Random random = new Random(11);
    byte[] content = new byte[120];
    random.nextBytes(content);
    HostArray whole = HostArray.of("a", DataType.FLOAT32, new Shape(5, 6), content);
    for (int i = 0; i < 50; i++) {
      HostArray cut = cut(whole, random);
      assertThat(cut).isEqualTo(whole).hasSameHashCodeAs(whole);
      assertThat(cut(whole, random)).isEqualTo(cut);
      assertThat(cut.bytes()).isEqualTo(content);
      assertThat(cut.copyTo(manager).toByteArray()).isEqualTo(content);
      assertThat(cut.rows(1, 3)).isEqualTo(whole.rows(1, 3));
      byte[] other = content.clone();
      other[random.nextInt(other.length)]++;
      assertThat(cut).isNotEqualTo(HostArray.of("a", DataType.FLOAT32, new Shape(5, 6), other));
    }
    assertThat(whole)
        .isNotEqualTo(whole.named("b"))
        .isNotEqualTo(HostArray.of("a", DataType.FLOAT32, new Shape(6, 5), content))
        .isNotEqualTo(HostArray.of("a", DataType.INT32, new Shape(5, 6), content));
  }

  @Test
  void anArrayOfSegmentsCanBeSerialized() throws Exception {
    Random random = new Random(13);
    byte[] content = new byte[300_000];
    random.nextBytes(content);
    HostArray whole = HostArray.of("größe", DataType.UINT8, new Shape(300, 1000), content);
    ByteBuffer direct = ByteBuffer.allocateDirect(content.length).put(content).flip();
    HostArray outside =
        HostArray.of("größe", DataType.UINT8, new Shape(300, 1000), List.of(direct));
    for (HostArray array : List.of(whole, outside, cut(whole, random), whole.rows(3, 7))) {
      assertThat(serialized(array)).isEqualTo(array).hasToString(array.toString());
    }
    HostArray empty = HostArray.of("e", DataType.INT64, new Shape(0), List.of());
    assertThat(serialized(empty)).isEqualTo(empty);
    HostArray scalar = HostArray.of("s", DataType.INT8, new Shape(), new byte[] {4});
    assertThat(serialized(scalar)).isEqualTo(scalar);
  }

  @Test
  void aWrongNumberOfBytesIsRefused() {
    assertThatThrownBy(
            () ->
                HostArray.of(
                    "w",
                    DataType.FLOAT32,
                    new Shape(2, 2),
                    List.of(ByteBuffer.allocate(8), ByteBuffer.allocate(7))))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("array 'w' of float32 (2, 2) requires 16 bytes, but has 15");
  }

  @Test
  void segmentsAreWrittenOneAfterTheOtherIntoAnArray() {
    NDArray target = manager.zeros(new Shape(2, 3));
    HostArray.of("w", DataType.FLOAT32, new Shape(2, 3), List.of(floats(1, 2), floats(3, 4, 5, 6)))
        .writeTo(target);
    assertThat(target.toFloatArray()).containsExactly(1, 2, 3, 4, 5, 6);
  }

  private static HostArray serialized(HostArray array) throws Exception {
    var bytes = new ByteArrayOutputStream();
    try (var out = new ObjectOutputStream(bytes)) {
      out.writeObject(array);
    }
    try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      return (HostArray) in.readObject();
    }
  }

  /** The same array in up to six segments, some of them empty, some outside the heap. */
  private static HostArray cut(HostArray array, Random random) {
    byte[] content = array.bytes();
    int[] cuts = random.ints(5, 0, content.length + 1).sorted().toArray();
    List<ByteBuffer> segments = new ArrayList<>();
    for (int i = 0; i <= cuts.length; i++) {
      int from = i == 0 ? 0 : cuts[i - 1];
      int to = i == cuts.length ? content.length : cuts[i];
      ByteBuffer part = ByteBuffer.wrap(content, from, to - from);
      segments.add(
          random.nextBoolean() ? part : ByteBuffer.allocateDirect(to - from).put(part).flip());
    }
    return HostArray.of(array.name(), array.dataType(), array.shape(), segments);
  }

  private static ByteBuffer floats(float... values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putFloat(value);
    }
    return bytes.rewind();
  }
}
