package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.HotConverter;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/** Arrays of classes as vectors with a one for each. */
@Kind(
    name = "multi_hot",
    value =
        "An array of indices or labels of classes as a vector, with ones at these indices and zeros elsewhere.")
record MultiHotConversion(
    @Key(value = HotClasses.MEANING, optional = true, otherwise = HotClasses.OTHERWISE, atLeast = 1)
        @Nullable Integer classes,
    @Key(value = LabelList.MEANING, optional = true, otherwise = HotClasses.INDICES)
        List<String> labels,
    @Key(value = "Data type of the tensor.", byDefault = "float32") NumberType type)
    implements Conversion {
  MultiHotConversion {
    HotClasses.check(classes, labels);
  }

  @Override
  public ColumnConverter converter(String name, Configuration files) {
    return classes == null
        ? HotConverter.multiHot(name, type.dataType(), LabelList.of(labels, files))
        : HotConverter.multiHot(name, type.dataType(), classes);
  }
}
