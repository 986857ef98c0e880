package io.ostinato.evaluation;

import ai.djl.training.dataset.RandomAccessDataset;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The datasets of a run: one to train on, and any number to evaluate on, by key. */
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

  /** The dataset to train on, which the driver reads. */
  public RandomAccessDataset train() {
    return train;
  }

  public Set<String> evaluationKeys() {
    return evaluation.keySet();
  }

  /**
   * The evaluation dataset with this key.
   *
   * @throws IllegalArgumentException if there is none; the message lists the registered keys
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

  /** Builds a container. */
  public static final class Builder {
    private @Nullable RandomAccessDataset train;
    private final Map<String, EvaluationData> evaluation = new LinkedHashMap<>();

    private Builder() {}

    /**
     * Sets the dataset to train on. Its own sampling is ignored; the training loop does the
     * sampling.
     */
    public Builder train(RandomAccessDataset dataset) {
      this.train = dataset;
      return this;
    }

    /**
     * Adds a dataset to evaluate on.
     *
     * @throws IllegalArgumentException if the key is already in use
     */
    public Builder evaluation(String key, EvaluationData data) {
      if (evaluation.putIfAbsent(key, data) != null) {
        throw new IllegalArgumentException(
            "two evaluation datasets have the key '%s'".formatted(key));
      }
      return this;
    }

    /**
     * Builds the container.
     *
     * @throws IllegalStateException if there is no dataset to train on
     */
    public DataContainer build() {
      if (train == null) {
        throw new IllegalStateException("there is no dataset to train on; call train(dataset)");
      }
      return new DataContainer(train, evaluation);
    }
  }
}
