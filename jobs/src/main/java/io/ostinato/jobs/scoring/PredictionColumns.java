package io.ostinato.jobs.scoring;

import ai.djl.ndarray.NDArray;
import io.ostinato.jobs.data.KeyStyle;
import io.ostinato.metric.MetricBatch;
import io.ostinato.model.ModelOutputs;
import io.ostinato.model.OutputChoice;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The columns of predictions: {@code row}, the kept columns of the dataset, and the outputs. A
 * single output is named {@code outputs}. Several outputs have their names in the model, or else
 * {@code outputs}, {@code outputs_1} and so on.
 *
 * @param beside the names of the kept columns of the dataset
 * @param output the output to write; all outputs if none is chosen
 * @param taken the names of columns of a DataFrame that the predictions are joined with
 * @param style how messages name settings
 */
record PredictionColumns(
    List<String> beside, OutputChoice output, List<String> taken, KeyStyle style)
    implements Serializable {
  private static final String ROW = "row";

  /** A position of an output, such as {@code 1} or {@code 1.0}. */
  private static final Pattern POSITION = Pattern.compile("\\d+(\\.\\d+)*");

  PredictionColumns {
    beside = List.copyOf(beside);
    taken = List.copyOf(taken);
  }

  /**
   * The outputs, by the names of their columns.
   *
   * @param rows the number of rows of the batch
   * @throws IllegalArgumentException if two columns would have the same name, or one of several
   *     outputs doesn't have an element for each row; the message has the names and a remedy
   */
  Map<String, NDArray> outputs(ModelOutputs outputs, int rows) {
    if (isOne(outputs.names().size())) {
      checkOne();
      return Map.of(MetricBatch.OUTPUTS, output.from(outputs));
    }
    Map<String, NDArray> all = outputs.byName();
    Map<String, String> names = names(all.keySet());
    Map<String, NDArray> columns = new LinkedHashMap<>();
    all.forEach(
        (name, array) -> {
          checkRows(name, array, rows);
          columns.put(names.getOrDefault(name, name), array);
        });
    return columns;
  }

  /**
   * Checks the names of outputs before the model has run.
   *
   * @param outputs the names, as far as they are known; can be empty
   * @throws IllegalArgumentException if two columns would have the same name; the message has both
   *     names and a remedy
   */
  void check(List<String> outputs) {
    if (!isOne(outputs.size())) {
      names(outputs);
    }
  }

  /** Checks the name of a single output; kept columns of the name were refused before. */
  private void checkOne() {
    taken.stream()
        .filter(name -> key(name).equals(MetricBatch.OUTPUTS))
        .findFirst()
        .ifPresent(
            name -> {
              throw new IllegalArgumentException(
                  "the DataFrame has a column '%s', and so have the predictions; rename it, for example with withColumnRenamed"
                      .formatted(name));
            });
  }

  private boolean isOne(int outputs) {
    return output.isMade() || outputs <= 1;
  }

  private Map<String, String> names(Collection<String> outputs) {
    Map<String, String> before = new HashMap<>();
    before.put(ROW, "the index in the dataset");
    beside.forEach(name -> before.put(key(name), "the column '%s' of --keep".formatted(name)));
    taken.forEach(name -> before.put(key(name), "the column '%s'".formatted(name)));
    Map<String, String> columns = new HashMap<>();
    for (String name : outputs) {
      String column = column(name);
      String other = before.put(key(column), "the output '%s'".formatted(name));
      if (other != null) {
        throw collision(name, column, other);
      }
      columns.put(name, column);
    }
    return columns;
  }

  /** The name of an output's column; an output without a name is named by its position. */
  private static String column(String name) {
    if (!POSITION.matcher(name).matches()) {
      return name.replace('.', '_');
    }
    return MetricBatch.OUTPUTS + (name.equals("0") ? "" : "_" + name.replace('.', '_'));
  }

  /** Normalizes a name: Spark compares names of columns without regard to case. */
  private static String key(String column) {
    return column.toLowerCase(Locale.ROOT);
  }

  private void checkRows(String name, NDArray array, int rows) {
    if (array.getShape().dimension() == 0 || array.getShape().get(0) != rows) {
      throw new IllegalArgumentException(
          "the output '%s' has the shape %s for a batch of %s rows, but predictions need an"
                  .formatted(name, array.getShape(), rows)
              + " element for each row; select one output with "
              + style.name("model_output"));
    }
  }

  private IllegalArgumentException collision(String name, String column, String other) {
    List<String> remedies = new ArrayList<>();
    remedies.add("select one output with " + style.name("model_output"));
    if (beside.stream().anyMatch(kept -> key(kept).equals(key(column)))) {
      remedies.add(
          "rename the column, for example with --sql 'SELECT *, %s AS %s_kept FROM {data}'"
              .formatted(column, column));
    }
    if (taken.stream().anyMatch(one -> key(one).equals(key(column)))) {
      remedies.add("rename the column, for example with withColumnRenamed");
    }
    remedies.add("rename the output in the model");
    return new IllegalArgumentException(
        "the output '%s' and %s would both be the column '%s' of the predictions; %s"
            .formatted(name, other, column, String.join(", or ", remedies)));
  }
}
