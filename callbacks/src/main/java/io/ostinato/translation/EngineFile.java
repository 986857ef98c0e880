package io.ostinato.translation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The file of a model in DJL's layout of folders.
 *
 * @param path the file
 * @param isOnnx whether it is an ONNX model rather than a TorchScript module
 */
record EngineFile(Path path, boolean isOnnx) {
  private static final String PYTORCH = "PyTorch";
  private static final String ONNX = "OnnxRuntime";
  private static final String OF_PYTORCH = ".pt";
  private static final String OF_ONNX = ".onnx";

  /**
   * A file that is known.
   *
   * @param engine the name of the engine; empty to decide by the name of the file
   * @throws IllegalArgumentException if the engine is another one
   */
  static EngineFile of(Path file, String engine) {
    check(engine);
    boolean isOnnx =
        engine.isEmpty()
            ? file.toString().toLowerCase(Locale.ROOT).endsWith(OF_ONNX)
            : engine.equals(ONNX);
    return new EngineFile(file, isOnnx);
  }

  /**
   * Finds the file in a folder as DJL's engines do: by the name of the model or of the folder, or
   * {@code model}; or else the only one there is.
   *
   * @param engine the name of the engine; empty for the one whose file is there
   * @throws IllegalArgumentException if there is no such file, or the engine is another one
   */
  static EngineFile in(Path folder, String model, String engine) throws IOException {
    check(engine);
    List<String> names = List.of(model, String.valueOf(folder.getFileName()), "model");
    Optional<EngineFile> found = Optional.empty();
    if (!engine.equals(ONNX)) {
      found = find(folder, names, OF_PYTORCH).map(file -> new EngineFile(file, false));
    }
    if (found.isEmpty() && !engine.equals(PYTORCH)) {
      found = find(folder, names, OF_ONNX).map(file -> new EngineFile(file, true));
    }
    return found.orElseThrow(() -> missing(folder, names, engine));
  }

  private static Optional<Path> find(Path folder, List<String> names, String extension)
      throws IOException {
    Optional<Path> named =
        names.stream()
            .flatMap(name -> Stream.of(name, name + extension))
            .filter(name -> name.endsWith(extension))
            .map(folder::resolve)
            .filter(Files::isRegularFile)
            .findFirst();
    if (named.isPresent()) {
      return named;
    }
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.filter(file -> file.toString().endsWith(extension)).toList();
      return all.size() == 1 ? Optional.of(all.get(0)) : Optional.empty();
    }
  }

  private static void check(String engine) {
    if (!List.of("", PYTORCH, ONNX).contains(engine)) {
      throw new IllegalArgumentException(
          "models of the engine '%s' can't stay resident; use %s or %s, or leave it out"
              .formatted(engine, PYTORCH, ONNX));
    }
  }

  private static IllegalArgumentException missing(Path folder, List<String> names, String engine) {
    String extensions =
        engine.equals(PYTORCH) ? OF_PYTORCH : engine.equals(ONNX) ? OF_ONNX : ".pt or .onnx";
    return new IllegalArgumentException(
        "the model's folder '%s' has no file %s with the extension %s; name it with"
                .formatted(folder, String.join(", ", names), extensions)
            + " ?model_name= in the URL, or rename it");
  }
}
