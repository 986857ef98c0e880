package io.ostinato.notebook;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * The picture of the README is that of a note. {@code -Dostinato.docs.write=true} writes it anew.
 */
class NotePictureTest {
  private static final Path NOTE = Path.of("jupyter", "2-your-own-callback.ipynb");
  private static final Path PICTURE = Path.of("..", "docs", "notebook.svg");

  @Test
  void thePictureOfTheReadmeIsThatOfTheNote() throws IOException {
    String saved = picture("matrix");
    if (Boolean.getBoolean("ostinato.docs.write")) {
      Files.writeString(PICTURE, saved);
    }
    assertThat(PICTURE).hasContent(saved);
  }

  private static String picture(String cell) throws IOException {
    JsonObject note = JsonParser.parseString(Files.readString(NOTE)).getAsJsonObject();
    JsonElement svg =
        StreamSupport.stream(note.getAsJsonArray("cells").spliterator(), false)
            .map(JsonElement::getAsJsonObject)
            .filter(each -> each.get("id").getAsString().equals(cell))
            .map(each -> each.getAsJsonArray("outputs").get(0).getAsJsonObject())
            .map(output -> output.getAsJsonObject("data").get("image/svg+xml"))
            .findFirst()
            .orElseThrow();
    return svg.isJsonArray()
        ? svg.getAsJsonArray().asList().stream()
            .map(JsonElement::getAsString)
            .collect(Collectors.joining())
        : svg.getAsString();
  }
}
