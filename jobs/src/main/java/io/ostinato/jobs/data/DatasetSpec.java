package io.ostinato.jobs.data;

import io.ostinato.callback.BatchColumns;
import io.ostinato.spark.data.SparkDataset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A dataset to evaluate on.
 *
 * @param inputs what goes into the model, in the order of its inputs
 * @param labels what its outputs are compared with
 */
public record DatasetSpec(DataSource source, List<TensorSpec> inputs, List<TensorSpec> labels) {
  public DatasetSpec {
    inputs = List.copyOf(inputs);
    labels = List.copyOf(labels);
  }

  /** All that makes this no dataset, before anything is read. */
  public List<String> mistakes() {
    List<String> mistakes = new ArrayList<>();
    source.mistake().ifPresent(mistakes::add);
    if (inputs.isEmpty()) {
      mistakes.add("there is no input for the model, as in pixels:float32:1,8,8");
    }
    Set<String> names = new HashSet<>();
    tensors()
        .filter(tensor -> !names.add(tensor.column()))
        .forEach(
            tensor -> mistakes.add("the column '%s' is given twice".formatted(tensor.column())));
    return mistakes;
  }

  /** Which columns go into the model, and which are compared with. */
  public BatchColumns columns() {
    return new BatchColumns(
        inputs.stream().map(TensorSpec::column).toList(),
        labels.stream().map(TensorSpec::column).toList());
  }

  /**
   * The dataset, of which nothing is read yet but the schema.
   *
   * @throws DataException if it can't be read, or columns are missing or can't be these tensors;
   *     tells all that is wrong
   */
  public SparkDataset open(SparkSession spark) {
    Dataset<Row> rows = source.rows(spark);
    SparkDataset dataset = SparkDataset.of(rows);
    List<String> mistakes = new ArrayList<>();
    for (TensorSpec tensor : tensors().toList()) {
      try {
        dataset = tensor.addTo(dataset);
      } catch (IllegalArgumentException e) {
        mistakes.add(e.getMessage());
      }
    }
    if (!mistakes.isEmpty()) {
      throw new DataException("%s: %s".formatted(source, String.join("; ", mistakes)));
    }
    return dataset;
  }

  private Stream<TensorSpec> tensors() {
    return Stream.concat(inputs.stream(), labels.stream());
  }
}
