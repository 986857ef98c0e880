package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ClassConverter;
import io.ostinato.spark.data.ColumnConverter;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Labels as indices of classes. */
@Kind(name = "class", value = "A label (text) as the index of its class, one number.")
record ClassConversion(
    @Key(LabelList.MEANING) List<String> labels,
    @Key(value = "Data type of the tensor.", byDefault = "int64") NumberType type)
    implements Conversion {

  @Override
  public ColumnConverter converter(String name, Configuration files) {
    return ClassConverter.of(name, type.dataType(), LabelList.of(labels, files));
  }
}
