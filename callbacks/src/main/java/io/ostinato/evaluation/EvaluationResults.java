package io.ostinato.evaluation;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.ostinato.libraries.NativeLibraries;
import io.ostinato.metric.MetricStates;
import io.ostinato.weights.HostArray;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The collated results of a whole dataset, in dataset order, on the driver's CPU; or the location
 * to which the executors have written them, without arrays. Closing the results frees the arrays;
 * copy what you need with {@link NDArray#toByteBuffer()} or as a detached array. Not thread-safe.
 */
public final class EvaluationResults implements AutoCloseable {
  private final NDManager manager;
  private final NDList arrays;
  private final List<MetricStates> states;
  private final @Nullable String parquet;
  private final Certificate certificate;
  private final Consumer<EvaluationTimings> whenClosed;
  private EvaluationTimings timings;
  private SkippedRows skipped = SkippedRows.NONE;

  private EvaluationResults(
      NDManager manager,
      NDList arrays,
      List<MetricStates> states,
      @Nullable String parquet,
      Certificate certificate,
      EvaluationTimings timings,
      Consumer<EvaluationTimings> whenClosed) {
    this.manager = manager;
    this.arrays = arrays;
    this.states = states;
    this.parquet = parquet;
    this.certificate = certificate;
    this.timings = timings;
    this.whenClosed = whenClosed;
  }

  /**
   * Creates results from collated arrays, or from the states of metrics.
   *
   * @param states the states of partitions, in any order; they are merged into the first, which is
   *     modified
   * @param certificate states what was evaluated
   * @param timings supplies the timings up to the availability of the results; called last
   * @param whenClosed is passed the timings, including the processing of the results
   */
  public static EvaluationResults of(
      List<HostArray> collated,
      List<MetricStates> states,
      Certificate certificate,
      Supplier<EvaluationTimings> timings,
      Consumer<EvaluationTimings> whenClosed) {
    NDManager manager = NativeLibraries.engine().newBaseManager(Device.cpu());
    try {
      NDList arrays = new NDList(collated.size());
      for (HostArray array : collated) {
        NDArray copy = array.copyTo(manager);
        if (array.name().isEmpty()) {
          copy.setName(null);
        }
        arrays.add(copy);
      }
      List<MetricStates> merged = states.stream().reduce(MetricStates::merge).stream().toList();
      return new EvaluationResults(
          manager, arrays, merged, null, certificate, timings.get(), whenClosed);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Creates results that the executors have written.
   *
   * @param parquet the folder that contains them
   * @param certificate states what was evaluated
   * @param timings the timings up to the availability of the results
   * @param whenClosed is passed the timings, including the processing of the results
   */
  public static EvaluationResults written(
      String parquet,
      Certificate certificate,
      EvaluationTimings timings,
      Consumer<EvaluationTimings> whenClosed) {
    NDManager none = NativeLibraries.engine().newBaseManager(Device.cpu());
    return new EvaluationResults(
        none, new NDList(), List.of(), parquet, certificate, timings, whenClosed);
  }

  /** Processes these results, and records the time taken. */
  public void process(Consumer<EvaluationResults> processing) {
    long start = System.nanoTime();
    try {
      processing.accept(this);
    } finally {
      timings = timings.withProcess(Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /**
   * The results with this name, over all batches.
   *
   * @throws IllegalArgumentException if there are none, or several: columns of a batch keep their
   *     names, so another returned array may have the name of a column. The message lists the names
   * @throws IllegalStateException if the executors have written the results; the message says where
   */
  public NDArray get(String name) {
    checkCollected();
    List<Integer> positions =
        IntStream.range(0, arrays.size())
            .filter(i -> Objects.equals(arrays.get(i).getName(), name))
            .boxed()
            .toList();
    if (positions.size() == 1) {
      return arrays.get(positions.get(0));
    }
    throw new IllegalArgumentException(
        positions.isEmpty()
            ? "the results have no array '%s'; they have: %s"
                .formatted(name, String.join(", ", labels()))
            : "the results have several arrays '%s', at positions %s; use get(position) to tell them"
                    .formatted(
                        name,
                        positions.stream().map(String::valueOf).collect(Collectors.joining(", ")))
                + " apart, or give them distinct names with results(...) in processData");
  }

  /**
   * The results at a position in the list returned by {@code processData}, counted from 0.
   *
   * @throws IllegalStateException if the executors have written the results; the message says where
   */
  public NDArray get(int position) {
    checkCollected();
    return arrays.get(position);
  }

  /**
   * The folder to which the executors have written the rows, if they have: Parquet files with the
   * column {@code row}, the index in the dataset, and one column for each result.
   */
  public Optional<String> parquet() {
    return Optional.ofNullable(parquet);
  }

  /** The number of arrays returned for a batch; 0 if the executors have written them. */
  public int size() {
    return arrays.size();
  }

  /** The result of each metric by name, in order; empty without metrics. */
  public Map<String, Double> metrics() {
    return states.isEmpty() ? Map.of() : states.get(0).results();
  }

  /**
   * The states of the metrics, for metrics whose result is more than a single number.
   *
   * @throws IllegalStateException if this evaluation had no metrics
   */
  public MetricStates metricStates() {
    if (states.isEmpty()) {
      throw new IllegalStateException("this evaluation has row results but no metrics");
    }
    return states.get(0);
  }

  /** The number of evaluated rows, without {@linkplain #skipped skipped} ones. */
  public long rows() {
    return certificate.rowsEvaluated();
  }

  /** The rows that were left out because they can't be read or processed; see {@link BadRows}. */
  public SkippedRows skipped() {
    return skipped;
  }

  /** States which rows were left out. For engines, before they return the results. */
  public EvaluationResults skipping(SkippedRows rows) {
    skipped = rows;
    return this;
  }

  /** The hash of the manifest of the evaluated weights. */
  public String manifest() {
    return certificate.manifest();
  }

  /** States which rows were evaluated, with which weights, and how. */
  public Certificate certificate() {
    return certificate;
  }

  /** The timings so far. */
  public EvaluationTimings timings() {
    return timings;
  }

  /**
   * Frees the arrays of results that nobody gets, because the evaluation or one that shares its
   * pass has failed. Unlike {@link #close}, doesn't report an evaluation.
   */
  public void discard() {
    manager.close();
  }

  @Override
  public void close() {
    if (manager.isOpen()) {
      manager.close();
      whenClosed.accept(timings);
    }
  }

  private List<String> labels() {
    List<String> labels = new ArrayList<>();
    for (NDArray array : arrays) {
      labels.add(
          array.getName() == null
              ? "an unnamed array at position " + labels.size()
              : array.getName());
    }
    return labels;
  }

  private void checkCollected() {
    if (parquet != null) {
      throw new IllegalStateException(
          "the executors have written the results of %s rows to '%s'; read them from there, sorted"
                  .formatted(rows(), parquet)
              + " by column row");
    }
  }
}
