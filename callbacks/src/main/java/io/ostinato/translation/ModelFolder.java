package io.ostinato.translation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * The folder of a model.
 *
 * @param path the folder
 * @param levels how many levels of it belong to the model
 */
record ModelFolder(Path path, int levels) {
  /** Files of engines, which are other models rather than something that a translator reads. */
  private static final List<String> OF_MODELS = List.of(".pt", ".pth", ".ckpt", ".onnx", ".params");

  /** A folder that has nothing but a model, with all of its subfolders. */
  static ModelFolder of(Path path) {
    return new ModelFolder(path, Integer.MAX_VALUE);
  }

  /**
   * The folder of a model that is given as a file, without subfolders: it can be any folder, such
   * as one for downloads.
   */
  static ModelFolder ofFile(Path path) {
    return new ModelFolder(path, 1);
  }

  /**
   * The files other than models, sorted.
   *
   * @throws UncheckedIOException if the folder can't be read
   */
  List<Path> files() {
    try (Stream<Path> all = Files.walk(path, levels)) {
      return all.filter(file -> Files.isRegularFile(file) && !isModel(file)).sorted().toList();
    } catch (IOException e) {
      throw unreadable(e);
    } catch (UncheckedIOException e) {
      throw unreadable(Objects.requireNonNull(e.getCause()));
    }
  }

  UncheckedIOException unreadable(IOException cause) {
    return new UncheckedIOException(
        "can't read the model's folder '%s': %s".formatted(path, cause), cause);
  }

  private static boolean isModel(Path file) {
    String name = file.toString().toLowerCase(Locale.ROOT);
    return OF_MODELS.stream().anyMatch(name::endsWith);
  }
}
