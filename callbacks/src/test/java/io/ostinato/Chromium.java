package io.ostinato;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/**
 * A real browser without a window, driven by its DevTools protocol. Tests that need one are skipped
 * where neither {@code chromium} nor {@code google-chrome} is on the path.
 */
public final class Chromium implements AutoCloseable {
  private static final List<String> NAMES =
      List.of("chromium", "chromium-browser", "google-chrome", "google-chrome-stable");

  private static final Pattern LISTENING =
      Pattern.compile("DevTools listening on ws://([\\d.:]+)/.*");

  private final Process process;
  private final String address;
  private final HttpClient http = HttpClient.newHttpClient();

  private Chromium(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts a browser; skips the test where there is none.
   *
   * @param profile a folder for its files
   */
  public static Chromium start(Path profile) throws IOException {
    Path browser =
        executable()
            .orElseGet(
                () -> Assumptions.abort("no browser for this test: none of %s".formatted(NAMES)));
    Process process =
        new ProcessBuilder(
                browser.toString(),
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--window-size=1280,1600",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return new Chromium(process, addressOf(process));
  }

  private static Optional<Path> executable() {
    return Arrays.stream(System.getenv("PATH").split(java.io.File.pathSeparator))
        .flatMap(folder -> NAMES.stream().map(name -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst();
  }

  private static String addressOf(Process process) throws IOException {
    BufferedReader errors = process.errorReader(StandardCharsets.UTF_8);
    StringBuilder said = new StringBuilder();
    for (String line = errors.readLine(); line != null; line = errors.readLine()) {
      Matcher listening = LISTENING.matcher(line);
      if (listening.matches()) {
        Thread rest = new Thread(() -> errors.lines().forEach(ignored -> {}));
        rest.setDaemon(true);
        rest.start();
        return listening.group(1);
      }
      said.append(line).append('\n');
    }
    return Assumptions.abort("the browser doesn't start here: " + said);
  }

  /** Opens a page and waits until it is loaded. */
  public BrowserPage open(URI uri) throws IOException, InterruptedException {
    HttpRequest list =
        HttpRequest.newBuilder(URI.create("http://" + address + "/json/list")).build();
    JsonArray targets =
        JsonParser.parseString(http.send(list, BodyHandlers.ofString()).body()).getAsJsonArray();
    String socket =
        targets.asList().stream()
            .map(JsonElement::getAsJsonObject)
            .filter(target -> target.get("type").getAsString().equals("page"))
            .map(target -> target.get("webSocketDebuggerUrl").getAsString())
            .findFirst()
            .orElseThrow();
    return BrowserPage.open(http, URI.create(socket), uri);
  }

  @Override
  public void close() {
    Stream<ProcessHandle> children = process.descendants();
    process.destroy();
    children.forEach(ProcessHandle::destroy);
    process.onExit().join();
  }

  /** An object of the protocol with these members. */
  static JsonObject object(Object... members) {
    JsonObject object = new JsonObject();
    for (int i = 0; i < members.length; i += 2) {
      String name = (String) members[i];
      if (members[i + 1] instanceof JsonElement element) {
        object.add(name, element);
      } else if (members[i + 1] instanceof Number number) {
        object.addProperty(name, number);
      } else if (members[i + 1] instanceof Boolean flag) {
        object.addProperty(name, flag);
      } else {
        object.addProperty(name, (String) members[i + 1]);
      }
    }
    return object;
  }
}
