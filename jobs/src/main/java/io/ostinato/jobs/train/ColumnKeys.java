package io.ostinato.jobs.train;

import io.ostinato.callback.BatchColumns;
import io.ostinato.jobs.config.Key;
import java.util.List;

/** Which tensors go into the model, and which its outputs are compared with. */
record ColumnKeys(
    @Key(
            value = "The tensors that go into the model.",
            optional = true,
            otherwise = "all that are no targets")
        List<String> inputs,
    @Key(
            value = "The tensors that outputs are compared with.",
            optional = true,
            otherwise = "the last")
        List<String> targets) {

  BatchColumns columns() {
    return new BatchColumns(inputs, targets);
  }
}
