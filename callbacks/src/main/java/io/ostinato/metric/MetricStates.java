package io.ostinato.metric;

import ai.djl.ndarray.NDList;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The states of several metrics. Not thread-safe. */
public final class MetricStates implements Serializable {
  private static final long serialVersionUID = 1;
  private static final Logger log = LoggerFactory.getLogger(MetricStates.class);

  private final ArrayList<Slot<?>> slots;
  private transient boolean warned;

  private MetricStates(List<Slot<?>> slots) {
    this.slots = new ArrayList<>(slots);
  }

  /**
   * Creates the states of no rows.
   *
   * @throws IllegalArgumentException if two metrics have the same name
   */
  public static MetricStates zero(List<? extends Metric<?>> metrics) {
    List<Slot<?>> slots = new ArrayList<>();
    Map<Object, Kept<?>> shared = new HashMap<>();
    for (Metric<?> metric : metrics) {
      if (slots.stream().anyMatch(slot -> slot.metric.name().equals(metric.name()))) {
        throw new IllegalArgumentException("two metrics are named '%s'".formatted(metric.name()));
      }
      slots.add(Slot.zero(metric, shared));
    }
    return new MetricStates(slots);
  }

  /** Adds the results of one batch. */
  public MetricStates update(NDList results) {
    MetricBatch batch = new MetricBatch(results);
    slots.forEach(slot -> slot.update(batch));
    return this;
  }

  /**
   * Adds the states of other rows, which are not modified.
   *
   * @throws IllegalArgumentException if they belong to other metrics
   */
  public MetricStates merge(MetricStates other) {
    if (!names().equals(other.names())) {
      throw new IllegalArgumentException(
          "states of %s can't be merged with states of %s".formatted(names(), other.names()));
    }
    for (int i = 0; i < slots.size(); i++) {
      slots.get(i).merge(other.slots.get(i));
    }
    return this;
  }

  /**
   * The result of each metric, by name, in their order. The first call warns of results that are
   * undefined or may be wrong, once for all metrics with the same reason.
   */
  public Map<String, Double> results() {
    Map<String, Double> results = new LinkedHashMap<>();
    slots.forEach(slot -> results.put(slot.metric.name(), slot.result()));
    if (!warned) {
      warned = true;
      warn("{} NaN: {}", Slot::undefined);
      warn("{} possibly wrong: {}", Slot::warning);
    }
    return Collections.unmodifiableMap(results);
  }

  private void warn(String message, Function<Slot<?>, Optional<String>> reason) {
    Map<String, List<String>> metrics = new LinkedHashMap<>();
    for (Slot<?> slot : slots) {
      reason
          .apply(slot)
          .ifPresent(
              text ->
                  metrics.computeIfAbsent(text, t -> new ArrayList<>()).add(slot.metric.name()));
    }
    metrics.forEach(
        (text, names) ->
            log.warn(
                message,
                names.size() == 1
                    ? "the metric '%s' is".formatted(names.get(0))
                    : "the metrics '%s' are".formatted(String.join("', '", names)),
                text));
  }

  /**
   * The state of one metric, for metrics whose result is more than a number.
   *
   * @throws IllegalArgumentException if there is no metric with this name
   */
  public Serializable state(String name) {
    for (Slot<?> slot : slots) {
      if (slot.metric.name().equals(name)) {
        return slot.kept.state;
      }
    }
    throw new IllegalArgumentException(
        "there is no metric '%s'; there are: %s".formatted(name, String.join(", ", names())));
  }

  /** The names of the metrics, in their order. */
  public List<String> names() {
    return slots.stream().map(slot -> slot.metric.name()).toList();
  }

  /** A state, which several metrics can share. */
  private static final class Kept<S extends Serializable> implements Serializable {
    private static final long serialVersionUID = 1;
    private S state;

    private Kept(S state) {
      this.state = state;
    }
  }

  /** A metric and its state. */
  private static final class Slot<S extends Serializable> implements Serializable {
    private static final long serialVersionUID = 1;
    private final Metric<S> metric;
    private final Kept<S> kept;
    private final boolean isFirst;

    private Slot(Metric<S> metric, Kept<S> kept, boolean isFirst) {
      this.metric = metric;
      this.kept = kept;
      this.isFirst = isFirst;
    }

    @SuppressWarnings("unchecked") // metrics with equal keys have states of one type
    static <S extends Serializable> Slot<S> zero(Metric<S> metric, Map<Object, Kept<?>> shared) {
      Optional<Kept<S>> present = metric.stateKey().map(key -> (Kept<S>) shared.get(key));
      Kept<S> kept = present.orElseGet(() -> new Kept<>(metric.zero()));
      metric.stateKey().ifPresent(key -> shared.put(key, kept));
      return new Slot<>(metric, kept, present.isEmpty());
    }

    void update(MetricBatch batch) {
      if (isFirst) {
        kept.state = metric.update(kept.state, batch);
      }
    }

    @SuppressWarnings("unchecked") // the slot of a metric of the same name
    void merge(Slot<?> other) {
      if (isFirst) {
        kept.state = metric.merge(kept.state, (S) other.kept.state);
      }
    }

    double result() {
      return metric.result(kept.state);
    }

    Optional<String> undefined() {
      return metric.undefined(kept.state);
    }

    Optional<String> warning() {
      return metric.warning(kept.state);
    }
  }
}
