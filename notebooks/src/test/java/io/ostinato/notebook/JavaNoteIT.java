package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A callback that is defined in a cell, redefined, and defined wrongly. */
class JavaNoteIT {
  private static final Path NOTE = Path.of("src", "test", "notebooks", "cells.ipynb");

  @TempDir Path folder;

  @Tag("spark35")
  @Test
  void callbacksOfCellsRunInTheKernel() throws Exception {
    assertThatCallbacksRun("local[2]");
  }

  @Test
  void callbacksOfCellsRunOnExecutors() throws Exception {
    assertThatCallbacksRun("local-cluster[2,1,1024]");
  }

  private void assertThatCallbacksRun(String master) throws Exception {
    ExecutedNote note = ExecutedNote.run(NOTE, master, folder);
    assertThat(note.outputs("evaluate", "text/plain")).endsWith("28.0");
    assertThat(note.outputs("evaluate-again", "text/plain")).endsWith("280.0");
    assertThat(note.outputs("evaluate", "text/html"))
        .singleElement()
        .asString()
        .contains("on dataset &#39;rows&#39; <progress value=\"1.0000\" max=\"1\"></progress> 8/8");
    assertThat(note.outputs("table", "text/plain"))
        .singleElement()
        .asString()
        .matches("(?s)Training ended at E1_U2_S4: .*\nsum +28  E1_U2_S4");
    assertThat(note.outputs("table", "text/html")).singleElement().asString().contains("<table>");
    assertThat(note.outputs("dataset", "text/html"))
        .singleElement()
        .asString()
        .contains("&lt;2&gt;")
        .doesNotContain("<2>");
    assertFailuresAreShort(note);
  }

  /** No traces of libraries, and no warnings of Spark. */
  private static void assertFailuresAreShort(ExecutedNote note) {
    assertThat(note.troubles())
        .as("of Spark, with its own message")
        .last()
        .asString()
        .startsWith("of-sql: org.apache.spark.sql.")
        .contains("`z` cannot be resolved")
        .matches("(?s).{0,400}\n\tat org\\.apache\\.spark\\.\\S+\n\tat \\.\\(#\\d+:1\\)");
    assertThat(note.troubles())
        .as("what is written or fails")
        .filteredOn(trouble -> !trouble.startsWith("of-sql"))
        .extracting(
            trouble ->
                trouble
                    .replaceAll("#\\d+", "#")
                    .replaceAll("partition \\d, rows \\d to \\d", "partition")
                    .replaceAll("(lambda\\$do_it\\$\\$)\\w+\\$\\d+", "$1"))
        .containsExactly(
            "captured: io.ostinato.training.TrainingConfigurationException: this training can't"
                + " start:\n  - callback 'captures' can't be serialized: Captures.processData reads"
                + " the cell variable 'tenfold', which is not sent to executors and would have its"
                + " default there; pass the value through a constructor and keep it in a field, or"
                + " make it a local variable\n\tat .train(#:18)\n\tat .(#:1)",
            "not-serializable: io.ostinato.training.TrainingConfigurationException: this training"
                + " can't start:\n  - callback 'holds' can't be serialized: field Holds.lock holds a"
                + " java.lang.Object, which is not serializable; make it serializable, or transient"
                + " if executors don't need it\n\tat .train(#:18)\n\tat .(#:1)",
            "wrong-column: java.lang.IllegalArgumentException: the dataset has no column 'z'; it"
                + " has: x, y\n\tat .(#:1)",
            "wrong-key: io.ostinato.jobs.config.ConfigurationException: evaluator: unknown key"
                + " 'lable'; did you mean 'label'? Known: inputs, label, metrics, batch_size,"
                + " columns, model_inputs, model_output, architecture, weights_prefix, tokenizer,"
                + " labels, transform, dataset, on_failure, deadline, bad_rows, non_finite\n"
                + "\tat .(#:1)",
            "wrong-array: io.ostinato.evaluation.EvaluationException: callback 'misspells' at"
                + " E1_U2_S4 on dataset 'rows' failed in processData, partition:"
                + " java.lang.IllegalArgumentException: the batch has no array 'yy'; it has: x, y\n"
                + "\tat .train(#:19)\n\tat .(#:1)\n"
                + "Caused by: java.lang.IllegalArgumentException: the batch has no array 'yy'; it"
                + " has: x, y\n\tat Misspells.processData(#:4)",
            "wrong-results: java.lang.IllegalArgumentException: the results have no array 'x';"
                + " they have: y\n\tat Forgets.processResults(#:7)\n"
                + "\tat .train(#:19)\n\tat .(#:1)",
            "of-spark: java.lang.ArithmeticException: / by zero\n" + "\tat .lambda$do_it$$(#:1)");
  }
}
