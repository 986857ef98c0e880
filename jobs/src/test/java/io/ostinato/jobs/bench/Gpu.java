package io.ostinato.jobs.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.ostinato.libraries.DeviceMemory;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.model.ModelSource;
import io.ostinato.model.TorchScriptSource;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.weights.HostArray;
import io.ostinato.weights.WeightSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * What the benchmarks of a GPU share: the device, and ResNet-50 for images of bytes.
 *
 * @param device the GPU; the CPU in its stead only with {@code -Dbench.gpu.pretend=true}, to try
 *     the benchmarks
 * @param module a TorchScript file, uint8 {@code (N, 3, 224, 224)} to {@code (N, 1000)}, as written
 *     by {@code resnet50.py export}
 * @param images number of images of an evaluation
 */
record Gpu(Device device, Path module, int images) {
  static final Shape IMAGE = new Shape(3, 224, 224);

  /** The GPU of this process, and {@code -Dbench.gpu.module} and {@code -Dbench.gpu.images}. */
  static Gpu ofThisProcess() {
    NativeLibraries.prepare();
    Engine engine = Engine.getInstance();
    boolean present = engine.hasCapability(StandardCapabilities.CUDA);
    if (!present && !Boolean.getBoolean("bench.gpu.pretend")) {
      throw new IllegalStateException(
          "no GPU: the native engine sees no CUDA device (docs/gpu.md); to try the benchmarks on the"
              + " CPU, add -Dbench.gpu.pretend=true");
    }
    Device device = present ? Device.gpu(0) : Device.cpu();
    if (!engine.defaultDevice().equals(device)) {
      throw new IllegalStateException(
          "the default device is %s rather than %s: DJL counts GPUs with libcudart.so, which must be in LD_LIBRARY_PATH (docs/gpu.md)"
              .formatted(engine.defaultDevice(), device));
    }
    return new Gpu(
        device,
        Path.of(System.getProperty("bench.gpu.module", "resnet50.pt")),
        Integer.getInteger("bench.gpu.images", 8_192));
  }

  boolean isPretended() {
    return !device.isGpu();
  }

  ModelSource resnet() {
    return ModelSource.torchScript();
  }

  /** The weights of the file. */
  WeightSnapshot weights() {
    return TorchScriptSource.snapshotOf(module);
  }

  /** The weights of the file beside it, whose name begins with {@code other-}. */
  WeightSnapshot otherWeights() {
    return TorchScriptSource.snapshotOf(module.resolveSibling("other-" + module.getFileName()));
  }

  /**
   * Prints figures that were measured before one that must not be larger than this.
   *
   * @throws IllegalStateException if it is
   */
  static void checkLast(List<Figure> figures, double most) {
    Figure last = figures.get(figures.size() - 1);
    if (!(last.value() <= most)) {
      figures.forEach(figure -> System.out.println(figure.row()));
      throw new IllegalStateException(
          "%s is %s, more than %s".formatted(last.name(), last.value(), most));
    }
  }

  /** Rows of an image of random bytes and a class, uint8 (3, 224, 224) and int64. */
  SparkDataset images(SparkSession spark, int rows, int partitions) {
    UDF1<Long, byte[]> image = Gpu::image;
    return SparkDataset.of(
            spark
                .range(0, rows, 1, partitions)
                .select(
                    functions.udf(image, DataTypes.BinaryType).apply(functions.col("id")).as("x"),
                    functions.col("id").mod(10).as("class")))
        .column("x", "x", DataType.UINT8, IMAGE.getShape())
        .column("class", "class", DataType.INT64);
  }

  /** The first images of every dataset, {@code (rows, 3, 224, 224)}. */
  static HostArray images(int rows) {
    byte[] bytes = new byte[Math.toIntExact(rows * IMAGE.size())];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(image(row), 0, bytes, row * (int) IMAGE.size(), (int) IMAGE.size());
    }
    return HostArray.of("x", DataType.UINT8, new Shape(rows).addAll(IMAGE), bytes);
  }

  private static byte[] image(long id) {
    SplittableRandom random = new SplittableRandom(id);
    byte[] image = new byte[(int) IMAGE.size()];
    random.nextBytes(image);
    return image;
  }

  /** Bytes in use on the device, by any process. */
  long usedBytes() {
    return DeviceMemory.of(device).usedBytes();
  }

  /** Waits until the device has done all that was asked of it. */
  static void await(NDManager manager) {
    try (NDArray zero = manager.zeros(new Shape(1))) {
      zero.toFloatArray();
    }
  }

  /**
   * The largest difference between two arrays, divided by the largest magnitude of the second.
   *
   * @throws IllegalStateException if they have different sizes, or one isn't finite
   */
  static double difference(float[] one, float[] other) {
    if (one.length != other.length) {
      throw new IllegalStateException(one.length + " and " + other.length + " elements");
    }
    double most = 0;
    double largest = 0;
    for (int i = 0; i < one.length; i++) {
      double apart = Math.abs((double) one[i] - other[i]);
      if (!Double.isFinite(apart)) {
        throw new IllegalStateException(one[i] + " and " + other[i] + " at " + i);
      }
      most = Math.max(most, apart);
      largest = Math.max(largest, Math.abs(other[i]));
    }
    return most / largest;
  }

  /** Takes memory of the device until only so much is free; freed with the manager. */
  List<NDArray> leave(long freeBytes, NDManager owner) {
    List<NDArray> ballast = new ArrayList<>();
    DeviceMemory memory = DeviceMemory.of(device);
    long take = memory.totalBytes() - memory.usedBytes() - freeBytes;
    while (take > 0) {
      long bytes = Math.min(take, 1L << 30);
      ballast.add(owner.zeros(new Shape(Math.max(1, bytes / Float.BYTES))));
      take -= bytes;
    }
    return ballast;
  }
}
