package io.ostinato.jobs.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.harrel.jsonschema.Validator;
import dev.harrel.jsonschema.ValidatorFactory;
import dev.harrel.jsonschema.providers.GsonNode;
import io.ostinato.jobs.train.TrainCommand;
import io.ostinato.storage.StorageException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.schema.CoreSchema;
import picocli.CommandLine;

/** The files of the quickstart, without a training. */
class QuickstartFolderTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir Path folder;

  @Test
  void theBundledFileIsOneThatTheSchemaAndTheCommandAccept() throws IOException {
    assertThat(train("--schema")).isZero();
    Validator.Result result =
        new ValidatorFactory()
            .withJsonNodeFactory(new GsonNode.Factory())
            .validate(out.toString(), json(Resources.text("run.yaml")).toString());
    assertThat(result.isValid()).as(result.getErrors().toString()).isTrue();
    Path file = Files.writeString(folder.resolve("run.yaml"), Resources.text("run.yaml"));
    assertThat(train(file.toString(), "--check")).as(err.toString()).isZero();
  }

  @Test
  void theWrittenFileIsTheBundledOneWithWholePaths() throws IOException {
    Path hard = folder.resolve("it's #1: 100% [a] $x");
    QuickstartFolder written = new QuickstartFolder(hard);
    written.write();
    String text = Files.readString(written.run());
    List<String> bundled = Resources.text("run.yaml").lines().toList();
    assertThat(text.lines()).hasSameSizeAs(bundled);
    assertThat(text.lines().filter(line -> !bundled.contains(line))).hasSize(3);
    JsonObject run = json(text);
    JsonObject datasets = run.getAsJsonObject("datasets");
    assertThat(run.get("output").getAsString()).isEqualTo(hard.toString());
    assertThat(datasets.getAsJsonObject("train").get("path").getAsString())
        .isEqualTo("file://" + hard.resolve("digits/train.jsonl"));
    JsonObject test = datasets.getAsJsonObject("evaluations").getAsJsonObject("test");
    assertThat(test.get("path").getAsString()).isEqualTo("file://" + hard.resolve("digits/test"));
    assertThat(train(written.run().toString(), "--check")).as(err.toString()).isZero();
  }

  @Test
  void theDigitsAreAllThereScaledAndInOrder() throws IOException {
    new QuickstartFolder(folder).write();
    List<JsonObject> all = new ArrayList<>(rows("digits/train.jsonl"));
    assertThat(all).hasSize(1437);
    assertThat(rows("digits/test/1.jsonl")).hasSameSizeAs(rows("digits/test/2.jsonl"));
    all.addAll(rows("digits/test/1.jsonl"));
    all.addAll(rows("digits/test/2.jsonl"));
    List<String> csv =
        all.stream()
            .map(
                row -> {
                  JsonArray pixels = row.getAsJsonArray("pixels");
                  Stream<String> counts =
                      IntStream.range(0, pixels.size())
                          .mapToObj(i -> String.valueOf((int) (pixels.get(i).getAsDouble() * 16)));
                  return String.join(
                      ",",
                      Stream.concat(counts, Stream.of(row.get("label").getAsString())).toList());
                })
            .toList();
    assertThat(csv).isEqualTo(Resources.text("digits.csv").lines().toList());
  }

  @Test
  void filesThatAreThereAreKeptAndMissingOnesWritten() throws IOException {
    QuickstartFolder quickstart = new QuickstartFolder(folder);
    quickstart.write();
    Path test = folder.resolve("digits/test/2.jsonl");
    String before = Files.readString(test);
    Files.delete(test);
    Files.writeString(quickstart.run(), "# mine\n");
    quickstart.write();
    assertThat(test).hasContent(before);
    assertThat(quickstart.run()).hasContent("# mine\n");
  }

  @Test
  void aFolderThatCantBeWrittenToIsNamed() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "");
    assertThatThrownBy(() -> new QuickstartFolder(file).write())
        .isInstanceOf(StorageException.class)
        .hasMessageStartingWith("can't write '%s".formatted(file.resolve("digits")));
  }

  @Test
  void executorsOnOtherMachinesAreWarnedOf() {
    QuickstartFolder quickstart = new QuickstartFolder(folder);
    for (String here : List.of("local", "local[2]", "local-cluster[2,1,1024]")) {
      assertThat(QuickstartCommand.warning(here, quickstart)).isEmpty();
    }
    assertThat(QuickstartCommand.warning("spark://host:7077", quickstart))
        .contains(
            "warning: the executors of 'spark://host:7077' read the digits from '%s', a folder on"
                    .formatted(folder)
                + " this machine; executors on other machines fail unless --output is a folder that"
                + " all machines share");
  }

  @Test
  void argumentsAreQuotedForAShell() {
    assertThat(ShellWord.of("length.epochs=2")).isEqualTo("length.epochs=2");
    assertThat(ShellWord.of("/it's here")).isEqualTo("'/it'\\''s here'");
  }

  private List<JsonObject> rows(String name) throws IOException {
    return Files.readAllLines(folder.resolve(name)).stream()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  private static JsonObject json(String yaml) {
    Object read =
        new Load(LoadSettings.builder().setSchema(new CoreSchema()).build()).loadFromString(yaml);
    return new Gson().toJsonTree(read).getAsJsonObject();
  }

  private int train(String... arguments) {
    return new CommandLine(new TrainCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }
}
