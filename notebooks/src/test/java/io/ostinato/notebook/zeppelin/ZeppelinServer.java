package io.ostinato.notebook.zeppelin;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.ostinato.spark.TestJvm;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A server of Zeppelin, in a process of its own, without web pages and interpreters. */
final class ZeppelinServer implements AutoCloseable {
  private static final Duration LONGEST_START = Duration.ofMinutes(2);
  private static final long POLL_MILLIS = 200;

  /** An import fails if there is no interpreter; this one is never started. */
  private static final String INTERPRETER =
      """
      [{"group": "spark", "name": "spark", "className": "org.apache.zeppelin.spark.SparkInterpreter",
        "defaultInterpreter": true, "properties": {}}]
      """;

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private final String address;

  private ZeppelinServer(Process process, String address) {
    this.process = process;
    this.address = address;
  }

  /**
   * Starts a server on a port of this machine that is free.
   *
   * @param classPath the class path of the server
   */
  static ZeppelinServer start(String classPath, Path folder)
      throws IOException, InterruptedException {
    int port;
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    for (String each : List.of("conf", "war", "notebook", "repository")) {
      Files.createDirectory(folder.resolve(each));
    }
    Files.writeString(
        Files.createDirectories(folder.resolve("interpreter").resolve("spark"))
            .resolve("interpreter-setting.json"),
        INTERPRETER);
    Path log = folder.resolve("log.txt");
    ProcessBuilder builder =
        new ProcessBuilder(command(classPath, port))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("ZEPPELIN_IDENT_STRING", "test");
    ZeppelinServer server =
        new ZeppelinServer(builder.start(), "http://127.0.0.1:" + port + "/api/");
    Instant last = Instant.now().plus(LONGEST_START);
    while (!server.answers()) {
      if (server.process.waitFor(POLL_MILLIS, TimeUnit.MILLISECONDS)
          || Instant.now().isAfter(last)) {
        server.close();
        throw new AssertionError("Zeppelin doesn't start: " + Files.readString(log));
      }
    }
    return server;
  }

  private static List<String> command(String classPath, int port) {
    List<String> command = new ArrayList<>();
    command.add(TestJvm.java());
    command.addAll(TestJvm.sparkOptions());
    command.addAll(TestJvm.shortLivedOptions());
    command.add("-Xmx512m");
    command.add("-Dzeppelin.home=.");
    command.add("-Dzeppelin.conf.dir=conf");
    command.add("-Dzeppelin.war=war");
    command.add("-Dzeppelin.notebook.dir=notebook");
    command.add("-Dzeppelin.interpreter.dir=interpreter");
    command.add("-Dzeppelin.interpreter.localRepo=repository");
    command.add("-Dzeppelin.search.enable=false");
    command.add("-Dzeppelin.server.addr=127.0.0.1");
    command.add("-Dzeppelin.server.port=" + port);
    command.addAll(List.of("-cp", classPath, "org.apache.zeppelin.server.ZeppelinServer"));
    return command;
  }

  private boolean answers() throws InterruptedException {
    try {
      return client.send(request("version").build(), BodyHandlers.ofString()).statusCode() == 200;
    } catch (IOException e) {
      return false; // not yet
    }
  }

  /** Imports a note, and returns it as Zeppelin has it then. */
  ZeppelinNote imported(Path file) throws IOException, InterruptedException {
    String id = body(request("notebook/import").POST(BodyPublishers.ofFile(file))).getAsString();
    return ZeppelinNote.parse(body(request("notebook/" + id)).toString());
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create(address + path))
        .header("Content-Type", "application/json");
  }

  private JsonElement body(HttpRequest.Builder request) throws IOException, InterruptedException {
    String answer = client.send(request.build(), BodyHandlers.ofString()).body();
    JsonObject json = JsonParser.parseString(answer).getAsJsonObject();
    if (!json.has("body")) {
      throw new AssertionError("Zeppelin refuses: " + answer);
    }
    return json.get("body");
  }

  @Override
  public void close() {
    process.destroy();
  }
}
