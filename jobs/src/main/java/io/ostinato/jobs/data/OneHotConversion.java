package io.ostinato.jobs.data;

import io.ostinato.describe.Inline;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.HotConverter;
import org.apache.hadoop.conf.Configuration;

/** Classes as vectors with a single one. */
@Kind(
    name = "one_hot",
    value =
        "The index or label of a class as a vector, with a one at the index and zeros elsewhere.")
record OneHotConversion(@Inline HotClasses hot) implements Conversion {
  @Override
  public ColumnConverter converter(String name, Configuration files) {
    return hot.classes() == null
        ? HotConverter.oneHot(name, hot.type().dataType(), LabelList.of(hot.labels(), files))
        : HotConverter.oneHot(name, hot.type().dataType(), hot.classes());
  }
}
