package io.ostinato.jobs.quickstart;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The bundled handwritten digits as JSON lines: 1,797 images of 8 by 8 pixels, the first 1,437 for
 * training and the others for testing. Each line has {@code pixels}, 64 numbers from 0 to 1, and
 * {@code label}.
 */
final class Digits {
  private static final int TRAIN_ROWS = 1437;
  private static final int PIXELS = 64;
  private static final float DARKEST = 16;

  private final List<String> lines;

  private Digits(List<String> lines) {
    this.lines = lines;
  }

  static Digits load() {
    return new Digits(Resources.text("digits.csv").lines().map(Digits::json).toList());
  }

  List<String> train() {
    return lines.subList(0, TRAIN_ROWS);
  }

  /** The test rows in consecutive parts of nearly equal size. */
  List<List<String>> test(int parts) {
    int rows = lines.size() - TRAIN_ROWS;
    return IntStream.range(0, parts)
        .mapToObj(
            part ->
                lines.subList(
                    TRAIN_ROWS + part * rows / parts, TRAIN_ROWS + (part + 1) * rows / parts))
        .toList();
  }

  private static String json(String line) {
    String[] numbers = line.split(",");
    return Stream.of(numbers)
        .limit(PIXELS)
        .map(pixel -> Float.toString(Integer.parseInt(pixel) / DARKEST))
        .collect(Collectors.joining(",", "{\"pixels\":[", "],\"label\":" + numbers[PIXELS] + "}"));
  }
}
