package io.ostinato.jobs;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Builds the keys of an {@link Evaluator}. Texts have the form that options of the command line
 * have: {@code EvaluatorSpec.create().input("pixels:float32:1,8,8").label("label:int64")}. All
 * values are checked by {@link Evaluator#on}. Not thread-safe.
 */
public final class EvaluatorSpec {
  private static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

  private final Map<String, Object> keys = new LinkedHashMap<>();

  private EvaluatorSpec() {}

  /** Creates one without keys. */
  public static EvaluatorSpec create() {
    return new EvaluatorSpec();
  }

  /** Adds an input of the model, such as {@code pixels:float32:1,8,8}. */
  public EvaluatorSpec input(String column) {
    return add("inputs", column);
  }

  /** Sets the column with the labels, such as {@code label:int64}. */
  public EvaluatorSpec label(String column) {
    return set("label", column);
  }

  /** Adds a metric, such as {@code accuracy} or {@code top_k:5}. */
  public EvaluatorSpec metric(String metric) {
    return add("metrics", metric);
  }

  /** Sets the number of rows of a batch. */
  public EvaluatorSpec batchSize(int rows) {
    return set("batch_size", rows);
  }

  /** Selects an output of the model by its name or its position, counted from 0. */
  public EvaluatorSpec modelOutput(String nameOrPosition) {
    return set("model_output", nameOrPosition);
  }

  /**
   * Sets any key; docs/evaluate.md lists them.
   *
   * @param value a text, a number, a boolean, or a list or map of these
   */
  public EvaluatorSpec set(String key, Object value) {
    keys.put(key, value);
    return this;
  }

  private EvaluatorSpec add(String key, String text) {
    List<Object> all = new ArrayList<>();
    Object before = keys.get(key);
    if (before instanceof List<?> several) {
      all.addAll(several);
    } else if (before != null) {
      all.add(before);
    }
    all.add(text);
    return set(key, all);
  }

  /** The keys as JSON. */
  public String toJson() {
    return json(keys);
  }

  static String json(Map<String, ?> keys) {
    return GSON.toJson(keys);
  }
}
