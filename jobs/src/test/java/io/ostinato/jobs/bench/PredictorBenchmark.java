package io.ostinato.jobs.bench;

import io.ostinato.spark.ml.ClassesFactory;
import io.ostinato.spark.ml.LoadingPredictor;
import io.ostinato.spark.ml.ResidentPredictor;
import io.ostinato.spark.resident.ProcessRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;
import org.apache.spark.ml.Transformer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A stage that loads its model in each task, as those of DJL's extension for Spark do, over one on
 * resident models: 10,000 rows of 64 numbers in 64 partitions, with a model of 100 MB. The resident
 * model is in use already; the figure {@code predictor.first} includes sending and loading it.
 */
record PredictorBenchmark(Path folder) implements Benchmark {
  private static final String TEMPLATE = "/bench/large.pt";
  private static final int PARTITIONS = 64;
  private static final int BATCH = 100;

  @Override
  public List<Figure> run() throws Exception {
    String model = model().toUri().toString();
    try (SparkSession spark = BenchSpark.local()) {
      Dataset<Row> rows =
          spark
              .range(0, 10_000, 1, PARTITIONS)
              .selectExpr(
                  "transform(sequence(1, 64), i -> cast(hash(id * 64 + i) / 2147483648D as float))"
                      + " as x")
              .persist();
      rows.count();
      Callable<Void> theirs = () -> run(loading(model), rows);
      Transformer stage = resident(model);
      Callable<Void> ours = () -> run(stage, rows);
      Callable<Void> oursAtFirst =
          () -> {
            ProcessRegistry.ofThisProcess().closeAll();
            return run(resident(model), rows);
          };
      Rounds steady = Rounds.of(theirs, ours);
      Rounds first = Rounds.of(theirs, oursAtFirst);
      return List.of(
          figure("predictor", ">= 10", steady), figure("predictor.first", "none set", first));
    }
  }

  private static Figure figure(String name, String reach, Rounds rounds) {
    return new Figure(name, rounds.ratio(), "x ours", reach, rounds.detail("per task", "ours"));
  }

  private static Void run(Transformer stage, Dataset<Row> rows) {
    stage.transform(rows).write().format("noop").mode("overwrite").save();
    return null;
  }

  private static Transformer loading(String model) {
    return new LoadingPredictor<>(
        new LoadingPredictor.Config<>(
            model, float[].class, float[].class, new ClassesFactory(), "x", "scores", BATCH));
  }

  private static Transformer resident(String model) {
    return new ResidentPredictor()
        .setInputCol("x")
        .setOutputCol("scores")
        .setModelUrl(model)
        .setBatchSize(BATCH)
        .setInputClass(float[].class)
        .setOutputClass(float[].class)
        .setTranslatorFactory(new ClassesFactory());
  }

  /** Writes the module as PyTorch does, uncompressed, with random numbers in its table. */
  private Path model() throws IOException {
    Path model = Files.createDirectories(folder.resolve("predictor"));
    Path target = model.resolve("predictor.pt");
    try (InputStream in =
            Objects.requireNonNull(PredictorBenchmark.class.getResourceAsStream(TEMPLATE));
        ZipInputStream template = new ZipInputStream(in);
        ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(target))) {
      out.setMethod(ZipOutputStream.STORED);
      for (ZipEntry entry; (entry = template.getNextEntry()) != null; ) {
        store(entry.getName(), template.readAllBytes(), out);
      }
    }
    return model;
  }

  private static void store(String name, byte[] template, ZipOutputStream out) {
    byte[] content = name.endsWith("data/0") ? random(template.length) : template;
    CRC32 crc = new CRC32();
    crc.update(content);
    ZipEntry entry = new ZipEntry(name);
    entry.setSize(content.length);
    entry.setCompressedSize(content.length);
    entry.setCrc(crc.getValue());
    try {
      out.putNextEntry(entry);
      out.write(content);
      out.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] random(int bytes) {
    Random random = new Random(1);
    ByteBuffer numbers = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    while (numbers.hasRemaining()) {
      numbers.putFloat(random.nextFloat());
    }
    return numbers.array();
  }
}
