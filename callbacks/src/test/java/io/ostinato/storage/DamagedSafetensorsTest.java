package io.ostinato.storage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.chaos.DamagedFiles;
import io.ostinato.weights.HostArray;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DamagedSafetensorsTest {

  /** The format has no checksum: whatever is read fills the file exactly. */
  @Test
  void aDamagedFileIsReadWholeOrRejectedWithItsReason() throws IOException {
    List<HostArray> small =
        List.of(HostArray.of("a", DataType.INT16, new Shape(2, 2), new byte[8]));
    List<byte[]> originals =
        List.of(SafetensorsTest.bytes(SafetensorsTest.arrays()), SafetensorsTest.bytes(small));
    Map<String, Integer> outcomes =
        new DamagedFiles("safetensors", originals).readBy((damaged, original) -> read(damaged));
    assertThat(outcomes).containsKeys("accepted", "rejected");
  }

  private static String read(byte[] damaged) throws IOException {
    try {
      Safetensors read = Safetensors.readFrom(new ByteArrayInputStream(damaged));
      long bytes = read.arrays().stream().mapToLong(HostArray::sizeBytes).sum();
      assertThat(bytes).isLessThan(damaged.length);
      for (HostArray array : read.arrays()) {
        assertThat(LongStream.of(array.shape().getShape())).allMatch(size -> size >= 0);
      }
      return "accepted";
    } catch (StorageException e) {
      assertThat(e.getMessage()).contains("safetensors file").hasSizeLessThan(600);
      return "rejected";
    }
  }
}
