package io.ostinato.notebook.zeppelin;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.zeppelin.interpreter.InterpreterOutput;

/** A note of Zeppelin with its saved outputs. */
final class ZeppelinNote {
  private static final Path FOLDER = Path.of("zeppelin");
  private static final Gson GSON =
      new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

  private final JsonObject json;

  /**
   * A part of what a paragraph shows.
   *
   * @param type the display system, such as {@code HTML}
   */
  record Output(String type, String data) {
    private static Output of(JsonObject message) {
      return new Output(message.get("type").getAsString(), message.get("data").getAsString());
    }

    private JsonObject json() {
      JsonObject message = new JsonObject();
      message.addProperty("type", type);
      message.addProperty("data", data);
      return message;
    }
  }

  /** A paragraph of a note, of which {@link #save} changes the saved outputs. */
  record Paragraph(JsonObject json) {
    /** The text with the name of its interpreter, such as {@code %spark}. */
    String text() {
      return json.get("text").getAsString();
    }

    boolean isFor(String interpreter) {
      return text().startsWith("%" + interpreter + "\n");
    }

    /** The text without the name of its interpreter. */
    String code() {
      return text().substring(text().indexOf('\n') + 1);
    }

    List<Output> saved() {
      JsonObject results = json.getAsJsonObject("results");
      return results == null
          ? List.of()
          : elements(results.getAsJsonArray("msg")).map(Output::of).toList();
    }

    void save(List<Output> outputs) {
      JsonArray messages = new JsonArray();
      outputs.forEach(output -> messages.add(output.json()));
      JsonObject results = new JsonObject();
      results.addProperty("code", "SUCCESS");
      results.add("msg", messages);
      json.add("results", results);
    }
  }

  private ZeppelinNote(JsonObject json) {
    this.json = json;
  }

  /** The files of all notes, in their order. */
  static List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.filter(file -> file.toString().endsWith(".zpln")).sorted().toList();
    }
  }

  static ZeppelinNote read(Path file) throws IOException {
    return parse(Files.readString(file));
  }

  static ZeppelinNote parse(String json) {
    return new ZeppelinNote(JsonParser.parseString(json).getAsJsonObject());
  }

  void write(Path file) throws IOException {
    Files.writeString(file, GSON.toJson(json) + "\n");
  }

  /** Where Zeppelin lists the note, such as {@code /Folder/Name}. */
  String path() {
    return json.has("path") ? json.get("path").getAsString() : "/" + json.get("name").getAsString();
  }

  List<Paragraph> paragraphs() {
    return elements(json.getAsJsonArray("paragraphs")).map(Paragraph::new).toList();
  }

  /** What Zeppelin makes of the text that a paragraph prints. */
  static List<Output> outputs(String printed) throws IOException {
    try (InterpreterOutput output = new InterpreterOutput(null)) {
      output.write(printed);
      return outputs(output);
    }
  }

  /** What a paragraph of Zeppelin shows. */
  static List<Output> outputs(InterpreterOutput output) throws IOException {
    output.flush();
    return output.toInterpreterResultMessage().stream()
        .map(message -> new Output(message.getType().name(), message.getData()))
        .toList();
  }

  private static Stream<JsonObject> elements(JsonArray array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonElement::getAsJsonObject);
  }
}
