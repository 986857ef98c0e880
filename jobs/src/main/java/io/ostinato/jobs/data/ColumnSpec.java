package io.ostinato.jobs.data;

import io.ostinato.spark.data.SparkDataset;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** A column of a dataset and the tensors that it becomes, as described by an option. */
public sealed interface ColumnSpec permits TensorSpec, ConvertedSpec {

  /** The name of the column in the dataset. */
  String column();

  /** The names of the tensors, in order. */
  List<String> tensors();

  /**
   * Adds the column to a dataset.
   *
   * @param files Hadoop's settings, to read files that the conversion needs
   * @throws IllegalArgumentException if the dataset has no such column, it can't be converted, or a
   *     file can't be read; says why
   */
  SparkDataset addTo(SparkDataset dataset, Configuration files);
}
