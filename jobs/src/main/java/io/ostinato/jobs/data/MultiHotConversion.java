package io.ostinato.jobs.data;

import io.ostinato.describe.Inline;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.HotConverter;
import org.apache.hadoop.conf.Configuration;

/** Arrays of classes as vectors with a one for each. */
@Kind(
    name = "multi_hot",
    value =
        "An array of indices or labels of classes as a vector, with ones at these indices and zeros elsewhere.")
record MultiHotConversion(@Inline HotClasses hot) implements Conversion {
  @Override
  public ColumnConverter converter(String name, Configuration files) {
    return hot.classes() == null
        ? HotConverter.multiHot(name, hot.type().dataType(), LabelList.of(hot.labels(), files))
        : HotConverter.multiHot(name, hot.type().dataType(), hot.classes());
  }
}
