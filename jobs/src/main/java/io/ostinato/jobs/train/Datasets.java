package io.ostinato.jobs.train;

import io.ostinato.callback.BatchColumns;
import io.ostinato.describe.ByteSize;
import io.ostinato.describe.Inline;
import io.ostinato.describe.Key;
import java.util.List;
import java.util.Map;

/** The datasets that a model is trained and evaluated on. */
record Datasets(
    @Key("Dataset to train on; the driver keeps all of it in memory.") Train train,
    @Key(value = "Datasets to evaluate on, by the key that callbacks refer to.", optional = true)
        Map<String, DatasetConfig> evaluations) {

  /** The dataset to train on. */
  record Train(
      @Inline DatasetConfig source,
      @Inline BatchColumns columns,
      @Key(value = "Maximum size of the dataset in the driver's memory.", byDefault = "4g")
          ByteSize limit) {
    Train {
      List<String> names = source.names();
      columns.inputs().forEach(name -> requireKnown(name, names));
      columns.targets().forEach(name -> requireKnown(name, names));
      if (columns.targets().isEmpty() && names.size() < 2) {
        throw new IllegalArgumentException(
            "the dataset to train on needs an input and a target; it has only the tensor " + names);
      }
    }

    /** The names of the tensors that outputs are compared with. */
    List<String> targets() {
      List<String> names = source.names();
      return columns.targets().isEmpty()
          ? names.subList(names.size() - 1, names.size())
          : columns.targets();
    }

    /** The names of the tensors that are the model's inputs. */
    List<String> inputs() {
      return columns.inputs().isEmpty()
          ? source.names().stream().filter(name -> !targets().contains(name)).toList()
          : columns.inputs();
    }

    private static void requireKnown(String name, List<String> names) {
      if (!names.contains(name)) {
        throw new IllegalArgumentException(
            "unknown tensor '%s'; columns has: %s".formatted(name, String.join(", ", names)));
      }
    }
  }
}
