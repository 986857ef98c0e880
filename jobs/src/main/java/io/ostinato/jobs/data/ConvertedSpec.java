package io.ostinato.jobs.data;

import io.ostinato.spark.data.SparkDataset;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * A column whose values are converted, such as {@code text:tokens:128}. Its tensors are named after
 * the column.
 */
public record ConvertedSpec(String column, Conversion conversion) implements ColumnSpec {

  @Override
  public List<String> tensors() {
    return conversion.names(column);
  }

  @Override
  public SparkDataset addTo(SparkDataset dataset, Configuration files) {
    return dataset.column(column, conversion.converter(column, files));
  }
}
