package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import io.ostinato.describe.Kind;
import io.ostinato.spark.data.ColumnConverter;
import io.ostinato.spark.data.PadConverter;
import java.util.List;
import org.apache.hadoop.conf.Configuration;

/** Arrays of different lengths, padded to one length. */
@Kind(name = "pad", value = "Arrays of numbers of different lengths, padded at the end.")
record PadConversion(
    @Key(value = "Number of elements of each row.", atLeast = 1) int length,
    @Key(value = "Value of the elements that are added.", byDefault = "0") double value,
    @Key(value = "Data type of the tensor.", byDefault = "int64") NumberType type,
    @Key(
            value =
                "Whether there is a second tensor, `.mask`, int64, with a one for each element and a"
                    + " zero for padding.",
            byDefault = "false")
        boolean mask,
    @Key(
            value = "Whether longer arrays lose their last elements; otherwise they are bad rows.",
            byDefault = "false")
        boolean truncate,
    @Key(value = Padding.MEANING, byDefault = "max_length") Padding padding)
    implements Conversion {

  PadConversion {
    if (padding == Padding.LONGEST && !mask) {
      throw new IllegalArgumentException(
          "padding=longest requires a mask, by which the model can tell the padding; add mask=true");
    }
  }

  @Override
  public List<String> names(String name) {
    return mask ? List.of(name, name + PadConverter.MASK) : List.of(name);
  }

  @Override
  public ColumnConverter converter(String name, Configuration files) {
    PadConverter padded = PadConverter.of(name, type.dataType(), length, value);
    PadConverter masked = mask ? padded.withMask() : padded;
    PadConverter cut = padding == Padding.LONGEST ? masked.cutToLongest() : masked;
    return truncate ? cut.truncating() : cut;
  }
}
