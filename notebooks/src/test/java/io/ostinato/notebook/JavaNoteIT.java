package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A callback that is defined in a cell, redefined, and defined wrongly. */
class JavaNoteIT {
  private static final Path NOTE = Path.of("src", "test", "notebooks", "cells.ipynb");

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"local[2]", "local-cluster[2,1,1024]"})
  void callbacksOfCellsRunOnExecutors(String master) throws Exception {
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
    assertThat(note.troubles())
        .as("what is written or fails")
        .containsExactly(
            "captured: io.ostinato.training.TrainingConfigurationException, this training can't"
                + " start:\n  - callback 'captures' can't be serialized: Captures.processData reads"
                + " the cell variable 'tenfold', which is not sent to executors and would have its"
                + " default there; pass the value through a constructor and keep it in a field, or"
                + " make it a local variable");
  }
}
