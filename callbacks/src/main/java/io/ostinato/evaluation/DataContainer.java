package io.ostinato.evaluation;

import ai.djl.training.dataset.RandomAccessDataset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The datasets of a run by key: one to train on, any number to evaluate on. */
public final class DataContainer {
  private final RandomAccessDataset train;
  private final Map<String, EvaluationData> evaluation;

  private DataContainer(RandomAccessDataset train, Map<String, EvaluationData> evaluation) {
    this.train = train;
    this.evaluation = Collections.unmodifiableMap(new LinkedHashMap<>(evaluation));
  }

  public static Builder builder() {
    return new Builder();
  }

  /** What the driver trains on. */
  public RandomAccessDataset train() {
    return train;
  }

  public Set<String> evaluationKeys() {
    return evaluation.keySet();
  }

  /**
   * The dataset of a key.
   *
   * @throws IllegalArgumentException if there is none; lists the keys there are
   */
  public EvaluationData evaluation(String key) {
    EvaluationData data = evaluation.get(key);
    if (data == null) {
      throw new IllegalArgumentException(
          "there is no evaluation dataset '%s'; registered: %s"
              .formatted(key, String.join(", ", new TreeSet<>(evaluation.keySet()))));
    }
    return data;
  }

  /** Collects datasets. */
  public static final class Builder {
    private @Nullable RandomAccessDataset train;
    private final Map<String, EvaluationData> evaluation = new LinkedHashMap<>();

    private Builder() {}

    /** The dataset to train on; its own sampling is not used, the training loop has one. */
    public Builder train(RandomAccessDataset dataset) {
      this.train = dataset;
      return this;
    }

    /**
     * Adds a dataset to evaluate on.
     *
     * @throws IllegalArgumentException if the key is taken
     */
    public Builder evaluation(String key, EvaluationData data) {
      if (evaluation.putIfAbsent(key, data) != null) {
        throw new IllegalArgumentException(
            "two evaluation datasets have the key '%s'".formatted(key));
      }
      return this;
    }

    /**
     * The container.
     *
     * @throws IllegalStateException without a dataset to train on
     */
    public DataContainer build() {
      if (train == null) {
        throw new IllegalStateException("there is no dataset to train on; call train(dataset)");
      }
      return new DataContainer(train, evaluation);
    }
  }
}
