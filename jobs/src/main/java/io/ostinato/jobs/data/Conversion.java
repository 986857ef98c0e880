package io.ostinato.jobs.data;

import io.ostinato.spark.data.ColumnConverter;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/**
 * How the values of a column become tensors if they are not numbers, or not always of the same
 * number: the kinds of {@code as} in a configuration, and of the part after the column in {@code
 * --input text:tokens:128}.
 */
public sealed interface Conversion
    permits ClassConversion,
        ImageConversion,
        MaskConversion,
        MultiHotConversion,
        OneHotConversion,
        PadConversion,
        TokensConversion {

  /**
   * The names of the tensors, in order.
   *
   * @param name the name of the first tensor, or what the names of all of them begin with
   */
  default List<String> names(String name) {
    return List.of(name);
  }

  /**
   * Creates the converter of a column. Reads the files that it needs.
   *
   * @param name as for {@link #names}
   * @param files Hadoop's settings
   * @throws IllegalArgumentException if a file can't be read or is invalid; says why
   */
  ColumnConverter converter(String name, Configuration files);
}
