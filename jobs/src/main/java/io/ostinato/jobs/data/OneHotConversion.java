package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.HotConverter;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** Classes as vectors with a single one. */
@Kind(
    name = "one_hot",
    value =
        "The index or label of a class as a vector, with a one at the index and zeros elsewhere.")
record OneHotConversion(
    @Key(value = HotClasses.MEANING, optional = true, otherwise = HotClasses.OTHERWISE, atLeast = 1)
        @Nullable Integer classes,
    @Key(value = LabelList.MEANING, optional = true, otherwise = HotClasses.INDICES)
        List<String> labels,
    @Key(value = "Data type of the tensor.", byDefault = "float32") NumberType type)
    implements Conversion {
  OneHotConversion {
    HotClasses.check(classes, labels);
  }

  @Override
  public ColumnConverter converter(String name, Configuration files) {
    return classes == null
        ? HotConverter.oneHot(name, type.dataType(), LabelList.of(labels, files))
        : HotConverter.oneHot(name, type.dataType(), classes);
  }
}
