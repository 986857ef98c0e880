package io.ostinato.report;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.ostinato.storage.RunFiles;
import io.ostinato.storage.StorageException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A report of one run, or a comparison of several: one HTML page that loads nothing, so that it
 * opens from a disk and can be sent to others. Texts of users, such as names of metrics, stay text:
 * they are in one block of JSON, in which no markup can begin.
 */
public final class ReportPage {
  /** The name of the file in a run's folder. */
  public static final String NAME = "report.html";

  private static final Gson GSON = new Gson(); // escapes <, > and &

  private static final String PAGE =
      """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="%s">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <title>%s</title>
      %s</head>
      <body>
      <noscript>The report is drawn by the scripts of this page, which are blocked here. Its numbers \
      are in metrics.jsonl and evaluations.jsonl in the run's folder.</noscript>
      <main id="report"></main>
      <script id="data" type="application/json">""";

  private final List<JsonObject> runs = new ArrayList<>();

  /**
   * Adds a run, as its files have it now.
   *
   * @param files the files of the run
   * @param checkpoints the folder of its checkpoints, {@code checkpoints} by default
   * @throws StorageException if a file can't be read
   */
  public ReportPage add(RunFiles files, RunFiles checkpoints) {
    Optional<RunFacts> facts = RunFacts.read(files);
    return add(RunData.of(files, checkpoints, facts, key -> RunData.direction(facts, key), false));
  }

  /** Adds a run of these data; see {@link RunData}. */
  ReportPage add(JsonObject run) {
    runs.add(run);
    return this;
  }

  /**
   * Writes the page completely or not at all; an existing file is replaced.
   *
   * @param now the time that the page shows as that of its numbers
   * @throws StorageException if it can't be written
   */
  public void write(RunFiles folder, String name, Instant now) {
    folder.write(
        name,
        out -> {
          Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
          write(writer, now);
          writer.flush();
        });
  }

  private void write(Writer writer, Instant now) throws IOException {
    PageResources resources = new PageResources();
    writer.write(PAGE.formatted(resources.policy(), escaped(title()), resources.styles()));
    GSON.toJson(data(now), writer);
    writer.write("</script>\n");
    writer.write(resources.scripts());
    writer.write("</body>\n</html>\n");
  }

  private String title() {
    List<String> ids = runs.stream().map(run -> run.get("id").getAsString()).toList();
    return ids.size() == 1 ? "Run " + ids.get(0) : "Comparison of %s runs".formatted(ids.size());
  }

  private JsonObject data(Instant now) {
    JsonObject data = new JsonObject();
    data.addProperty("written", now.truncatedTo(ChronoUnit.SECONDS).toString());
    JsonArray all = new JsonArray();
    runs.forEach(all::add);
    data.add("runs", all);
    return data;
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
