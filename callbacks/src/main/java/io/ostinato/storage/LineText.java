package io.ostinato.storage;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Lines as the bytes of a file: UTF-8, each with a line feed at its end. */
public final class LineText {
  private LineText() {}

  /** The bytes of lines. */
  public static byte[] bytes(List<String> lines) {
    return lines.stream()
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  /** How many of the bytes are whole lines; what is behind them is an unfinished one. */
  public static int wholeBytes(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /** The whole lines among bytes, without an unfinished last one. */
  public static List<String> lines(byte[] bytes) {
    return new String(bytes, 0, wholeBytes(bytes), StandardCharsets.UTF_8).lines().toList();
  }
}
