package io.ostinato.storage;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Conversion between lines and bytes: UTF-8, with a line feed at the end of each line. */
public final class LineText {
  private LineText() {}

  /** Encodes lines. */
  public static byte[] bytes(List<String> lines) {
    return lines.stream()
        .map(line -> line + "\n")
        .collect(Collectors.joining())
        .getBytes(StandardCharsets.UTF_8);
  }

  /** The number of bytes in complete lines; the remaining bytes are an incomplete last line. */
  public static int wholeBytes(byte[] bytes) {
    int end = bytes.length;
    while (end > 0 && bytes[end - 1] != '\n') {
      end--;
    }
    return end;
  }

  /** Decodes the complete lines; an incomplete last line is dropped. */
  public static List<String> lines(byte[] bytes) {
    String text = new String(bytes, 0, wholeBytes(bytes), StandardCharsets.UTF_8);
    // Not lines(), which ends a line at a carriage return, too. The last part is empty.
    List<String> parts = List.of(text.split("\n", -1));
    return parts.subList(0, parts.size() - 1);
  }
}
