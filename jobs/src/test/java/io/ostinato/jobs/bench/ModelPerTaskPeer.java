package io.ostinato.jobs.bench;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import io.ostinato.model.BlockWeights;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;
import org.jspecify.annotations.Nullable;

/**
 * DJL in a plain {@code mapPartitions}: the driver saves the model, and each task loads it and
 * makes batches by hand from rows that are cached as Java arrays.
 */
final class ModelPerTaskPeer implements Peer, AutoCloseable {
  private static final String NAME = "peer";
  private static final int BATCH = 1024;

  private final SparkSession spark;
  private final Path folder;
  private @Nullable Loaded loaded;

  private record Sample(float[] x, long label) implements Serializable {}

  private record Sums(long rows, long hits, double loss) implements Serializable {
    Sums plus(Sums other) {
      return new Sums(rows + other.rows, hits + other.hits, loss + other.loss);
    }
  }

  /** The rows, and the model in training. */
  private record Loaded(PeerModel model, JavaRDD<Sample> rows, Model trained) {}

  /**
   * Creates the peer.
   *
   * @param folder where the model is saved
   */
  ModelPerTaskPeer(SparkSession spark, Path folder) {
    this.spark = spark;
    this.folder = folder;
  }

  @Override
  public String name() {
    return "DJL, `mapPartitions`";
  }

  @Override
  public void load(PeerCase which) {
    close();
    JavaRDD<Sample> rows =
        spark
            .read()
            .parquet(which.parquet().toString())
            .repartition(PeersBenchmark.CORES)
            .javaRDD()
            .map(ModelPerTaskPeer::sample)
            .persist(StorageLevel.MEMORY_ONLY());
    rows.count();
    Model trained = Model.newInstance(NAME, Device.cpu());
    Block block = which.model().block();
    block.initialize(trained.getNDManager(), DataType.FLOAT32, which.model().batch());
    trained.setBlock(block);
    loaded = new Loaded(which.model(), rows, trained);
  }

  private static Sample sample(Row row) {
    List<Float> values = row.getList(row.fieldIndex("x"));
    float[] x = new float[values.size()];
    for (int i = 0; i < x.length; i++) {
      x[i] = values.get(i);
    }
    return new Sample(x, row.getLong(row.fieldIndex("class")));
  }

  @Override
  public PeerResult evaluate(PeerWeights weights) throws PeerException {
    Loaded now = Objects.requireNonNull(loaded);
    BlockWeights.restore(now.trained().getBlock(), weights.snapshot());
    long start = System.nanoTime();
    try {
      now.trained().save(folder, NAME);
    } catch (IOException e) {
      throw new PeerException(e);
    }
    Sums sums = sums(now.rows(), now.model(), folder.toString());
    return new PeerResult(
        (System.nanoTime() - start) / 1e9,
        (double) sums.hits() / sums.rows(),
        sums.loss() / sums.rows());
  }

  /** Of this: tasks need the model and the folder, not this peer. */
  private static Sums sums(JavaRDD<Sample> rows, PeerModel model, String saved) {
    return rows.mapPartitions(samples -> List.of(sums(samples, model, saved)).iterator())
        .reduce(Sums::plus);
  }

  private static Sums sums(Iterator<Sample> samples, PeerModel model, String saved)
      throws IOException, MalformedModelException {
    try (Model own = Model.newInstance(NAME, Device.cpu())) {
      own.setBlock(model.block());
      own.load(Path.of(saved), NAME);
      ParameterStore parameters = new ParameterStore(own.getNDManager(), false);
      Sums sums = new Sums(0, 0, 0);
      List<Sample> batch = new ArrayList<>();
      while (samples.hasNext()) {
        batch.add(samples.next());
        if (batch.size() == BATCH || !samples.hasNext()) {
          sums = sums.plus(sums(batch, model, own, parameters));
          batch.clear();
        }
      }
      return sums;
    }
  }

  private static Sums sums(
      List<Sample> batch, PeerModel model, Model own, ParameterStore parameters) {
    try (NDManager scope = own.getNDManager().newSubManager()) {
      float[] x = new float[batch.size() * 784];
      long[] labels = new long[batch.size()];
      for (int row = 0; row < labels.length; row++) {
        System.arraycopy(batch.get(row).x(), 0, x, row * 784, 784);
        labels[row] = batch.get(row).label();
      }
      NDArray classes = scope.create(labels);
      NDList inputs = model.inputs(scope.create(x, new Shape(labels.length, 784)), classes);
      NDArray logits = own.getBlock().forward(parameters, inputs, false).head();
      NDArray losses = logits.logSoftmax(1).gather(classes.expandDims(1), 1);
      long hits = logits.argMax(1).eq(classes).toType(DataType.INT64, false).sum().getLong();
      return new Sums(labels.length, hits, -losses.sum().getFloat());
    }
  }

  @Override
  public void close() {
    if (loaded != null) {
      loaded.rows().unpersist(true);
      loaded.trained().close();
      loaded = null;
    }
  }
}
