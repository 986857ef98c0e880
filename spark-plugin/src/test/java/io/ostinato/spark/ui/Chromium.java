package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The browser Chromium, without a window.
 *
 * @param program its file
 * @param folder for its files
 */
record Chromium(Path program, Path folder) {
  private static final long MOST_SECONDS = 120;

  /** Finds the browser; skips the test if there is none. */
  static Chromium in(Path folder) {
    Optional<Path> program =
        Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .flatMap(
                path ->
                    Stream.of("chromium", "chromium-browser", "google-chrome")
                        .map(name -> Path.of(path, name)))
            .filter(Files::isExecutable)
            .findFirst();
    assumeTrue(program.isPresent(), "there is no Chromium on the PATH");
    return new Chromium(program.get(), folder);
  }

  /**
   * A page after its scripts have run.
   *
   * @param dom its elements as HTML
   * @param console the lines of its console
   * @param requests what it has loaded, without the page itself
   */
  record Page(String dom, List<String> console, TreeSet<String> requests) {}

  /** Opens a page and waits, in the time of its scripts, for a few updates. */
  Page open(String url) throws IOException, InterruptedException {
    Path net = Files.createTempFile(folder, "net", ".json");
    Result result =
        run(List.of("--dump-dom", "--virtual-time-budget=4000", "--log-net-log=" + net, url));
    List<String> console = result.err().lines().filter(line -> line.contains(":CONSOLE")).toList();
    return new Page(result.out(), console, requests(net, origin(url)));
  }

  private static String origin(String url) {
    return url.substring(0, url.indexOf('/', "http://".length()));
  }

  /** Those that this origin's pages have begun: the browser itself makes others. */
  private static TreeSet<String> requests(Path net, String origin) throws IOException {
    TreeSet<String> requests = new TreeSet<>();
    JsonObject log = JsonParser.parseString(Files.readString(net)).getAsJsonObject();
    for (JsonElement event : log.getAsJsonArray("events")) {
      JsonElement parameters = event.getAsJsonObject().get("params");
      if (parameters != null
          && parameters.getAsJsonObject().has("url")
          && parameters.getAsJsonObject().has("initiator")
          && parameters.getAsJsonObject().get("initiator").getAsString().equals(origin)) {
        requests.add(parameters.getAsJsonObject().get("url").getAsString());
      }
    }
    return requests;
  }

  /** Writes a picture of a page. */
  void picture(String url, boolean dark, Path file) throws IOException, InterruptedException {
    run(
        List.of(
            "--screenshot=" + file,
            "--window-size=1560,1290",
            "--hide-scrollbars",
            "--virtual-time-budget=1500",
            "--blink-settings=preferredColorScheme=" + (dark ? 0 : 1),
            url));
    assertThat(file).isNotEmptyFile();
  }

  private record Result(String out, String err) {}

  private Result run(List<String> arguments) throws IOException, InterruptedException {
    Path out = Files.createTempFile(folder, "out", ".html");
    Path err = Files.createTempFile(folder, "err", ".log");
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(
        List.of(
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-extensions",
            "--disable-default-apps",
            "--enable-logging=stderr",
            "--user-data-dir=" + Files.createTempDirectory(folder, "profile")));
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start();
    if (!process.waitFor(MOST_SECONDS, TimeUnit.SECONDS)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
      throw new IOException("Chromium didn't end: " + Files.readString(err));
    }
    return new Result(
        Files.readString(out, StandardCharsets.UTF_8),
        Files.readString(err, StandardCharsets.UTF_8));
  }
}
