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
 * The collated results of a whole dataset, in dataset order, on the driver's CPU; or where the
 * executors have written them, and no arrays. Closing them frees their arrays; keep what you need
 * with {@link NDArray#toByteBuffer()} or a detached copy. Not thread-safe.
 */
public final class EvaluationResults implements AutoCloseable {
  private final NDManager manager;
  private final NDList arrays;
  private final List<MetricStates> states;
  private final @Nullable String parquet;
  private final long rows;
  private final String manifest;
  private final Consumer<EvaluationTimings> whenClosed;
  private EvaluationTimings timings;

  private EvaluationResults(
      NDManager manager,
      NDList arrays,
      List<MetricStates> states,
      @Nullable String parquet,
      long rows,
      String manifest,
      EvaluationTimings timings,
      Consumer<EvaluationTimings> whenClosed) {
    this.manager = manager;
    this.arrays = arrays;
    this.states = states;
    this.parquet = parquet;
    this.rows = rows;
    this.manifest = manifest;
    this.timings = timings;
    this.whenClosed = whenClosed;
  }

  /**
   * Results over collated arrays, or over the states of metrics.
   *
   * @param states of partitions, in any order; they are merged, and the first is changed
   * @param manifest the hash of the weights that were evaluated
   * @param timings where the time went until the results are there; asked last
   * @param whenClosed gets the timings, the processing of the results included
   */
  public static EvaluationResults of(
      List<HostArray> collated,
      List<MetricStates> states,
      long rows,
      String manifest,
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
          manager, arrays, merged, null, rows, manifest, timings.get(), whenClosed);
    } catch (RuntimeException | Error e) {
      manager.close();
      throw e;
    }
  }

  /**
   * Results that the executors have written.
   *
   * @param parquet the folder that has them
   * @param manifest the hash of the weights that were evaluated
   * @param timings where the time went until they are there
   * @param whenClosed gets the timings, the processing of the results included
   */
  public static EvaluationResults written(
      String parquet,
      long rows,
      String manifest,
      EvaluationTimings timings,
      Consumer<EvaluationTimings> whenClosed) {
    NDManager none = NativeLibraries.engine().newBaseManager(Device.cpu());
    return new EvaluationResults(
        none, new NDList(), List.of(), parquet, rows, manifest, timings, whenClosed);
  }

  /** Lets these results be processed, and keeps how long that took. */
  public void process(Consumer<EvaluationResults> processing) {
    long start = System.nanoTime();
    try {
      processing.accept(this);
    } finally {
      timings = timings.withProcess(Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /**
   * The results of one name, over all batches.
   *
   * @throws IllegalArgumentException if there are none of that name, or several: columns of a batch
   *     keep their names, so what is returned beside them may have one of those; lists those there
   *     are
   * @throws IllegalStateException if the executors have written the results; says where
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
            : "the results have several arrays '%s', at the positions %s; get(position) tells them"
                    .formatted(
                        name,
                        positions.stream().map(String::valueOf).collect(Collectors.joining(", ")))
                + " apart, and results(...) in processData gives them names of their own");
  }

  /**
   * The results at one position of the list that {@code processData} returned, from 0.
   *
   * @throws IllegalStateException if the executors have written the results; says where
   */
  public NDArray get(int position) {
    checkCollected();
    return arrays.get(position);
  }

  /**
   * The folder of the rows, where the executors have written them: as Parquet, with the column
   * {@code row}, which is the index in the dataset, and one for each result.
   */
  public Optional<String> parquet() {
    return Optional.ofNullable(parquet);
  }

  /** How many arrays a batch returned; none where the executors have written them. */
  public int size() {
    return arrays.size();
  }

  /** The result of each metric, by name, in their order; none where there were no metrics. */
  public Map<String, Double> metrics() {
    return states.isEmpty() ? Map.of() : states.get(0).results();
  }

  /**
   * The states of the metrics, for those whose result is more than a number.
   *
   * @throws IllegalStateException if this evaluation had no metrics
   */
  public MetricStates metricStates() {
    if (states.isEmpty()) {
      throw new IllegalStateException("this evaluation had no metrics, but row results");
    }
    return states.get(0);
  }

  /** How many rows were evaluated. */
  public long rows() {
    return rows;
  }

  /** The hash of the manifest of the weights that were evaluated. */
  public String manifest() {
    return manifest;
  }

  /** Where the time went so far. */
  public EvaluationTimings timings() {
    return timings;
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
          array.getName() == null ? "one without a name at " + labels.size() : array.getName());
    }
    return labels;
  }

  private void checkCollected() {
    if (parquet != null) {
      throw new IllegalStateException(
          "the executors have written the results of %s rows to '%s'; read them from there, ordered"
                  .formatted(rows, parquet)
              + " by the column row");
    }
  }
}
