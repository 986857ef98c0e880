package io.ostinato.notebook;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** A notebook that was executed from a clean state, by Jupyter's own tools. */
final class ExecutedNote {
  private final JsonObject outputs;

  private ExecutedNote(JsonObject outputs) {
    this.outputs = outputs;
  }

  /**
   * Executes a notebook; skips the test where there is no Python.
   *
   * @param master the Spark master of its sessions
   * @param folder for the kernel, and for what it logs
   */
  static ExecutedNote run(Path note, String master, Path folder)
      throws IOException, InterruptedException {
    String printed =
        JavaKernel.setUp(master, folder).python("execute.py", note.toString(), JavaKernel.NAME);
    return new ExecutedNote(JsonParser.parseString(printed).getAsJsonObject());
  }

  /**
   * The text of a cell's outputs of one kind, such as {@code text/plain}, {@code stderr}, {@code
   * error}: what is shown of a failure.
   */
  List<String> outputs(String cell, String kind) {
    return StreamSupport.stream(outputs.getAsJsonArray(cell).spliterator(), false)
        .map(JsonElement::getAsJsonObject)
        .map(output -> output.get(output.get("type").getAsString().equals(kind) ? "text" : kind))
        .filter(text -> text != null)
        .map(JsonElement::getAsString)
        .toList();
  }

  /** All errors and all text that cells wrote, with the cells' ids. */
  List<String> troubles() {
    return outputs.keySet().stream()
        .flatMap(
            cell ->
                List.of("error", "stderr", "stdout").stream()
                    .flatMap(kind -> outputs(cell, kind).stream())
                    .map(text -> cell + ": " + text))
        .collect(Collectors.toList());
  }
}
