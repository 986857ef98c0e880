package io.ostinato.spark.ui;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The browser Chromium, without a window.
 *
 * @param program its file
 * @param folder for its files
 */
record Chromium(Path program, Path folder) {
  private static final long MOST_SECONDS = 120;
  private static final Pattern REQUEST = Pattern.compile("\"url\":\"(https?|wss?)://([^/:\"]+)");

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
   * @param hosts the hosts of all requests
   */
  record Page(String dom, List<String> console, TreeSet<String> hosts) {}

  /** Opens a page and waits, in the time of its scripts, for a few updates. */
  Page open(String url) throws IOException, InterruptedException {
    Path net = Files.createTempFile(folder, "net", ".json");
    Result result =
        run(List.of("--dump-dom", "--virtual-time-budget=4000", "--log-net-log=" + net, url));
    List<String> console =
        result.err().lines().filter(line -> line.contains(":CONSOLE")).toList();
    TreeSet<String> hosts = new TreeSet<>();
    Matcher request = REQUEST.matcher(Files.readString(net));
    while (request.find()) {
      hosts.add(request.group(2));
    }
    return new Page(result.out(), console, hosts);
  }

  /** Writes a picture of a page. */
  void picture(String url, boolean dark, Path file) throws IOException, InterruptedException {
    run(
        List.of(
            "--screenshot=" + file,
            "--window-size=1500,1000",
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
