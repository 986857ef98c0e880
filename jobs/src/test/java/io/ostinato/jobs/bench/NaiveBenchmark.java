package io.ostinato.jobs.bench;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.inference.Predictor;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import ai.djl.translate.TranslateException;
import ai.djl.translate.Translator;
import ai.djl.translate.TranslatorContext;
import io.ostinato.model.BlockWeights;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.engine.SparkEvaluationEngine;
import io.ostinato.weights.WeightSnapshot;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a plain {@code mapPartitions} does, over ours: the model is loaded from its file for each
 * partition, and rows are read through {@code Row}. With DJL's {@link Predictor} and a translator
 * of a row, in batches; with batches made by hand, the least that this way can cost; and with a
 * call for each row. All find other weights each time, and are not charged for writing the file.
 *
 * <p>What DJL's extension for Spark does is the first of these ways, in as many partitions as the
 * rows happen to have; {@link #partitions} measures it with 64.
 */
record NaiveBenchmark(Path folder) implements Benchmark {
  private static final String NAME = "large";
  private static final int MANY_PARTITIONS = 64;
  private static final ModelSource MODEL =
      ModelSource.ofBlock(BenchNets::large, new Shape(784), new Shape());
  private static final Shape[] INPUTS = {new Shape(1, 784), new Shape(1)};

  /** The predictions of one partition. */
  private interface Plain extends Serializable {
    List<Long> predict(Iterator<Row> rows, Model model) throws TranslateException;
  }

  @Override
  public List<Figure> run() throws Exception {
    // As many partitions as files: four for each core.
    try (SparkSession spark = BenchSpark.local("spark.sql.files.maxPartitionBytes", "24m");
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      Path parquet = BenchSpark.pixels(spark, folder, 60_000);
      SparkDataset data = BenchSpark.dataset(spark, parquet, 784);
      WeightSnapshot[] weights = {saved(1), saved(2)};
      Dataset<Row> rows = spark.read().parquet(parquet.toString());
      int[] round = {0};
      Callable<Void> ours = () -> evaluate(engine, data, weights[round[0] % 2]);
      Rounds byPredictor =
          Rounds.of(() -> plain(rows, file(1 + round[0]++ % 2), ByPredictor::of), ours);
      Rounds byHand = Rounds.of(() -> plain(rows, file(1 + round[0]++ % 2), ByHand::of), ours);
      Rounds oneByOne =
          Rounds.of(() -> plain(rows, file(1 + round[0]++ % 2), ByPredictor::oneByOne), ours);
      return List.of(
          figure("naive", ">= 5", byPredictor, rows),
          figure("naive.by_hand", "none set", byHand, rows),
          figure("naive.one_by_one", "none set", oneByOne, rows));
    }
  }

  /**
   * A model of 100 MB that is loaded for each of 64 partitions, whose rows Spark has cached: as
   * many rows as MNIST has to test with, and six times as many.
   */
  List<Figure> partitions() throws Exception {
    try (SparkSession spark = BenchSpark.local();
        SparkEvaluationEngine engine = SparkEvaluationEngine.of(spark)) {
      return List.of(
          partitions("naive.partitions", ">= 10", 10_000, spark, engine),
          partitions("naive.partitions.60k", "none set", 60_000, spark, engine));
    }
  }

  private Figure partitions(
      String name, String reach, int count, SparkSession spark, SparkEvaluationEngine engine)
      throws Exception {
    Dataset<Row> rows =
        spark
            .read()
            .parquet(BenchSpark.pixels(spark, folder, count).toString())
            .repartition(MANY_PARTITIONS)
            .persist();
    rows.count();
    SparkDataset data = BenchSpark.dataset(rows, 784);
    WeightSnapshot[] weights = {saved(1), saved(2)};
    int[] round = {0};
    StringBuilder last = new StringBuilder();
    Callable<Void> ours =
        BenchSpark.evaluation(engine, name, data, MODEL, weights, Processors::withTable, last);
    Rounds rounds = Rounds.of(() -> plain(rows, file(1 + round[0]++ % 2), ByPredictor::of), ours);
    rows.unpersist();
    return figure(name, reach, rounds, rows, "; last: " + last);
  }

  private static Void evaluate(
      SparkEvaluationEngine engine, SparkDataset data, WeightSnapshot weights) {
    engine
        .evaluate(
            BenchSpark.request("naive", data, MODEL, weights, Processors::withTable),
            ProgressDisplay.silent())
        .close();
    return null;
  }

  private static Figure figure(String name, String reach, Rounds rounds, Dataset<Row> rows) {
    return figure(name, reach, rounds, rows, "");
  }

  private static Figure figure(
      String name, String reach, Rounds rounds, Dataset<Row> rows, String more) {
    int partitions = rows.javaRDD().getNumPartitions();
    String detail = rounds.detail("plain mapPartitions", "ours");
    return new Figure(
        name,
        rounds.ratio(),
        "x ours",
        reach,
        "%s; %s partitions%s".formatted(detail, partitions, more));
  }

  private String file(int seed) {
    return folder.resolve("large-" + seed).toString();
  }

  /** Writes weights as DJL does, and gives them. */
  private WeightSnapshot saved(int seed) throws IOException {
    Engine.getInstance().setRandomSeed(seed);
    try (NDManager manager = Engine.getInstance().newBaseManager();
        Model model = Model.newInstance(NAME)) {
      Block block = BenchNets.large();
      block.initialize(manager, DataType.FLOAT32, INPUTS);
      model.setBlock(block);
      model.save(Path.of(file(seed)), NAME);
      return BlockWeights.snapshot(block);
    }
  }

  private static List<Long> plain(Dataset<Row> rows, String file, Plain plain) {
    return rows.javaRDD()
        .mapPartitions(partition -> predictions(partition, file, plain).iterator())
        .collect();
  }

  private static List<Long> predictions(Iterator<Row> rows, String file, Plain plain)
      throws IOException, MalformedModelException, TranslateException {
    try (Model model = Model.newInstance(NAME, Device.cpu())) {
      model.setBlock(BenchNets.large());
      model.load(Path.of(file), NAME);
      return plain.predict(rows, model);
    }
  }

  private static float[] pixels(Row row) {
    List<Float> values = row.getList(0);
    float[] pixels = new float[784];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = values.get(i);
    }
    return pixels;
  }

  /** DJL's own way. */
  private static final class ByPredictor implements Translator<Row, Long> {
    static List<Long> oneByOne(Iterator<Row> rows, Model model) throws TranslateException {
      List<Long> predictions = new ArrayList<>();
      try (Predictor<Row, Long> predictor = model.newPredictor(new ByPredictor())) {
        while (rows.hasNext()) {
          predictions.add(predictor.predict(rows.next()));
        }
      }
      return predictions;
    }

    static List<Long> of(Iterator<Row> rows, Model model) throws TranslateException {
      List<Long> predictions = new ArrayList<>();
      try (Predictor<Row, Long> predictor = model.newPredictor(new ByPredictor())) {
        List<Row> batch = new ArrayList<>();
        while (rows.hasNext()) {
          batch.add(rows.next());
          if (batch.size() == BenchSpark.BATCH || !rows.hasNext()) {
            predictions.addAll(predictor.batchPredict(batch));
            batch.clear();
          }
        }
      }
      return predictions;
    }

    @Override
    public NDList processInput(TranslatorContext context, Row row) {
      NDManager manager = context.getNDManager();
      return new NDList(manager.create(pixels(row)), manager.create(row.getLong(1)));
    }

    @Override
    public Long processOutput(TranslatorContext context, NDList outputs) {
      return outputs.singletonOrThrow().argMax().getLong();
    }
  }

  /** One array for a batch, and one for its results. */
  private static final class ByHand {
    static List<Long> of(Iterator<Row> rows, Model model) {
      List<Long> predictions = new ArrayList<>();
      List<Row> batch = new ArrayList<>();
      ParameterStore parameters = new ParameterStore(model.getNDManager(), false);
      while (rows.hasNext()) {
        batch.add(rows.next());
        if (batch.size() == BenchSpark.BATCH || !rows.hasNext()) {
          for (long prediction : forward(batch, model, parameters)) {
            predictions.add(prediction);
          }
          batch.clear();
        }
      }
      return predictions;
    }

    private static long[] forward(List<Row> batch, Model model, ParameterStore parameters) {
      try (NDManager scope = model.getNDManager().newSubManager()) {
        float[] x = new float[batch.size() * 784];
        long[] classes = new long[batch.size()];
        for (int row = 0; row < classes.length; row++) {
          System.arraycopy(pixels(batch.get(row)), 0, x, row * 784, 784);
          classes[row] = batch.get(row).getLong(1);
        }
        NDList inputs =
            new NDList(scope.create(x, new Shape(classes.length, 784)), scope.create(classes));
        NDArray logits = model.getBlock().forward(parameters, inputs, false).head();
        return logits.argMax(1).toLongArray();
      }
    }
  }
}
