package io.ostinato.jobs;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Builds the keys of an {@link Evaluator}. Texts have the form that options of the command line
 * have: {@code EvaluatorSpec.create().input("pixels:float32:1,8,8").label("label:int64")}. All
 * values are checked by {@link Evaluator#on}. Not thread-safe.
 */
public final class EvaluatorSpec {
  private static final Gson GSON =
      new GsonBuilder().disableHtmlEscaping().serializeSpecialFloatingPointValues().create();

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

  /**
   * The keys as JSON.
   *
   * @throws IllegalArgumentException if a value is of a class that JSON has no form for
   */
  static String json(Map<String, ?> keys) {
    keys.forEach(EvaluatorSpec::check);
    return GSON.toJson(keys);
  }

  private static void check(String key, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      map.values().forEach(each -> check(key, each));
    } else if (value instanceof Collection<?> list) {
      list.forEach(each -> check(key, each));
    } else if (value instanceof Object[] array) {
      Arrays.asList(array).forEach(each -> check(key, each));
    } else if (value != null && !isPlain(value)) {
      throw new IllegalArgumentException(
          "%s: '%s' has a value of the class %s; use a text, a number, a boolean, or a list or map of these"
              .formatted(Evaluator.SOURCE, key, value.getClass().getName()));
    }
  }

  private static boolean isPlain(Object value) {
    return value instanceof String
        || value instanceof Boolean
        || value instanceof Enum
        || value instanceof Number && value.getClass().getName().startsWith("java.")
        || value.getClass().isArray(); // of numbers
  }
}
