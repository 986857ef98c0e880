package io.ostinato.jobs;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileSystem;

/** A run of {@code watch}: its options, and what it has done. */
public final class WatchLines {
  private WatchLines() {}

  public static List<String> options(Path data, String checkpoints, String output, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "watch",
                "--checkpoints",
                checkpoints,
                "--output",
                output,
                "--run-id",
                "run",
                "--poll",
                "100ms",
                "--data",
                data.toString(),
                "--input",
                "image:float32:1,5,5",
                "--label",
                "label:int64",
                "--metric",
                "accuracy",
                "--metric",
                "cross_entropy"));
    args.addAll(List.of(more));
    return args;
  }

  /** The whole lines of a file that may be growing, or not be there yet. */
  public static List<JsonObject> of(Path metrics) {
    if (!Files.exists(metrics)) {
      return List.of();
    }
    try {
      return parse(Files.readString(metrics));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The same of a file that Hadoop reaches. */
  public static List<JsonObject> of(FileSystem files, org.apache.hadoop.fs.Path metrics)
      throws IOException {
    if (!files.exists(metrics)) {
      return List.of();
    }
    try (InputStream in = files.open(metrics)) {
      return parse(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    }
  }

  private static List<JsonObject> parse(String text) {
    return text.substring(0, text.lastIndexOf('\n') + 1)
        .lines()
        .map(line -> JsonParser.parseString(line).getAsJsonObject())
        .toList();
  }

  public static List<String> names(List<JsonObject> lines, String outcome) {
    return lines.stream()
        .filter(line -> line.get("outcome").getAsString().equals(outcome))
        .map(line -> line.getAsJsonObject("checkpoint").get("name").getAsString())
        .toList();
  }

  public static double metric(JsonObject line, String name) {
    return line.getAsJsonObject("metrics").get(name).getAsDouble();
  }

  /** PyTorch's cross entropy, from its own outputs. */
  public static double crossEntropy(String letter) throws IOException {
    return crossEntropy(TorchFixtures.expected(letter));
  }

  /** The cross entropy of outputs for the images, and their labels. */
  public static double crossEntropy(float[][] outputs) {
    double sum = 0;
    for (int row = 0; row < outputs.length; row++) {
      double exponentials = 0;
      for (float output : outputs[row]) {
        exponentials += Math.exp(output);
      }
      sum += Math.log(exponentials) - outputs[row][row % TorchFixtures.CLASSES];
    }
    return sum / outputs.length;
  }

  /** As a training has to: under a temporary name, then renamed. */
  public static void write(Path folder, int n, String letter) {
    try {
      Path temporary = folder.resolve("." + name(n) + ".tmp");
      TorchFixtures.module("batchnorm-" + letter + ".pt", temporary);
      Files.move(temporary, folder.resolve(name(n)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static String name(int n) {
    return "net-E%d_U%d_S%d.pt".formatted(n, 10 * n, 640 * n);
  }

  public static List<String> fileNames(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
