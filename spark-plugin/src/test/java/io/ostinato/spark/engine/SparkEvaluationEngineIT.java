package io.ostinato.spark.engine;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import io.ostinato.evaluation.DataChangedException;
import io.ostinato.evaluation.EvaluationRequest;
import io.ostinato.evaluation.EvaluationResults;
import io.ostinato.evaluation.EvaluationTag;
import io.ostinato.evaluation.TestNets;
import io.ostinato.model.ModelSource;
import io.ostinato.progress.ProgressDisplay;
import io.ostinato.schedule.TrainingIteration;
import io.ostinato.spark.TestSpark;
import io.ostinato.spark.data.SparkDataset;
import io.ostinato.spark.plugin.OstinatoPlugin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On executors that are processes of their own, with the plugin. */
class SparkEvaluationEngineIT extends SparkEngineContract {
  private static SparkSession session;
  private static SparkEvaluationEngine engine;

  @BeforeAll
  static void start() {
    session = TestSpark.localCluster(Map.of("spark.plugins", OstinatoPlugin.class.getName()));
    engine = SparkEvaluationEngine.of(session);
  }

  @AfterAll
  static void stop() {
    engine.close();
    session.stop();
  }

  /**
   * Batches that an executor had stored are read again from files that have been replaced, while
   * the other executor still has those of before.
   */
  @Test
  void executorsThatDieNeverMixOldRowsAndNew(@TempDir Path folder) throws Exception {
    Path parquet = written(folder.resolve("data"), 0);
    SparkDataset data =
        SparkDataset.of(session.read().parquet(parquet.toString()))
            .column("id", "id", DataType.INT64);
    EvaluationRequest request =
        new EvaluationRequest(
            new EvaluationTag("ids", new TrainingIteration(1, 2, 3), "test"),
            data,
            4,
            ModelSource.ofBlock(TestNets::classifier, TestNets.FEATURES),
            TestNets.weights(1),
            (batch, model) -> new NDList(batch.get("id")));
    Path other = written(folder.resolve("other"), 1000);
    String before = ids(request);
    swap(parquet, other);
    assertThat(ids(request)).as("the executors have them stored").isEqualTo(before);
    List<Long> processes = processes();
    kill(processes.get(0));
    assertThat(ids(request)).isIn(before, "changed");
    for (long process : processes()) {
      kill(process);
    }
    assertThat(ids(request)).isEqualTo("changed");
    assertThat(ids(request)).as("though all batches are new now").isEqualTo("changed");
    swap(parquet, other);
    data.unpersist();
    assertThat(ids(request)).isEqualTo(before);
  }

  private static String ids(EvaluationRequest request) {
    try (EvaluationResults results = engine.evaluate(request, ProgressDisplay.silent())) {
      return Arrays.toString(results.get("id").toLongArray());
    } catch (DataChangedException e) {
      assertThat(e).hasMessageContaining("have other values, or another order, in column 'id'");
      return "changed";
    }
  }

  private static Path written(Path folder, int from) {
    session.range(from, from + 40, 1, 4).write().parquet(folder.toString());
    return folder;
  }

  /** Swaps the files of two folders, each under the name of the other. */
  private static void swap(Path one, Path other) throws IOException {
    List<Path> files = files(one);
    List<Path> others = files(other);
    for (int i = 0; i < files.size(); i++) {
      byte[] content = Files.readAllBytes(files.get(i));
      Files.write(files.get(i), Files.readAllBytes(others.get(i)));
      Files.write(others.get(i), content);
    }
  }

  /** The files with rows, after those with Hadoop's checksums of them are deleted. */
  private static List<Path> files(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.sorted().toList();
      for (Path file : all) {
        if (file.toString().endsWith(".crc")) {
          Files.delete(file);
        }
      }
      return all.stream().filter(file -> file.toString().endsWith(".parquet")).toList();
    }
  }

  /** The processes of executors, of which at least one runs each time. */
  private static List<Long> processes() {
    return new JavaSparkContext(session.sparkContext())
            .parallelize(IntStream.range(0, 16).boxed().toList(), 16)
            .map(i -> ProcessHandle.current().pid())
            .collect()
            .stream()
            .distinct()
            .toList();
  }

  private static void kill(long process) throws Exception {
    ProcessHandle.of(process).orElseThrow().destroyForcibly();
    ProcessHandle.of(process).map(ProcessHandle::onExit).ifPresent(CompletableFuture::join);
  }

  @Override
  protected SparkSession session() {
    return session;
  }

  @Override
  protected SparkEvaluationEngine engine() {
    return engine;
  }
}
