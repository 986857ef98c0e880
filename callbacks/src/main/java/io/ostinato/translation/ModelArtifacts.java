package io.ostinato.translation;

import java.io.IOException;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a translator reads from the folder of its model, such as a tokenizer or the names of
 * classes, apart from the model itself. Immutable.
 */
public final class ModelArtifacts implements Serializable {
  private static final long serialVersionUID = 1;

  /** Larger files are weights rather than something that a translator reads. */
  private static final long MOST_FILE_BYTES = 64L << 20;

  private final String modelName;
  private final TreeMap<String, byte[]> files;
  private final TreeMap<String, String> properties;

  private ModelArtifacts(
      String modelName, Map<String, byte[]> files, Map<String, String> properties) {
    this.modelName = modelName;
    this.files = new TreeMap<>(files);
    this.properties = new TreeMap<>(properties);
  }

  /** No files and no properties. */
  public static ModelArtifacts none() {
    return new ModelArtifacts("model", Map.of(), Map.of());
  }

  /**
   * Reads the files of a folder and of its subfolders, without models and without any file larger
   * than 64 MiB.
   *
   * @param modelName the name of the model, as translators see it
   * @param model the file of the model
   * @throws UncheckedIOException if a file can't be read
   */
  public static ModelArtifacts of(String modelName, Path folder, Path model) {
    return of(modelName, ModelFolder.of(folder), model);
  }

  static ModelArtifacts of(String modelName, ModelFolder folder, Path model) {
    Map<String, byte[]> files = new TreeMap<>();
    try {
      for (Path file : folder.files()) {
        if (!file.equals(model) && Files.size(file) <= MOST_FILE_BYTES) {
          files.put(nameOf(folder.path().relativize(file)), Files.readAllBytes(file));
        }
      }
    } catch (IOException e) {
      throw folder.unreadable(e);
    }
    return new ModelArtifacts(modelName, files, Map.of());
  }

  /** The same files with the properties of a model, such as its arguments. */
  public ModelArtifacts withProperties(Map<String, String> added) {
    Map<String, String> all = new TreeMap<>(properties);
    all.putAll(added);
    return new ModelArtifacts(modelName, files, all);
  }

  String modelName() {
    return modelName;
  }

  /** The names of the files, relative to the folder, with slashes. */
  List<String> names() {
    return List.copyOf(files.keySet());
  }

  Map<String, String> properties() {
    return Map.copyOf(properties);
  }

  /** Writes all files to an existing folder. */
  void writeTo(Path folder) throws IOException {
    for (Map.Entry<String, byte[]> file : files.entrySet()) {
      Path target = folder.resolve(file.getKey());
      Files.createDirectories(target.getParent());
      Files.write(target, file.getValue());
    }
  }

  private static String nameOf(Path relative) {
    return relative.toString().replace('\\', '/');
  }
}
