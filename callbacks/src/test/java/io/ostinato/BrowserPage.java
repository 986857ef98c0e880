package io.ostinato;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A page in a {@link Chromium}: what it shows, asks for and complains about. Thread-safe. */
public final class BrowserPage implements AutoCloseable {
  private static final int MOST_SECONDS = 60;

  private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
  private final CompletableFuture<Void> loaded = new CompletableFuture<>();
  private final List<String> requests = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private WebSocket socket;

  private BrowserPage() {}

  static BrowserPage open(HttpClient http, URI debugger, URI uri) {
    BrowserPage page = new BrowserPage();
    page.socket = http.newWebSocketBuilder().buildAsync(debugger, page.new Listener()).join();
    page.call("Log.clear", new JsonObject()); // of the pages before
    for (String domain : List.of("Page", "Runtime", "Log", "Network")) {
      page.call(domain + ".enable", new JsonObject());
    }
    page.call("Page.navigate", Chromium.object("url", uri.toString()));
    page.loaded.orTimeout(MOST_SECONDS, TimeUnit.SECONDS).join();
    return page;
  }

  /** The value of an expression of JavaScript; that of a promise is awaited. */
  public JsonElement value(String expression) {
    JsonObject result =
        call(
            "Runtime.evaluate",
            Chromium.object("expression", expression, "returnByValue", true, "awaitPromise", true));
    if (result.has("exceptionDetails")) {
      throw new AssertionError(expression + ": " + result.get("exceptionDetails"));
    }
    return result.getAsJsonObject("result").get("value");
  }

  /** The text of the value of an expression. */
  public String text(String expression) {
    return value(expression).getAsString();
  }

  /** The visible texts of all elements that a selector matches. */
  public List<String> texts(String selector) {
    JsonArray all =
        value(
                "[...document.querySelectorAll('%s')].map(one => one.innerText.trim())"
                    .formatted(selector))
            .getAsJsonArray();
    return all.asList().stream().map(JsonElement::getAsString).toList();
  }

  /** Presses a key, such as {@code ArrowRight}. */
  public void press(String key) {
    for (String type : List.of("keyDown", "keyUp")) {
      call("Input.dispatchKeyEvent", Chromium.object("type", type, "key", key, "code", key));
    }
  }

  /** Moves the mouse, with the left button pressed or not. */
  public void mouse(String type, double x, double y) {
    call(
        "Input.dispatchMouseEvent",
        Chromium.object("type", type, "x", x, "y", y, "button", "left", "clickCount", 1));
  }

  /** Shows the page as to someone who prefers this scheme of colours: light or dark. */
  public void prefer(String scheme) {
    JsonArray features = new JsonArray();
    features.add(Chromium.object("name", "prefers-color-scheme", "value", scheme));
    call("Emulation.setEmulatedMedia", Chromium.object("features", features));
  }

  /** Writes a picture of the whole page. */
  public void picture(Path file) throws IOException {
    JsonObject png = call("Page.captureScreenshot", Chromium.object("captureBeyondViewport", true));
    Files.write(file, Base64.getDecoder().decode(png.get("data").getAsString()));
  }

  /** The addresses that the page has asked for, its own included. */
  public synchronized List<String> requests() {
    return List.copyOf(requests);
  }

  /** Errors and warnings on the console, exceptions that nothing caught, and violated policies. */
  public synchronized List<String> problems() {
    return List.copyOf(problems);
  }

  private JsonObject call(String method, JsonObject parameters) {
    int number = numbers.incrementAndGet();
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    answers.put(number, answer);
    JsonObject message = Chromium.object("id", number, "method", method, "params", parameters);
    synchronized (answers) {
      socket.sendText(message.toString(), true).join();
    }
    JsonObject received = answer.orTimeout(MOST_SECONDS, TimeUnit.SECONDS).join();
    if (received.has("error")) {
      throw new AssertionError(method + ": " + received.get("error"));
    }
    return received.getAsJsonObject("result");
  }

  private synchronized void event(String method, JsonObject parameters) {
    switch (method) {
      case "Page.loadEventFired" -> loaded.complete(null);
      case "Network.requestWillBeSent" ->
          requests.add(parameters.getAsJsonObject("request").get("url").getAsString());
      case "Runtime.exceptionThrown", "Log.entryAdded" -> problems.add(parameters.toString());
      case "Runtime.consoleAPICalled" -> problems.add(parameters.toString());
      default -> {}
    }
  }

  @Override
  public void close() {
    socket.sendClose(WebSocket.NORMAL_CLOSURE, "").join();
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder text = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
      text.append(data);
      if (last) {
        JsonObject message = JsonParser.parseString(text.toString()).getAsJsonObject();
        text.setLength(0);
        if (message.has("id")) {
          answers.remove(message.get("id").getAsInt()).complete(message);
        } else {
          event(message.get("method").getAsString(), message.getAsJsonObject("params"));
        }
      }
      from.request(1);
      return null;
    }
  }
}
