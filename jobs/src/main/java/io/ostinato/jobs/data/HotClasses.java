package io.ostinato.jobs.data;

import io.ostinato.describe.Key;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The keys of one-hot and multi-hot vectors: a number of indices, or labels; and the data type. */
record HotClasses(
    @Key(
            value = "Number of classes, if the column has their indices.",
            optional = true,
            otherwise = "that of the labels",
            atLeast = 1)
        @Nullable Integer classes,
    @Key(value = LabelList.MEANING, optional = true, otherwise = "the column has indices")
        List<String> labels,
    @Key(value = "Data type of the tensor.", byDefault = "float32") NumberType type) {
  HotClasses {
    if (classes == null && labels.isEmpty()) {
      throw new IllegalArgumentException(
          "specify the number of classes of a column of indices, such as 10, or the labels of a"
              + " column of text");
    }
    if (classes != null && !labels.isEmpty()) {
      throw new IllegalArgumentException(
          "classes is for a column of indices, and labels for one of text; remove one of them");
    }
  }
}
