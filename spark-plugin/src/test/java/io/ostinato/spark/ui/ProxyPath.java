package io.ostinato.spark.ui;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A proxy that serves Spark's web UI below a path, as gateways of clusters do. */
final class ProxyPath implements AutoCloseable {
  static final String PATH = "/gateway/team/spark";

  private final HttpServer server;
  private final String target;
  private final String hidden;
  private final ConcurrentLinkedQueue<String> outside = new ConcurrentLinkedQueue<>();

  /**
   * Begins to serve.
   *
   * @param hidden paths that begin with this are not found
   */
  ProxyPath(String target, String hidden) throws IOException {
    this.target = target;
    this.hidden = hidden;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::handle);
    server.start();
  }

  String url() {
    return "http://127.0.0.1:%s%s".formatted(server.getAddress().getPort(), PATH);
  }

  /** The requests that were not below the path. */
  List<String> outside() {
    return List.copyOf(outside);
  }

  private void handle(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().toString();
    try (exchange) {
      if (!path.startsWith(PATH + "/")) {
        outside.add(path);
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      String inner = path.substring(PATH.length());
      if (!hidden.isEmpty() && inner.startsWith(hidden)) {
        exchange.sendResponseHeaders(404, -1);
        return;
      }
      HttpResponse<String> answer = Http.get(target + inner, "X-Forwarded-Context", PATH);
      answer
          .headers()
          .firstValue("content-type")
          .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
      byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
      exchange.sendResponseHeaders(answer.statusCode(), body.length == 0 ? -1 : body.length);
      exchange.getResponseBody().write(body);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
